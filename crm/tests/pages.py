"""Opening pages as a browser does, and counting what they cost."""

import json
import re

from django.db import connection
from django.test.utils import CaptureQueriesContext

from .desk import DeskTest

OWN = re.compile(
    r'^SELECT (?!COUNT\(\*\) AS "__count" FROM "crm_task" WHERE .*due_at).*"(crm|events)_'
)
HTMX = {"HX-Request": "true"}


class PageTest(DeskTest):
    def setUp(self):
        super().setUp()
        self.browser = self.signed_in()

    def get(self, path, expected=200, headers=None):
        response = self.browser.get(f"/lucia/{path}", headers=headers)
        self.assertEqual(response.status_code, expected, response.content[:500])
        return response.content.decode()

    def post(self, path, expected, headers=None, **data):
        response = self.browser.post(f"/lucia/{path}", data, headers=headers)
        self.assertEqual(response.status_code, expected, response.content[:800])
        return response

    def triggered(self, response):
        return json.loads(response.headers["HX-Trigger"])

    def queries(self, path):
        """Return how many queries a page makes of its own; the frame around it has its own."""
        self.get(path)
        with CaptureQueriesContext(connection) as captured:
            self.get(path)
        return sum(1 for query in captured if OWN.search(query["sql"]))

    def assertSamePrice(self, path, grow):
        """Assert that a page costs as many queries with more rows; return how many."""
        before = self.queries(path)
        grow()
        self.assertEqual(self.queries(path), before)
        return before

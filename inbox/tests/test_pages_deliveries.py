"""The page that lists every delivery we confirmed, what became of it, and tries it again."""

from __future__ import annotations

import json
import uuid
from typing import Any
from unittest import mock

from django.urls import reverse
from django.utils import timezone

from inbox.models import Envelope, LooseStatus, Reconciliation, Send
from inbox.testing import inbound_payload
from inbox.tests.desk import DeskTest
from inbox.views import envelopes
from morfx.jobs.models import Job

QUERIES = 19
"""Six of them are the page's own; the rest is who looks, where, and what the shell shows."""


class DeliveriesPageTest(DeskTest):
    """Marta's first message came in a delivery that was applied."""

    def setUp(self) -> None:
        super().setUp()
        self.page = self.url("deliveries")

    def dead(self, text: str = "rota", error: str = "not a JSON object", **fields: Any) -> Envelope:
        body = json.dumps(inbound_payload(text, sender=self.sender)).encode()
        given = {"body": body, "state": "dead", "error": error, **fields}
        return Envelope.objects.create(channel=self.channel, **given)

    def test_it_lists_each_delivery_with_what_it_holds(self):
        self.dead()
        self.dead(body=b"{}", error="x")
        page = self.browser.get(self.page)
        held = ("1 message", "Not readable", "Applied", "Not applied", "not a JSON object")
        for text in (*held, str(self.channel)):
            self.assertContains(page, text)
        self.assertContains(page, "2\xa0bytes")
        self.assertIn("no-store", page.headers["Cache-Control"])

    def test_states_filter_and_are_counted(self):
        self.dead()
        page = self.browser.get(self.page, {"state": "dead"})
        self.assertEqual([row["state"] for row in page.context["deliveries"]], ["dead"])
        counts = {each["label"]: each["count"] for each in page.context["filters"]}
        self.assertEqual(counts, {"All": 0, "Waiting": 0, "Applied": 0, "Not applied": 1})
        self.assertContains(self.browser.get(self.page, {"state": "received"}), "No delivery is in")
        self.assertEqual(self.browser.get(self.page, {"state": "lost"}).status_code, 404)
        self.assertEqual(self.browser.get(self.page, {"cursor": "nonsense"}).status_code, 404)

    def test_pages_follow_one_another_and_ask_as_little_for_many_as_for_one(self):
        self.browser.get(self.page)
        with self.assertNumQueries(QUERIES):
            self.browser.get(self.page)
        for number in range(5):
            self.dead(str(number))
            LooseStatus.objects.create(
                channel=self.channel,
                provider_id=f"wamid.{number}",
                status="read",
                occurred_at=timezone.now(),
            )
        with mock.patch.object(envelopes, "PAGE", 4):
            with self.assertNumQueries(QUERIES):
                first = self.browser.get(self.page)
            self.assertEqual(len(first.context["deliveries"]), 4)
            second = self.browser.get(first.context["next_url"])
        self.assertEqual(len(second.context["deliveries"]), 2)
        self.assertNotContains(second, "Put in order")

    def test_large_bodies_are_not_loaded_for_the_list(self):
        self.dead(body=b'{"x": "' + b"x" * envelopes.SMALL + b'"}')
        page = self.browser.get(self.page)
        self.assertContains(page, "64.0\xa0KB")
        self.assertContains(page, "A large delivery")

    def test_one_is_shown_with_its_body_as_it_came_and_applied_again(self):
        row = self.dead("<b>rota</b> ñ")
        page = self.browser.get(self.url("delivery", row.pk))
        self.assertContains(page, "&lt;b&gt;rota&lt;/b&gt; ñ")
        self.assertContains(page, "&quot;object&quot;: &quot;whatsapp_business_account&quot;")
        for secret in ("token", "secret"):
            self.assertNotContains(page, f"&quot;{secret}&quot;")
        answer = self.browser.post(self.url("replay", row.pk), {"state": "dead"})
        self.assertRedirects(answer, f"{self.page}?state=dead", fetch_redirect_response=False)
        self.run_jobs(only="inbox.open_envelope")
        row.refresh_from_db()
        self.assertEqual(row.state, "parsed")
        self.assertHappened("envelope.replayed", by=self.ana, envelope=row.pk)
        self.assertContains(self.browser.get(self.url("delivery", row.pk)), "Applied again on")

    def test_a_body_that_is_no_json_or_very_long_is_shown_as_text(self):
        row = self.dead(body=b"[" * 300_000)
        page = self.browser.get(self.url("delivery", row.pk))
        self.assertContains(page, "Only its beginning is shown.")
        self.assertEqual(len(page.context["body"]), envelopes.SHOWN)

    def test_all_dead_are_applied_again_at_once(self):
        for number in range(3):
            self.dead(str(number))
        self.assertContains(self.browser.get(self.page), "Apply all 3 again")
        answer = self.browser.post(self.url("replay_dead"), follow=True)
        self.assertContains(answer, "3 deliveries are being applied again.")
        self.assertEqual(Envelope.objects.filter(state="received").count(), 3)
        self.assertEqual(Job.objects.filter(key__startswith="open:").count(), 3)
        again = self.browser.post(self.url("replay_dead"), follow=True)
        self.assertContains(again, "There is nothing to apply again.")

    def test_what_is_not_settled_stands_beside(self):
        self.channel.refused_deliveries = 7
        self.channel.save()
        Send.objects.create(
            conversation=self.marta,
            sender="agent",
            epoch=1,
            state="unknown",
            reason="the process that sent it ended",
            body={"type": "text", "text": "El precio es $77,900"},
        )
        Reconciliation.objects.create(
            part="agents", settled={"unheard_messages": 2}, failed={"gone": 1}
        )
        page = self.browser.get(self.page)
        for text in ("El precio es $77,900", self.its("conversation"), "that nobody had taken up"):
            self.assertContains(page, text)
        self.assertContains(page, '<td class="num end">7</td>', html=True)
        self.assertContains(page, "tried again soon")

    def test_an_empty_workspace_says_so(self):
        page = self.strangers.get(reverse("inbox:deliveries", args=[self.other_slug]))
        for text in ("Nothing has been delivered yet", "No number is connected", "accounted for"):
            self.assertContains(page, text)

    def test_only_who_may_change_settings_sees_it(self):
        row = self.dead()
        pages = [self.page, self.url("delivery", row.pk)]
        posts = [self.url("replay", row.pk), self.url("replay_dead")]
        self.assertContains(self.browser.get(self.url("channels")), self.page)
        self.assertNotContains(self.betos.get(self.url("channels")), self.page)
        for client, status in ((self.betos, 403), (self.strangers, 404)):
            for address in pages:
                self.assertEqual(client.get(address).status_code, status, address)
            for address in posts:
                self.assertEqual(client.post(address).status_code, status, address)
        row.refresh_from_db()
        self.assertEqual(row.state, "dead")

    def test_another_shops_delivery_does_not_exist(self):
        row = self.dead()
        for pk in (row.pk, uuid.uuid4()):
            for name, ask in (("delivery", self.strangers.get), ("replay", self.strangers.post)):
                address = reverse(f"inbox:{name}", args=[self.other_slug, pk])
                self.assertEqual(ask(address).status_code, 404)

    @property
    def other_slug(self) -> str:
        return self.other_shop.workspace.slug

"""Keyset pages: every row once, in order, whatever the values and the page's size."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from morfx.operations.errors import Refused
from morfx.operations.inputs import parse_phone
from morfx.operations.paging import page
from morfx.tenancy.rows import new_id
from morfx.testing.case import CafeTest
from morfx.workspaces.models import ApiKey

NAMES = st.sampled_from(["", "a", "á", "b", "B", "2026-01-05T10:00:00 is a name", "x" * 90])
MOMENTS = st.none() | st.datetimes(
    datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)
)
ORDERS = st.sampled_from(
    [["name", "id"], ["-name", "-id"], ["last_used_at", "id"], ["-last_used_at", "name", "id"]]
)


class PagingTest(CafeTest, HypothesisTestCase):
    @given(
        rows=st.lists(st.tuples(NAMES, MOMENTS), max_size=12),
        limit=st.integers(1, 5),
        by=ORDERS,
    )
    @settings(max_examples=40, deadline=None)
    def test_walking_the_pages_gives_every_row_once(
        self, rows: list[tuple[str, datetime | None]], limit: int, by: list[str]
    ) -> None:
        with transaction.atomic():
            for name, moment in rows:
                ApiKey.objects.create(
                    name=name, last_used_at=moment, digest=new_id().hex, role="agent", prefix="x"
                )
            whole = page(ApiKey.objects.all(), by=by, limit=100, cursor=None)
            self.assertIsNone(whole.next)
            self.assertEqual(len(whole.items), len(rows))
            walked, cursor = [], None
            for _ in range(len(rows) + 1):
                step = page(ApiKey.objects.all(), by=by, limit=limit, cursor=cursor)
                walked += step.items
                cursor = step.next
                if cursor is None:
                    break
            self.assertEqual(walked, whole.items)
            transaction.set_rollback(True)

    @given(
        cursor=st.text(max_size=60)
        | st.lists(
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats()
            | st.text(max_size=30)
            | st.just({}),
            max_size=3,
        ).map(lambda values: base64.urlsafe_b64encode(json.dumps(values).encode()).decode())
    )
    @settings(max_examples=150, deadline=None)
    def test_a_strange_cursor_is_refused_or_harmless(self, cursor: str) -> None:
        for by in (["-last_used_at", "id"], ["name", "id"]):
            self._turn(cursor, by)

    def _turn(self, cursor: str, by: list[str]) -> Any:
        try:
            with transaction.atomic():
                return page(ApiKey.objects.all(), by=by, limit=5, cursor=cursor)
        except Refused as refused:
            self.assertEqual(refused.field, "cursor")


@given(st.text(max_size=40) | st.from_regex(r"\+?[0-9() -]{6,18}", fullmatch=True))
@settings(max_examples=300, deadline=None)
def test_a_phone_number_is_read_once(text: str) -> None:
    number = parse_phone(text)
    if number is not None:
        assert number.startswith("+")
        assert number[1:].isdigit()
        assert parse_phone(number) == number
        assert parse_phone(number, "DE") == number


def test_phone_numbers_as_people_write_them() -> None:
    for written in ("300 123 4567", "+57 300 123 4567", "573001234567", "(300) 123-4567"):
        assert parse_phone(written) == "+573001234567"
    assert parse_phone("+1 212 555 2368", "CO") == "+12125552368"
    for wrong in ("", "hola", "123", "+57", "00000000000"):
        assert parse_phone(wrong) is None

"""Every figure against rows counted by hand, day borders, trends, and who may read them."""

from __future__ import annotations

import ast
import inspect
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from unittest.mock import patch
from zoneinfo import ZoneInfo

from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents import counting, figures, periods
from agents.models import Session
from agents.periods import Period
from inbox.models import Conversation
from inbox.testing import InboxTest
from morfx.operations.actor import Actor
from morfx.operations.catalogue import lookups
from morfx.operations.errors import Forbidden
from morfx.tenancy import within
from morfx.testing.case import CafeTest

from . import handmade

BOGOTA = "America/Bogota"
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=ZoneInfo(BOGOTA))


def at(day: int, hour: int = 12, minute: int = 0) -> datetime:
    """Return a moment of November 2026 in Bogotá."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo(BOGOTA))


def read(period: Period) -> dict[str, Any]:
    return {one.definition.key: one for one in figures.figures(period)}


class PeriodTest(CafeTest):
    def test_days_end_at_midnight_of_the_workspace(self):
        week = periods.last_days(7, BOGOTA, NOW)
        self.assertEqual((week.first, week.last), (date(2026, 11, 14), date(2026, 11, 20)))
        self.assertEqual(week.span.start.astimezone(UTC), datetime(2026, 11, 14, 5, tzinfo=UTC))
        self.assertEqual(week.span.end, NOW)

    def test_the_period_before_is_as_long_and_ends_at_the_same_hour(self):
        week = periods.last_days(7, BOGOTA, NOW)
        self.assertEqual(week.before.start, at(7, 0))
        self.assertEqual(week.before.end, at(13, 15))
        self.assertEqual(week.span.end - week.span.start, week.before.end - week.before.start)
        over = periods.between(date(2026, 11, 3), date(2026, 11, 5), BOGOTA, NOW)
        self.assertEqual((over.before.start, over.before.end), (at(1, 0) - timedelta(1), at(3, 0)))
        self.assertEqual((over.span.start, over.span.end), (at(3, 0), at(6, 0)))

    def test_a_day_of_25_hours_is_one_day(self):
        berlin = "Europe/Berlin"
        now = datetime(2026, 10, 30, tzinfo=UTC)
        day = periods.between(date(2026, 10, 25), date(2026, 10, 25), berlin, now)
        seconds = day.span.end.timestamp() - day.span.start.timestamp()
        self.assertEqual(seconds, 25 * 3600)

    def test_days_that_make_no_period(self):
        cases = (
            (date(2026, 11, 21), date(2026, 11, 22), "until"),
            (date(2026, 11, 5), date(2026, 11, 3), "until"),
            (date(2024, 11, 5), date(2026, 11, 3), "since"),
            (date(1999, 12, 31), date(2000, 1, 3), "since"),
        )
        for first, last, field in cases:
            with self.subTest(first=first), self.assertRefused(field=field):
                periods.between(first, last, BOGOTA, NOW)


class FiguresTest(InboxTest):
    chats: ClassVar[list[Conversation]]

    @classmethod
    def furnish(cls) -> None:
        super().furnish()
        cls.chats = [handmade.chat(cls.channel, f"Cliente {n}") for n in range(6)]
        first, second, third, fourth, fifth, sixth = cls.chats
        week = periods.last_days(7, BOGOTA, NOW)
        assert week.first == date(2026, 11, 14)
        # This week: four sessions, one on either border, one handed over.
        one = handmade.session(first, at(14, 0), tokens=1000, cost="0.10")
        two = handmade.session(second, at(16), status="handed_off", tokens=500, cost="0.05")
        handmade.session(third, at(18), status="active", cost="0.000050")
        handmade.session(fourth, at(20, 14, 59), tokens=1)
        # Not this week: a minute too early, and after now.
        handmade.session(fifth, at(13, 14, 59), status="handed_off", tokens=7, cost="1")
        handmade.session(sixth, at(13, 23, 59), tokens=7, cost="1")
        handmade.handed_over(second, at(16, 13), "The session has used 50100 of 50000 tokens.")
        handmade.order_made(at(14, 1))
        handmade.order_made(at(19))
        handmade.order_made(at(19), who="user:7")
        handmade.order_made(at(19), via="sandbox")
        handmade.order_made(at(10))
        # Answers: 10 s, counted from the first of two messages, and 30 s; one that never came.
        handmade.heard(one, at(14, 1), asked=(0, 6), answered_after=10)
        handmade.heard(two, at(16), answered_after=30)
        handmade.heard(two, at(16, 14))
        handmade.heard(one, at(8), answered_after=300)

    def test_each_number_against_its_rows(self):
        found = read(periods.last_days(7, BOGOTA, NOW))
        expected = {
            "conversations": (4, 1),
            "orders": (2, 1),
            "conversion": (50.0, 100.0),
            "handovers": (1, 1),
            "resolved": (75.0, 0.0),
            "response": (20.0, 300.0),
            "tokens": (1501, 7),
            "cost": (Decimal("0.150050"), Decimal("1.000000")),
            "cost_per_conversation": (Decimal("0.0375"), Decimal("1.0000")),
            "cost_per_order": (Decimal("0.0750"), Decimal("1.0000")),
        }
        self.assertEqual({key: (one.value, one.previous) for key, one in found.items()}, expected)

    def test_trends(self):
        found = read(periods.last_days(7, BOGOTA, NOW))
        self.assertEqual(found["conversations"].change, 300.0)
        self.assertEqual(found["conversion"].change, -50.0)
        self.assertEqual(found["handovers"].change, 0.0)
        self.assertEqual(found["response"].change, -93.3)

    def test_nothing_happened(self):
        found = read(periods.between(date(2026, 1, 1), date(2026, 1, 2), BOGOTA, NOW))
        self.assertEqual(found["conversations"].value, 0)
        self.assertEqual(found["cost"].value, 0)
        for key in ("conversion", "resolved", "response", "cost_per_order"):
            self.assertIsNone(found[key].value)
            self.assertIsNone(found[key].change)

    def test_days_are_those_of_the_time_zone(self):
        day = date(2026, 11, 13)
        here = read(periods.between(day, day, BOGOTA, NOW))
        there = read(periods.between(day, day, "UTC", NOW))
        self.assertEqual(here["conversations"].value, 2)
        self.assertEqual(there["conversations"].value, 1)

    def test_reasons_that_differ_in_their_numbers_are_one(self):
        other = handmade.chat(self.channel)
        handmade.session(other, at(17), status="handed_off")
        handmade.handed_over(other, at(17, 13), "The session has used 9 of 8 tokens.")
        silent = handmade.chat(self.channel)
        handmade.session(silent, at(17), status="handed_off")
        span = periods.last_days(7, BOGOTA, NOW).span
        found = [(reason, count) for reason, _wordings, count in counting.reasons(span)]
        template = "The session has used %(used)s of %(limit)s tokens."
        self.assertEqual(found, [(template, 2), ("", 1)])
        self.assertEqual(
            {row.conversation_id for row in counting.because(span, template)},
            {self.chats[1].pk, other.pk},
        )
        self.assertEqual([row.conversation for row in counting.because(span, "")], [silent])

    def test_a_later_hand_over_does_not_explain_an_earlier_session(self):
        early = handmade.chat(self.channel)
        handmade.session(early, at(15), status="handed_off")
        handmade.handed_over(early, at(15, 13), "first")
        handmade.session(early, at(17), status="handed_off")
        handmade.handed_over(early, at(17, 13), "second")
        span = periods.last_days(7, BOGOTA, NOW).span
        rows = counting.handed_over(span).filter(conversation=early).order_by("id")
        self.assertEqual([row.reason for row in rows], ["first", "second"])

    def test_the_slowest_answer_comes_first(self):
        span = periods.last_days(7, BOGOTA, NOW).span
        seconds = [took for _plan, _at, took in counting.slowest(span, skip=0, limit=10)]
        self.assertEqual(seconds, [30.0, 10.0])
        self.assertEqual(len(counting.slowest(span, skip=1, limit=10)), 1)

    def test_as_many_queries_whatever_happened(self):
        with CaptureQueriesContext(connection) as queries:
            read(periods.last_days(7, BOGOTA, NOW))
        self.assertEqual(len(queries), 6)

    def test_another_workspace_sees_its_own(self):
        with within(self.other_shop.workspace.pk):
            found = read(periods.last_days(7, BOGOTA, NOW))
            self.assertEqual(
                (found["conversations"].value, found["orders"].value, found["response"].value),
                (0, 0, None),
            )
            self.assertFalse(Session.objects.exists())

    def test_the_formulas_are_the_docstrings(self):
        said = {one.of.__doc__ for one in figures.definitions}
        self.assertEqual(said, set(figures.FORMULAS))
        tree = ast.parse(inspect.getsource(figures))
        documented = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        self.assertLessEqual({one.key for one in figures.definitions}, documented)

    def test_the_lookup(self):
        with patch("django.utils.timezone.now", return_value=NOW):
            found = lookups["agents.figures.read"].submit(
                self.ana, {"from": "2026-11-14", "to": "2026-11-20"}
            )
            usual = lookups["agents.figures.read"].submit(self.ana, {})
        self.assertEqual(found, usual)
        self.assertEqual((found["from"], found["time_zone"]), ("2026-11-14", BOGOTA))
        self.assertEqual(found["figures"]["conversations"]["value"], 4)
        self.assertEqual(
            found["figures"]["cost_per_order"]["value"], {"amount": "0.075000", "currency": "USD"}
        )
        self.assertEqual(found["figures"]["conversion"]["formula"], figures.conversion.__doc__)
        self.assertEqual(found["handover_reasons"][0]["count"], 1)

    def test_the_lookup_refuses_half_a_period_and_strangers(self):
        find = lookups["agents.figures.read"]
        with self.assertRefused(field="until"):
            find.submit(self.ana, {"from": "2026-11-14"})
        with self.assertRefused(field="until"):
            find.submit(self.ana, {"from": "2026-11-14", "to": "2026-11-01"})
        with self.assertRefused(code="VALIDATION_ERROR"):
            find.submit(self.ana, {"from": "yesterday", "to": "2026-11-01"})
        nobody = Actor(workspace_id=self.shop.workspace.pk, who="user:0", via="api")
        with self.assertRaises(Forbidden):
            find.submit(nobody, {})

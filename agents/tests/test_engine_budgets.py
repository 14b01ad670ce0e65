"""What models may use: held before a call, counted after it, told when it is reached."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest
from django.db import connection, transaction

from agents.engine import budgets
from agents.engine.budgets import Spent
from agents.errors import BudgetExceededError
from agents.models import AgentTurn, BudgetSpent, ModelCall, Session
from agents.operations import settings
from agents.tests import messages_answers as answers
from agents.tests.selling import SOMNIO, CommittedSellingTest, SellingTest, claude_at, weight_of
from inbox.models import Message
from morfx.events.models import Event
from morfx.operations.catalogue import lookups
from morfx.operations.errors import Invalid
from morfx.tenancy import within
from morfx.testing.committed import at_once

PLENTY = 10**6


def limits(**scopes):
    """Return limits, `session_tokens_hard=5`, as they are held."""
    found: dict = {}
    for name, limit in scopes.items():
        scope, measure, hardness = name.split("_")
        found.setdefault(scope, {}).setdefault(measure, {})[hardness] = Decimal(str(limit))
    return found


@pytest.mark.parametrize("scope", budgets.SCOPES)
@pytest.mark.parametrize("measure", budgets.MEASURES)
def test_every_limit_holds_with_the_call_to_come(scope, measure):
    hard = limits(**{f"{scope}_{measure}_hard": 100})
    used = {scope: Spent(tokens=60, money=Decimal(60))}
    budgets.check(hard, used, Spent(tokens=40, money=Decimal(40)))
    with pytest.raises(BudgetExceededError) as caught:
        budgets.check(hard, used, Spent(tokens=41, money=Decimal("40.01")))
    assert (caught.value.scope, caught.value.measure, caught.value.code) == (
        scope, measure, "BUDGET_EXCEEDED",
    )  # fmt: skip
    assert (caught.value.used, caught.value.limit) == (60, 100)


def test_what_is_spent_is_spent_though_the_next_call_costs_nothing():
    with pytest.raises(BudgetExceededError):
        budgets.check(limits(session_tokens_hard=0), {}, Spent())


def test_a_soft_limit_is_crossed_once():
    soft = limits(day_tokens_soft=100, session_money_soft=5)
    added = Spent(tokens=30, money=Decimal(1))
    over = budgets.crossed(soft, {"day": Spent(tokens=110)}, added)
    assert [f"{one.scope} {one.measure} {one.used}" for one in over] == ["day tokens 110"]
    assert budgets.crossed(soft, {"day": Spent(tokens=140)}, added) == []
    assert budgets.crossed(soft, {"day": Spent(tokens=99)}, added) == []


class BudgetTest(SellingTest):
    def limit(self, **given: Any) -> None:
        settings.set_agent(self.ana, agent=SOMNIO, budgets=given)  # type: ignore[arg-type]

    def refuses(self, scope: str, measure: str) -> None:
        """See that a person goes on without a call, and that everybody is told why."""
        with claude_at() as api:
            replies = self.says("hacen envios?")
        self.assertEqual((len(api.calls), len(replies)), (0, 1))
        self.assertIn("asesor", replies[0])
        self.assertHappened("budget.reached", scope=scope, measure=measure, hardness="hard")
        trace = AgentTurn.objects.filter(role="customer").latest("id").trace
        self.assertEqual((trace["code"], trace["budget"]["scope"]), ("BUDGET_EXCEEDED", scope))
        self.assertEqual(Message.objects.filter(direction="inbound").latest("id").heard_by,
                         "budget")  # fmt: skip
        self.assertEqual(Session.objects.latest("id").status, "handed_off")

    def test_a_turn_that_may_cost_nothing_asks_nobody(self):
        self.limit(turn={"tokens": {"hard": 10}})
        self.refuses("turn", "tokens")

    def test_a_sessions_money(self):
        self.limit(session={"money": {"hard": "5"}})
        with claude_at():
            self.assertTrue(self.says("cuanto vale?"))
        Session.objects.update(cost_used=Decimal("4.9999"))
        self.refuses("session", "money")

    def test_the_day_of_the_whole_workspace(self):
        self.limit(day={"tokens": {"hard": PLENTY}})
        with claude_at():
            self.says("cuanto vale?")
        BudgetSpent.objects.update(tokens=PLENTY - 1)
        self.refuses("day", "tokens")

    def test_the_month_and_not_the_one_before(self):
        self.limit(workspace={"money": {"hard": "20"}})
        today = self.today()
        last_month = today.replace(day=1) - timedelta(days=1)
        BudgetSpent.objects.create(day=last_month, tokens=1, cost=100)
        with claude_at():
            self.assertTrue(self.says("cuanto vale?"))
        BudgetSpent.objects.filter(day=today).update(cost=Decimal("19.9999"))
        self.refuses("workspace", "money")

    def test_calls_under_way_are_counted_with_the_most_they_may_use(self):
        self.limit(day={"tokens": {"hard": PLENTY}})
        with claude_at():
            self.says("cuanto vale?")
        ModelCall.objects.create(source="anthropic", outcome="started", input_tokens=PLENTY)
        self.refuses("day", "tokens")

    def test_the_second_look_is_not_taken_when_the_turn_cannot_pay_it(self):
        with claude_at() as api:
            self.says("cuanto vale?")
            self.limit(turn={"tokens": {"hard": self.reserved() + 50}})
            api.then(answers.understood("precio", 70))
            self.says("y eso?")
        self.assertEqual(len(api.calls), 2)
        trace = AgentTurn.objects.filter(role="customer").latest("id").trace
        self.assertIn("BUDGET_EXCEEDED", trace["failures"])

    def test_a_soft_limit_warns_once_and_answers(self):
        self.limit(session={"tokens": {"soft": 50}}, day={"money": {"soft": "0.000001"}})
        with claude_at():
            self.assertTrue(self.says("cuanto vale?"))
            self.assertTrue(self.says("hacen envios?"))
        told = Event.objects.filter(name="budget.reached")
        found = sorted((row.facts["scope"], row.facts["hardness"]) for row in told)
        self.assertEqual(found, [("day", "soft"), ("session", "soft")])

    def test_every_call_is_counted_and_the_embedded_model_writes_nothing(self):
        self.says("cuanto vale?")
        self.assertFalse(BudgetSpent.objects.exists())
        with claude_at():
            self.says("hacen envios?")
            self.says("como se toma?")
        calls = ModelCall.objects.filter(source="anthropic")
        row = BudgetSpent.objects.get()
        self.assertEqual((row.day, row.tokens), (self.today(), sum(map(weight_of, calls))))
        self.assertEqual(row.cost, sum(call.cost for call in calls))
        session = Session.objects.get()
        self.assertEqual((session.tokens_used, session.cost_used), (row.tokens, row.cost))

    def test_without_a_shared_limit_nothing_is_read_of_what_others_used(self):
        with claude_at(), mock.patch.object(budgets, "shared") as shared:
            self.says("cuanto vale?")
        shared.assert_not_called()

    def test_the_lookup_tells_what_is_left(self):
        self.limit(day={"tokens": {"soft": 10, "hard": PLENTY}})
        read = lookups["agents.budget.read"]
        self.assertEqual(read.submit(self.ana, {"agent": SOMNIO})["state"], "ok")
        with claude_at():
            self.says("cuanto vale?")
        found = read.submit(self.ana, {"agent": SOMNIO})
        self.assertEqual(found["state"], "soft")
        self.assertEqual(found["spent"]["day"]["tokens"], BudgetSpent.objects.get().tokens)
        self.assertEqual(found["spent"]["day"]["money"]["currency"], "USD")

    def test_nonsense(self):
        for wrong in (
            {"year": {"tokens": {"hard": 1}}},
            {"day": {"apples": {"hard": 1}}},
            {"day": {"tokens": {"hard": -1}}},
            {"day": {"tokens": {"wet": 1}}},
        ):
            with self.subTest(wrong), self.assertRaises(Invalid):
                self.limit(**wrong)

    def reserved(self) -> int:
        from agents import content
        from agents.engine.reserving import most_of_a_call

        return most_of_a_call(content.current(SOMNIO).agent, "y eso?").tokens

    def today(self) -> date:
        with connection.cursor() as cursor:
            cursor.execute("SELECT (now() AT TIME ZONE 'America/Bogota')::date")
            return cursor.fetchone()[0]


class CountedAtOnceTest(CommittedSellingTest):
    def test_nothing_is_lost_when_many_count_at_once(self):
        def count(_: int) -> None:
            with within(self.shop.workspace.pk):
                for _ in range(5):
                    with transaction.atomic():
                        budgets.add(Spent(tokens=3, money=Decimal("0.01")))

        self.assertEqual(at_once(6, count), [None] * 6)
        with transaction.atomic():
            row = BudgetSpent.objects.get()
            self.assertEqual((row.tokens, row.cost), (90, Decimal("0.30")))

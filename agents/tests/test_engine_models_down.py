"""Models that fail under a turn: the customer gets an answer or a person, never a technical text.

Each trouble is tried with the embedded model behind Claude, and with nobody behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

from agents.engine import turn
from agents.errors import VersionConflictError
from agents.llm.chain import Chain
from agents.llm.clients import LEDGER, claude
from agents.llm.protocol import Outcome
from agents.models import AgentTurn, ModelCall, Session
from agents.operations import settings
from agents.tests import messages_answers as answers
from agents.tests.messages_answers import Answer
from agents.tests.selling import SOMNIO, SellingTest, claude_at
from crm.models import Task
from inbox.testing import NUMBER

TROUBLES = {
    "down": answers.silence,
    "slow": lambda: answers.error(504, "timeout_error"),
    "rate limited": answers.rate_limited,
    "rate limited for long": lambda: answers.rate_limited(60),
    "overloaded": answers.overloaded,
    "out of credit": answers.spend_limit,
    "empty balance": answers.no_credit,
    "bad key": lambda: answers.error(401, "authentication_error"),
    "malformed": answers.truncated,
    "nonsense": lambda: answers.says("[ERROR AGENTE] union types"),
    "cut in the middle": answers.cut_off,
    "too long": answers.cut_short,
    "refusal": answers.refusal,
    "html": answers.page,
}
TECHNICAL = ("error", "claude", "anthropic", "model", "traceback", "credit", "json", "html", "http")


def alone(language, *, fast: str, strong: str) -> Chain:
    """Build a chain without the embedded model."""
    return Chain([claude(fast, strong)], watch=LEDGER, sleep=lambda seconds: None)


def always(trouble: Callable[[], Answer]) -> Callable[[dict[str, Any]], Answer]:
    """Answer every request with the same trouble."""
    return lambda body: trouble()


class ModelsDownTest(SellingTest):
    def setUp(self) -> None:
        super().setUp()
        quick = mock.patch("agents.llm.chain.FIRST_WAIT", 0.0)
        quick.start()
        self.addCleanup(quick.stop)

    def test_with_the_embedded_model_behind_the_customer_gets_an_answer(self):
        for number, (name, trouble) in enumerate(TROUBLES.items()):
            with self.subTest(name), claude_at(always(trouble)) as api:
                self._another_customer(number)
                replies = self.says("cuanto vale?")
                self.assertTrue(any("$77,900" in reply for reply in replies), replies)
                self.assertGreater(len(api.calls), 0)
                self._says_nothing_technical(replies)

    def test_with_nobody_behind_the_customer_gets_a_person_at_once(self):
        settings.set_agent(self.ana, agent=SOMNIO, handover_message="Ya te atiendo yo.")
        for number, (name, trouble) in enumerate(TROUBLES.items()):
            with (
                self.subTest(name),
                claude_at(always(trouble)) as api,
                mock.patch("agents.engine.perceive.chain_for", alone),
            ):
                self._another_customer(number)
                tasks, calls = Task.objects.count(), ModelCall.objects.count()
                self.assertEqual(self.says("cuanto vale?"), ["Ya te atiendo yo."])
                self.assertEqual(Task.objects.count(), tasks + 1)
                self.assertEqual(ModelCall.objects.count(), calls + len(api.calls))
        self.assertHappened("conversation.handedOver")
        self.assertFalse(Session.objects.filter(status="active").exists())
        self.assertFalse(ModelCall.objects.filter(outcome__in=["started", "ok"]).exists())
        self.assertFalse(ModelCall.objects.filter(turn=None).exists())
        trace = AgentTurn.objects.filter(role="customer").latest("id").trace
        self.assertEqual(trace["handed_over"], "No model could read the message.")
        self.assertEqual(trace["models"][-1]["failure"], "cut_off")

    def test_the_second_look_that_fails_leaves_the_first(self):
        with claude_at() as api, mock.patch("agents.engine.perceive.chain_for", alone):
            api.then(answers.understood("precio", 70), answers.refusal())
            replies = self.says("y eso?")
        self.assertTrue(any("$77,900" in reply for reply in replies), replies)
        rows = ModelCall.objects.order_by("id").values_list("outcome", "error")
        self.assertEqual(list(rows), [("ok", ""), ("failed", "refused")])

    def test_a_flow_that_breaks_loses_no_cost(self):
        flow = "agents.catalogue.somnio.flow.Somnio.hear"
        self.customer_writes("cuanto vale?")
        self.run_jobs(only="agents.wake_the_agent")
        broken = mock.patch(flow, side_effect=ZeroDivisionError)
        with claude_at(), broken, self.assertRaises(ZeroDivisionError):
            turn.answer(self.conversation().pk)
        (call,) = ModelCall.objects.all()
        self.assertEqual((call.outcome, call.is_estimate), ("ok", False))

    def test_a_turn_that_is_overtaken_keeps_what_it_cost(self):
        self.customer_writes("cuanto vale?")
        self.run_jobs(only="agents.wake_the_agent")
        lost = VersionConflictError("s", 1)
        overtaken = mock.patch("agents.operations.turns.commit", side_effect=lost)
        with claude_at(), overtaken, self.assertRaises(VersionConflictError):
            turn.answer(self.conversation().pk)
        rows = list(ModelCall.objects.values_list("outcome", flat=True))
        self.assertEqual(rows, ["ok"] * turn.MOST_ROUNDS)

    def test_a_call_that_timed_out_is_a_cost_of_unknown_outcome(self):
        with claude_at(lambda body: answers.error(504, "timeout_error")):
            self.says("cuanto vale?")
        (call,) = ModelCall.objects.filter(source="anthropic")
        self.assertEqual((call.outcome, call.error), (Outcome.UNKNOWN, "timed_out"))
        self.assertTrue(call.is_estimate)
        self.assertGreater(call.cost, 0)
        self.assertEqual(call.output_tokens, 1024)

    def _another_customer(self, number: int) -> None:
        if number:
            self.sender = f"{int(self.sender) + 1}"
            self.whatsapp.customer(NUMBER, self.sender)

    def _says_nothing_technical(self, replies: list[str]) -> None:
        said = " ".join(replies).lower()
        self.assertEqual([word for word in TECHNICAL if word in said.split()], [])

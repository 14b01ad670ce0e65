"""Customers and models at their worst, as whole turns through the webhook's rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

from agents.engine import reading, turn
from agents.llm.chain import Chain
from agents.llm.clients import LEDGER, claude
from agents.models import AgentTurn, ModelCall, Session
from agents.tests import messages_answers as answers
from agents.tests.messages_answers import Answer
from agents.tests.selling import SellingTest, claude_at
from inbox.models import Message, Send
from inbox.testing import NUMBER, inbound_payload
from morfx.events.models import Event

GOOD = {
    "class": "pregunta",
    "intent": "precio",
    "confidence": 92,
    "alternatives": [],
    "fields": [],
    "reasoning": "The words say so.",
}


def of(**wrong: object) -> Callable[[], Answer]:
    """Return an understanding in which something is wrong."""
    return lambda: answers.says({**GOOD, **wrong})


def without(name: str) -> Callable[[], Answer]:
    """Return an understanding that lacks something."""
    return lambda: answers.says({key: value for key, value in GOOD.items() if key != name})


NONSENSE: dict[str, Callable[[], Answer]] = {
    "not JSON": lambda: answers.says("El cliente pregunta por el precio."),
    "half of a JSON": lambda: answers.says('{"class": "pregunta", "intent": "prec'),
    "a list": lambda: answers.says("[1, 2]"),
    "an unknown intent": of(intent="regalar_todo"),
    "an unknown class": of(**{"class": "orden"}),
    "a confidence in words": of(confidence="mucha"),
    "a confidence above all": of(confidence=1000),
    "an intent that is a number": of(intent=7),
    "fields that are a text": of(fields="nombre: Ana"),
    "alternatives of another shape": of(alternatives=["precio"]),
    "no intent": without("intent"),
    "no confidence": without("confidence"),
    "nothing": answers.empty,
    "a refusal": answers.refusal,
    "max_tokens": answers.cut_short,
    "a tool nobody offered": lambda: answers.calls(("crm_order_delete", {"order": "x"})),
}
TECHNICAL = ("error", "json", "claude", "null", "none", "traceback", "regalar_todo", "{")


def always(trouble: Callable[[], Answer]) -> Callable[[dict[str, Any]], Answer]:
    """Answer every request with the same trouble."""
    return lambda body: trouble()


def alone(language, *, fast: str, strong: str) -> Chain:
    """Build a chain without the embedded model."""
    return Chain([claude(fast, strong)], watch=LEDGER, sleep=lambda seconds: None)


class ModelsAtTheirWorstTest(SellingTest):
    def setUp(self) -> None:
        super().setUp()
        quick = mock.patch("agents.llm.chain.FIRST_WAIT", 0.0)
        quick.start()
        self.addCleanup(quick.stop)

    def test_behind_every_nonsense_the_embedded_model_answers(self):
        for name, trouble in NONSENSE.items():
            with self.subTest(name), claude_at(always(trouble)) as api:
                replies = self.another_customer_asks()
                self.assertTrue(any("$77,900" in reply for reply in replies), replies)
                self.assertGreater(len(api.calls), 0)

    def test_with_nobody_behind_it_is_an_answer_or_a_person(self):
        for name, trouble in NONSENSE.items():
            with (
                self.subTest(name),
                claude_at(always(trouble)),
                mock.patch("agents.engine.perceive.chain_for", alone),
            ):
                replies = self.another_customer_asks()
                session = Session.objects.latest("id")
                answered = any("$77,900" in reply for reply in replies)
                self.assertTrue(answered or session.status == "handed_off", replies)
                self.assertFalse(Message.objects.filter(direction="inbound", heard_at=None))
        self.assertFalse(ModelCall.objects.filter(outcome="started").exists())

    def another_customer_asks(self) -> list[str]:
        self.sender = f"{int(self.sender) + 1}"
        self.whatsapp.customer(NUMBER, self.sender)
        replies = self.says("cuanto vale?")
        self.assertTrue(replies)
        said = " ".join(replies).lower()
        self.assertEqual([word for word in TECHNICAL if word in said], [])
        return replies


class TwoHundredMessagesTest(SellingTest):
    quiet = 3.0

    def flood(self, count: int, words: str) -> None:
        """Let a customer write so many messages, all in one webhook."""
        payload = inbound_payload("hola", sender=self.sender)
        value = payload["entry"][0]["changes"][0]["value"]
        first = value["messages"][0]
        value["messages"] = [
            {**first, "id": f"{first['id']}-{n}", "text": {"body": f"{words} {n}"}}
            for n in range(count - 1)
        ]
        value["messages"].append(
            {**first, "id": f"{first['id']}-last", "text": {"body": "cuanto vale?"}}
        )
        self.store(payload)
        self.run_jobs(only="inbox.open_envelope")
        self.run_jobs(only="agents.wake_the_agent")

    def test_they_get_one_answer_and_the_model_reads_no_more_than_it_may(self):
        with claude_at() as api:
            self.flood(200, "y tambien queria saber lo siguiente de ese producto suyo")
            self.run_jobs(ahead=60)
        self.assertEqual(Message.objects.filter(direction="inbound").count(), 200)
        self.assertFalse(Message.objects.filter(direction="inbound", heard_at=None).exists())
        self.assertEqual(Event.objects.filter(name="turn.taken").count(), 1)
        self.assertEqual(Send.objects.values("plan").distinct().count(), 1)
        self.assertTrue(any("$77,900" in text for text in self.phone_shows()))
        (call,) = api.calls
        asked = call.question["message"]
        self.assertLessEqual(len(asked), reading.MOST_TEXT)
        self.assertTrue(asked.endswith("cuanto vale?"))
        heard = AgentTurn.objects.get(role="customer")
        self.assertEqual(len(heard.trace["messages"]), 200)

    def test_one_message_without_end_is_read_to_a_limit(self):
        self.store(inbound_payload("a" * 50_000, sender=self.sender))
        self.run_jobs(only="inbox.open_envelope")
        self.run_jobs(only="agents.wake_the_agent")
        turn.answer(self.conversation().pk)
        heard = AgentTurn.objects.get(role="customer")
        self.assertEqual(len(heard.text), reading.MOST_OF_ONE)

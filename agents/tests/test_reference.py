"""Appendix D of Somnio's specification: its 18 conversations, through both doors, with both models.

Each case is a test of its own in four classes: the sandbox's operations and WhatsApp's webhook, the
embedded model and a scripted Messages API. Over WhatsApp the same case is rehearsed too, and what
the customer sees and what the CRM holds must be the same. 17 and 18 are about WhatsApp alone.
"""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, ClassVar

from agents.models import AgentTurn, ModelCall
from agents.operations import settings
from agents.tests import messages_answers as answers
from agents.tests.messages_api import Api
from agents.tests.reference_cases import CASES
from agents.tests.reference_doors import CONTACT, Crm, Door, Phone, Rehearsal, Seen
from agents.tests.reference_steps import GivesBack, Person, Says, Step, Waits
from agents.tests.selling import SOMNIO, CommittedSellingTest, SellingTest, claude_at
from crm.models import Contact, Task
from inbox.models import Conversation, Message, Send
from inbox.operations import conversations
from morfx.events.models import Event
from morfx.testing.case import CafeTest

LATE = 15
"""Seconds by which the doors' clocks may differ: bubbles take time in one and none in the other."""


if TYPE_CHECKING:
    Played = CafeTest
else:
    Played = object
"""What the players stand on: no test case of their own, so that only the four doors are run."""


class Reference(Played):
    """Plays the table's cases; a subclass names the door and the model."""

    api: Api | None = None
    scripted: ClassVar[bool] = False

    def setUp(self) -> None:
        super().setUp()
        if self.scripted:
            stack = ExitStack()
            self.api = stack.enter_context(claude_at())
            self.addCleanup(stack.close)

    def play(self, name: str, door: Door) -> list[Seen]:
        """Go through a case at one door, checking every step; return what the customer saw."""
        seen = []
        for number, step in enumerate(CASES[name].steps):
            try:
                seen.append(self._take(step, door))
                self._check(step, seen[-1], door)
            except AssertionError as error:
                error.add_note(f"{type(door).__name__}, step {number} of {name}: {step}")
                raise
        for expected, order in zip(CASES[name].orders, door.crm().orders, strict=True):
            self.assertEqual({key: order[key] for key in expected}, dict(expected))
        return seen

    def _take(self, step: Step, door: Door) -> Seen:
        if isinstance(step, Waits):
            return door.waits(step.seconds)
        if isinstance(step, Person):
            return door.person(step.text)
        if isinstance(step, GivesBack):
            return door.gives_back()
        if self.api is not None:
            self._script(self.api, step)
        return door.says(step.text, step.reads)

    def _script(self, api: Api, step: Says) -> None:
        """Let the model understand what the table says; what nobody asked before is forgotten."""
        meant = step.meant
        api._script.clear()
        api.then(
            answers.understood(
                meant.intent, meant.confidence, kind=meant.kind, fields=dict(meant.fields)
            )
        )

    def _check(self, step: Step, seen: Seen, door: Door) -> None:
        words = "\n".join(seen.texts)
        if step.keys is not None:
            self.assertEqual(seen.keys, step.keys)
        for wanted in step.shows:
            self.assertIn(wanted, words)
        for unwanted in step.hides:
            self.assertNotIn(unwanted, words)
        if step.mode is not None:
            self.assertEqual(door.mode(), step.mode)
        if step.due is not None:
            level, seconds = door.due() or (-1, 0)
            self.assertEqual(level, step.due[0])
            self.assertAlmostEqual(seconds, step.due[1], delta=LATE)
        if step.data:
            self.assertLessEqual(dict(step.data).items(), dict(door.data()).items())

    def run_case(self, name: str) -> None:
        raise NotImplementedError


class TheCases(Reference):
    """The names the specification has for them."""

    def test_01_happy_path(self):
        self.run_case("01 happy path")

    def test_02_all_data_at_once_without_a_yes(self):
        self.run_case("02 all data at once, without a yes")

    def test_03_greeting_and_datum(self):
        self.run_case("03 greeting and datum")

    def test_04_question_in_the_middle(self):
        self.run_case("04 question in the middle")

    def test_05_data_and_a_question(self):
        self.run_case("05 data and a question")

    def test_06_acknowledgement(self):
        self.run_case("06 acknowledgement")

    def test_07_negation(self):
        self.run_case("07 negation")

    def test_08_reminder_then_the_list_of_what_is_missing(self):
        self.run_case("08 no data, then part of them")

    def test_09_packs_unanswered(self):
        self.run_case("09 packs unanswered")

    def test_09_pack_unconfirmed(self):
        self.run_case("09 pack unconfirmed")

    def test_09_confirmed_after_all(self):
        self.run_case("09 confirmed after all")

    def test_10_change_of_mind(self):
        self.run_case("10 change of mind")

    def test_11_a_pack_before_the_promotions(self):
        self.run_case("11 a pack before the promotions")

    def test_11_a_yes_without_a_summary(self):
        self.run_case("11 a yes without a summary")

    def test_12_not_understood(self):
        self.run_case("12 not understood")

    def test_12_a_person_is_asked_for(self):
        self.run_case("12 a person is asked for")

    def test_13_interruption(self):
        self.run_case("13 interruption")

    def test_14_second_greeting(self):
        self.run_case("14 second greeting")

    def test_15_returning_customer(self):
        self.run_case("15 returning customer")

    def test_16_a_person_beside_the_bot(self):
        self.run_case("16 a person beside the bot")


class SandboxEmbedded(TheCases, CafeTest):
    """The sandbox, without a key."""

    @classmethod
    def furnish(cls) -> None:
        settings.set_agent(cls.ana, agent=SOMNIO, on=True)

    def run_case(self, name: str) -> None:
        self.play(name, Rehearsal(self.beto))
        for model in (Contact, Message, Send, Conversation):
            self.assertFalse(model.objects.exists(), f"a rehearsal made a {model.__name__}")


class SandboxScripted(SandboxEmbedded):
    """The sandbox, with a Messages API."""

    scripted = True


class WhatsappEmbedded(TheCases, SellingTest):
    """WhatsApp, without a key."""

    speed = 1.0

    def run_case(self, name: str) -> None:
        """Play it over WhatsApp and in a rehearsal, and compare."""
        phone, rehearsal = Phone(self), Rehearsal(self.beto)
        rehearsed = self.play(name, rehearsal)
        seen = self.play(name, phone)
        self.assertEqual([one.texts for one in seen], [one.texts for one in rehearsed])
        self.assertEqual(phone.forced(), rehearsal.forced())
        self._compare(phone.crm(), rehearsal.crm())
        shown = self.phone_shows()
        self.assertFalse([text for text in shown if "{{" in text], "a variable was left open")
        self.assertFalse(Send.objects.exclude(state__in=["accepted", "withdrawn"]).exists())
        tasks = 1 if name.startswith("12") else 0
        self.assertEqual(Task.objects.count(), tasks)

    def _compare(self, real: Crm, rehearsed: Crm) -> None:
        self.assertEqual(real.orders, rehearsed.orders)
        self.assertEqual(real.contact_tags, rehearsed.contact_tags)
        nobody = {**dict.fromkeys(CONTACT, ""), "name": "Marta"}
        self.assertEqual(real.contact, {**nobody, **rehearsed.contact})

    def test_16_switching_off_stops_what_is_on_its_way(self):
        phone = Phone(self)
        phone.says("hola, cuanto vale?", 1)
        conversations.set_bot(self.beto, conversation=self.conversation(), enabled=False)
        self.assertEqual(phone.waits(60).texts, ())
        self.assertEqual(phone.says("y hacen envios?", None).texts, ())

    def test_17_a_delivery_that_comes_again(self):
        for _ in range(3):
            self.customer_writes("hola", wamid="wamid.again")
        self.run_jobs(ahead=1)
        Phone(self)._all()
        self.assertEqual(Message.objects.filter(direction="inbound").count(), 1)
        self.assertEqual(AgentTurn.objects.filter(role="customer").count(), 1)
        self.assertEqual(Event.objects.filter(name="message.received").count(), 1)
        self.assertEqual(len(self.phone_shows()), 2)

    def test_18_an_unknown_phone_becomes_one_contact(self):
        self.customer_writes("hola", name="Pepa Pérez")
        self.customer_writes("cuanto vale?", name="Pepa Pérez")
        self.run_jobs(ahead=1)
        contact = Contact.objects.get()
        self.assertEqual((contact.name, contact.phone), ("Pepa Pérez", f"+{self.sender}"))
        self.assertEqual(Conversation.objects.count(), 1)
        self.assertEqual(AgentTurn.objects.filter(role="customer").count(), 1)


class WhatsappScripted(WhatsappEmbedded):
    """WhatsApp, with a Messages API: every message is understood by it, in one call."""

    scripted = True

    def run_case(self, name: str) -> None:
        super().run_case(name)
        assert self.api is not None
        rows = ModelCall.objects.filter(turn__isnull=False)
        self.assertEqual(set(rows.values_list("source", "outcome")), {("anthropic", "ok")})
        turns = AgentTurn.objects.filter(role="customer").count()
        self.assertEqual(rows.count(), turns, "one call a turn")


class TwoAtOnce(CommittedSellingTest):
    """18, with real commits: two first messages taken in at the same moment."""

    def test_18_two_at_once_are_one_contact(self):
        together, broken = threading.Barrier(2), []

        def receive(text: str) -> None:
            try:
                together.wait(10)
                self.receive(text)
            except Exception as error:
                broken.append(error)

        threads = [self.in_thread(lambda t=text: receive(t)) for text in ("hola", "cuanto vale?")]  # type: ignore[misc]
        for thread in threads:
            thread.join(20)
        self.assertEqual(broken, [])
        self.assertEqual(Contact.objects.count(), 1)
        self.assertEqual(Conversation.objects.count(), 1)
        self.assertEqual(Message.objects.filter(direction="inbound").count(), 2)

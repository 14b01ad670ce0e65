"""The customer rewrites or deletes, and somebody writes on the phone, while the agent works."""

from __future__ import annotations

import json
import random
import time
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from agents.engine import turn
from agents.models import AgentTurn
from agents.tests.selling import SOMNIO, CommittedSellingTest, SellingTest, claude_at
from agents.tests.test_engine_races import SlowModel
from inbox.jobs import deliver, open_envelope
from inbox.models import Conversation, Envelope, Message, Send
from inbox.operations import conversations, sending
from inbox.operations.sending import Bubble
from inbox.testing import inbound_payload
from inbox.tests.incoming import echo_payload, edit, reaction, revoke
from morfx.tenancy import within
from morfx.testing.committed import at_once

RACES = 60


class AfterwardsTest(SellingTest):
    """Everything in one transaction, job by job."""

    quiet = 5.0

    def changes(self, **message: Any) -> None:
        self.store(inbound_payload("", sender=self.sender, message=message))

    def heard(self) -> list[str]:
        turns = AgentTurn.objects.filter(role="customer").order_by("number")
        return list(turns.values_list("text", flat=True))

    def test_an_edit_in_the_quiet_period_is_what_the_agent_reads(self):
        row = self.customer_writes("hola")
        self.changes(**edit(str(row.provider_id), "cuanto vale?"))
        self.run_jobs(ahead=30)
        self.assertEqual(self.heard(), ["cuanto vale?"])

    def test_a_message_deleted_in_the_quiet_period_is_not_answered(self):
        row = self.customer_writes("cuanto vale?")
        self.changes(**revoke(str(row.provider_id)))
        self.run_jobs(ahead=30)
        self.assertEqual((self.heard(), self.phone_shows()), ([], []))
        row.refresh_from_db()
        self.assertEqual(row.heard_by, "deleted")

    def test_after_the_answer_none_of_it_starts_a_turn(self):
        row = self.customer_writes("cuanto vale?")
        self.run_jobs(ahead=30)
        shown = self.phone_shows()
        wamid = str(row.provider_id)
        for change in (edit(wamid, "y dos?"), reaction(wamid, "👍"), revoke(wamid)):
            self.changes(**change)
        self.run_jobs(ahead=30)
        self.assertEqual(self.heard(), ["cuanto vale?"])
        self.assertEqual(self.phone_shows(), shown)
        self.assertTrue(shown)


class WhileTheModelThinksTest(CommittedSellingTest):
    def opens(self, payload: dict[str, Any]) -> None:
        """Open a webhook body in this thread, with real commits."""
        with transaction.atomic():
            row = Envelope.objects.create(channel=self.channel, body=json.dumps(payload).encode())
        open_envelope(envelope=row.pk)

    def meanwhile(self, first: Message, change: dict[str, Any]) -> list[str]:
        """Let a change come in while the model thinks; return what the agent then heard."""
        slow = SlowModel()
        with claude_at(slow):
            working = self.in_thread(lambda: turn.answer(first.conversation_id))
            self.assertTrue(slow.asked.wait(20))
            self.opens(inbound_payload("", sender=self.sender, message=change))
            slow.go_on.set()
            working.join(20)
        with transaction.atomic():
            return list(AgentTurn.objects.filter(role="customer").values_list("text", flat=True))

    def test_an_edit_is_answered_in_its_new_words(self):
        first = self.receive("hola")
        self.assertEqual(
            self.meanwhile(first, edit(str(first.provider_id), "cuanto vale?")), ["cuanto vale?"]
        )

    def test_a_deleted_message_is_not_answered(self):
        first = self.receive("cuanto vale?")
        self.assertEqual(self.meanwhile(first, revoke(str(first.provider_id))), [])
        with transaction.atomic():
            self.assertFalse(Send.objects.exists())

    def test_somebody_writes_on_the_phone(self):
        first, slow = self.receive("cuanto vale?"), SlowModel()
        with claude_at(slow):
            working = self.in_thread(lambda: turn.answer(first.conversation_id))
            self.assertTrue(slow.asked.wait(20))
            self.opens(echo_payload("Yo te atiendo", to=self.sender))
            slow.go_on.set()
            working.join(20)
        deliver(first.conversation_id)
        self.assertEqual(self.phone_shows(), [])
        with transaction.atomic():
            self.assertFalse(AgentTurn.objects.exists())
            self.assertEqual(Message.objects.get(pk=first.pk).heard_by, "person")

    def test_no_bubble_is_claimed_after_an_echo(self):
        conversation = self.receive("hola").conversation_id
        beforehand, late = 0, 0
        for race in range(RACES):
            self.plan(race)
            pause = random.uniform(0, 0.03)
            at_once(2, partial(self.race, conversation, race, pause))
            with transaction.atomic():
                echo = Message.objects.get(provider_id=f"wamid.echo{race}")
                for send in Send.objects.filter(plan=f"race:{race}"):
                    if send.claimed_at is None:
                        self.assertEqual((send.state, send.message_id), ("withdrawn", None))
                        late += 1
                    else:
                        self.assertLess(send.claimed_at, echo.created_at)
                        beforehand += 1
        self.assertEqual(beforehand + late, 3 * RACES)
        self.assertGreater(beforehand, 0)
        self.assertGreater(late, 0)

    def plan(self, race: int) -> None:
        """Give the conversation to the bot, which plans three bubbles without a pause."""
        row = self.conversation()
        conversations.give_back(self.beto, conversation=row)
        Conversation.objects.filter(pk=row.pk).update(last_customer_message_at=timezone.now())
        with transaction.atomic():
            newest = Message.objects.filter(direction="inbound").latest("id").pk
        sending.plan(
            self.system(),
            conversation=self.conversation(),
            bubbles=[Bubble(text=f"race {race} {number}") for number in range(3)],
            plan_id=f"race:{race}",
            agent=SOMNIO,
            after=newest,
        )

    def race(self, conversation: Any, race: int, pause: float, who: int) -> None:
        with within(self.shop.workspace.pk):
            if who == 0:
                return deliver(conversation)
            time.sleep(pause)
            self.opens(echo_payload("Yo sigo", to=self.sender, id=f"wamid.echo{race}"))
            return None


class SideBySideTest(CommittedSellingTest):
    """Envelopes are opened side by side: every order of commits ends the same."""

    def test_an_original_and_its_changes_at_once(self):
        for number in range(8):
            first = f"wamid.{number}"
            changes = [
                {"id": first, "type": "text", "text": {"body": "uno"}},
                {"id": f"{first}e", **edit(first, "dos")},
                {"id": f"{first}r", **reaction(first, "👍")},
                {"id": first, "type": "text", "text": {"body": "uno"}},
            ]
            random.shuffle(changes)
            found = at_once(4, partial(self.one, number, changes))
            self.assertEqual(found, [None] * 4)
            with transaction.atomic():
                row = Message.objects.get(provider_id=first)
                self.assertEqual((row.text, row.content["amended"]["first"]), ("dos", "uno"))

    def one(self, number: int, changes: list[dict[str, Any]], who: int) -> None:
        sender = f"5730099900{number:02}"
        body = json.dumps(inbound_payload("", sender=sender, message=changes[who])).encode()
        with within(self.shop.workspace.pk):
            with transaction.atomic():
                row = Envelope.objects.create(channel=self.channel, body=body)
            open_envelope(envelope=row.pk)

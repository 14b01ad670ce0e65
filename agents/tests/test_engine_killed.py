"""Two workers, one conversation, and one of them killed at each step: nothing is done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from urllib.parse import quote
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from agents.engine import turn
from agents.models import AgentTurn, Session, TurnLease
from agents.tests.killed_turn import STEPS
from agents.tests.selling import EVERYTHING, CommittedSellingTest
from crm.models import Order, Task
from inbox.models import Message, Send
from morfx.events.models import Event

WAITING = {"leased", "thinking", "understood", "decided"}
"""Steps before the commit: nothing is locked but the lease, and a second worker is turned away. In
the commit itself it would wait for the row."""

LATER = {"committed"}
"""Steps past the commit: the turn stands, and the second worker finds nothing left to do."""


def database_url() -> str:
    """Return the address of the test's own database."""
    used = connection.settings_dict
    host, name = quote(str(used["HOST"]), safe=""), used["NAME"]
    user, password = quote(str(used["USER"])), quote(str(used["PASSWORD"] or ""))
    port = f":{used['PORT']}" if used["PORT"] else ""
    return f"postgres://{user}:{password}@{host}{port}/{name}"


class KilledTest(CommittedSellingTest):
    def setUp(self) -> None:
        super().setUp()
        words = [sys.executable, "-m", "agents.tests.killed_turn", str(self.shop.workspace.pk)]
        environment = {**os.environ, "DATABASE_URL": database_url(), "LOG_LEVEL": "ERROR"}
        self.workers = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self.addCleanup(self.workers.wait, 10)
        self.addCleanup(self.workers.kill)
        self.hears("ready")

    def hears(self, word: str) -> None:
        assert self.workers.stdout is not None
        line = self.workers.stdout.readline().strip()
        self.assertEqual(line, word)

    def stand_at(self, step: str, conversation: UUID) -> int:
        """Let another process answer up to a step; return its id."""
        assert self.workers.stdin is not None
        assert self.workers.stdout is not None
        self.workers.stdin.write(f"{step} {conversation}\n")
        self.workers.stdin.flush()
        pid = int(self.workers.stdout.readline())
        self.hears("here")
        return pid

    def test_killed_at_every_step_of_the_turn_that_sells(self):
        for number, step in enumerate(STEPS):
            with self.subTest(step):
                self.sender = f"57300111{number:04d}"
                self.whatsapp.customer("1055500001", self.sender)
                self._killed_at(step)

    def _killed_at(self, step: str) -> None:
        for text in (EVERYTHING, "el de 2"):
            turn.answer(self.receive(text).conversation_id)
        conversation = self.receive("si, confirmo").conversation_id
        with transaction.atomic():
            orders = Order.objects.count()
        pid = self.stand_at(step, conversation)
        if step in WAITING:
            self.assertRaises(turn.Busy, turn.answer, conversation)
        os.kill(pid, signal.SIGKILL)
        self.hears("over")
        with transaction.atomic():
            self.assertEqual(Order.objects.count(), orders + (step in LATER))
            TurnLease.objects.filter(until__isnull=False).update(
                until=timezone.now() - timedelta(seconds=1)
            )
        turn.answer(conversation)
        turn.answer(conversation)
        self._sold_once(conversation, orders)

    def _sold_once(self, conversation: UUID, orders: int) -> None:
        with transaction.atomic():
            session = Session.objects.get(conversation=conversation)
            heard = session.turns.filter(role=AgentTurn.Role.CUSTOMER).order_by("number")
            self.assertEqual([row.text for row in heard], [EVERYTHING, "el de 2", "si, confirmo"])
            self.assertEqual(Order.objects.count(), orders + 1)
            order = Order.objects.get(pk=str(session.last_order_id))
            self.assertTrue(order.confirmed)
            self.assertEqual(session.version, 4)
            self.assertEqual(session.turns_taken, session.turns.count())
            sends = Send.objects.filter(conversation=conversation)
            plans = set(sends.values_list("plan", flat=True))
            self.assertLessEqual(plans, {f"turn:{row.pk}" for row in heard})
            self.assertIn(f"turn:{heard[2].pk}", plans)
            texts = list(sends.filter(plan=f"turn:{heard[2].pk}").values_list("body__key"))
            self.assertEqual(len(texts), len(set(texts)))
            unheard = Message.objects.filter(conversation=conversation, heard_at=None)
            self.assertFalse(unheard.filter(direction="inbound").exists())
            taken = Event.objects.filter(name="turn.taken", facts__session=str(session.pk))
            self.assertEqual(taken.count(), 3)
            self.assertLessEqual(Task.objects.count(), 0)
            self.assertIsNone(TurnLease.objects.get(conversation=conversation).until)

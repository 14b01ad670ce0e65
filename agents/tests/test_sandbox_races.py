"""Two go on with one rehearsal at once: one wins, the other is told, nothing is lost."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from agents.models import SandboxSession, SandboxTurn
from agents.operations import sandbox, sandbox_keeping, settings
from crm.models import Order
from morfx.operations.errors import Conflict
from morfx.testing.committed import CommittedTest, at_once

from .rehearsing import EVERYTHING, SOMNIO


class RaceTest(CommittedTest):
    def setUp(self) -> None:
        super().setUp()
        settings.set_agent(self.ana, agent=SOMNIO, on=True)

    def start(self, **how: Any) -> str:
        return str(sandbox.start(self.beto, agent=SOMNIO, **how)["session"])

    def say(self, session: str, text: str) -> Any:
        return sandbox.say.submit(self.beto, {"session": session, "text": text}).data

    def test_of_many_says_each_is_kept_whole_or_refused(self):
        session = self.start()
        answers = at_once(6, lambda number: self.say(session, f"hola, soy Jose {number}"))
        won = [answer for answer in answers if not isinstance(answer, Exception)]
        lost = [answer for answer in answers if isinstance(answer, Exception)]
        self.assertTrue(won)
        self.assertTrue(
            all(isinstance(error, Conflict) and error.retryable for error in lost), lost
        )
        with transaction.atomic():
            row = SandboxSession.objects.get(pk=session)
            numbers = SandboxTurn.objects.order_by("number").values_list("number", flat=True)
            self.assertEqual(list(numbers), list(range(1, len(won) + 1)))
        self.assertEqual((row.stage["turn"], row.version), (len(won), len(won) + 1))
        self.assertEqual(sorted(answer["turn"] for answer in won), list(range(1, len(won) + 1)))

    def test_a_live_order_is_made_once(self):
        session = self.start(live=True)
        self.say(session, EVERYTHING)
        self.say(session, "el de 2")
        answers = at_once(4, lambda _: self.say(session, "si, confirmo"))
        self.assertFalse(
            [a for a in answers if isinstance(a, Exception) and not isinstance(a, Conflict)]
        )
        with transaction.atomic():
            self.assertEqual(Order.objects.count(), 1)

    def test_taken_back_while_somebody_speaks(self):
        session = self.start()
        for _ in range(3):
            self.say(session, "hola")

        def act(number: int) -> Any:
            if number % 2:
                return self.say(session, "cuanto vale?")
            return sandbox_keeping.rewind.submit(self.beto, {"session": session, "turn": 1})

        answers = at_once(4, act)
        bad = [a for a in answers if isinstance(a, Exception) and not isinstance(a, Conflict)]
        self.assertEqual(bad, [])
        with transaction.atomic():
            row = SandboxSession.objects.get(pk=session)
            numbers = SandboxTurn.objects.order_by("number").values_list("number", flat=True)
            self.assertEqual(list(numbers), list(range(1, row.stage["turn"] + 1)))

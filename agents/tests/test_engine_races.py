"""Races with real threads and commits: whoever commits first is right, and nobody is told twice."""

from __future__ import annotations

import threading
import time
from typing import Any
from unittest import mock

from django.db import transaction

from agents.engine import leases, turn
from agents.models import AgentTurn, ModelCall, TurnLease
from agents.tests.messages_answers import Answer
from agents.tests.messages_brain import brain
from agents.tests.selling import CommittedSellingTest, claude_at, tokens_of
from inbox.jobs import deliver
from inbox.models import Send
from inbox.operations import messages
from morfx.tenancy import within
from morfx.testing.committed import at_once


class SlowModel:
    """Thinks until it is told to go on; from then on it answers at once."""

    def __init__(self) -> None:
        self.asked, self.go_on = threading.Event(), threading.Event()

    def __call__(self, body: dict[str, Any]) -> Answer:
        self.asked.set()
        assert self.go_on.wait(20)
        return brain(body)


class WhileTheModelThinksTest(CommittedSellingTest):
    def test_two_messages_get_one_answer_and_both_calls_are_paid_for(self):
        first, slow = self.receive("hola"), SlowModel()
        with claude_at(slow) as api:
            working = self.in_thread(lambda: turn.answer(first.conversation_id))
            self.assertTrue(slow.asked.wait(20))
            self.receive("cuanto vale?")
            slow.go_on.set()
            working.join(20)
        self.assertEqual(len(api.calls), 2)
        with transaction.atomic():
            (heard,) = AgentTurn.objects.filter(role="customer")
            self.assertEqual(heard.text, "hola\ncuanto vale?")
            calls = list(ModelCall.objects.filter(turn=heard))
            self.assertEqual(len(calls), 2)
            self.assertEqual(heard.tokens, sum(map(tokens_of, calls)))
            self.assertEqual(Send.objects.values("plan").distinct().count(), 1)

    def test_a_person_who_replies_silences_it_and_the_call_is_still_in_the_ledger(self):
        first, slow = self.receive("cuanto vale?"), SlowModel()
        with claude_at(slow):
            working = self.in_thread(lambda: turn.answer(first.conversation_id))
            self.assertTrue(slow.asked.wait(20))
            messages.send(self.beto, conversation=self.conversation(), text="Yo te atiendo")
            slow.go_on.set()
            working.join(20)
        deliver(first.conversation_id)
        self.assertEqual(self.phone_shows(), ["Yo te atiendo"])
        with transaction.atomic():
            self.assertFalse(AgentTurn.objects.exists())
            self.assertEqual(ModelCall.objects.get().turn_id, None)

    def test_nobody_else_may_begin_a_turn(self):
        first, slow = self.receive("cuanto vale?"), SlowModel()
        with claude_at(slow):
            working = self.in_thread(lambda: turn.answer(first.conversation_id))
            self.assertTrue(slow.asked.wait(20))
            self.assertRaises(turn.Busy, turn.answer, first.conversation_id)
            slow.go_on.set()
            working.join(20)
        with transaction.atomic():
            self.assertEqual(AgentTurn.objects.filter(role="customer").count(), 1)

    def test_a_lease_is_renewed_for_as_long_as_it_takes(self):
        first, slow = self.receive("cuanto vale?"), SlowModel()
        with claude_at(slow), mock.patch.object(leases, "RENEW_EVERY", 0.05):
            working = self.in_thread(lambda: turn.answer(first.conversation_id))
            self.assertTrue(slow.asked.wait(20))
            with transaction.atomic():
                before = TurnLease.objects.get().until
            time.sleep(0.4)
            with transaction.atomic():
                after = TurnLease.objects.get().until
            slow.go_on.set()
            working.join(20)
        assert before is not None
        assert after is not None
        self.assertGreater(after, before)
        with transaction.atomic():
            self.assertIsNone(TurnLease.objects.get().until)


class ManyAtOnceTest(CommittedSellingTest):
    def test_eight_workers_answer_once(self):
        conversation = self.receive("hola, cuanto vale?").conversation_id

        def work(_: int) -> None:
            with within(self.shop.workspace.pk):
                for _ in range(50):
                    try:
                        turn.answer(conversation)
                        return
                    except turn.Busy:
                        time.sleep(0.05)
                raise TimeoutError

        self.assertEqual(at_once(8, work), [None] * 8)
        with transaction.atomic():
            self.assertEqual(AgentTurn.objects.filter(role="customer").count(), 1)
            self.assertEqual(Send.objects.values("plan").distinct().count(), 1)

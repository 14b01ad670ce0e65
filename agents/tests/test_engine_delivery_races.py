"""A person replies while the bot is about to, again and again: who commits first is right."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import transaction
from django.utils import timezone

from agents.tests.selling import SOMNIO, CommittedSellingTest
from inbox import pacing
from inbox.jobs import deliver
from inbox.models import Channel, Conversation, Message, Send
from inbox.operations import conversations, messages, sending
from inbox.operations.sending import Bubble

BUBBLES = 3


class PersonAgainstBotTest(CommittedSellingTest):
    """Two threads with connections of their own, let go together in every round."""

    def setUp(self) -> None:
        super().setUp()
        unlimited: Any = mock.patch.object(pacing, "PAIR", pacing.Rate(timedelta(0)))
        unlimited.start()
        self.addCleanup(unlimited.stop)
        with transaction.atomic():
            Channel.objects.update(throughput=1000)

    def test_no_bubble_is_claimed_after_a_person_has_replied(self):
        self.race(100)

    @pytest.mark.kill
    def test_nor_in_a_thousand_races(self):
        """Takes a minute or more, and is run with what else takes long."""
        self.race(1000)

    def race(self, races: int) -> None:
        conversation: Any = self.receive("hola").conversation_id
        start, end = threading.Barrier(3, timeout=60), threading.Barrier(3, timeout=60)

        def every_round(do: Callable[[int], object]) -> Callable[[], None]:
            def run() -> None:
                for race in range(races):
                    start.wait()
                    do(race)
                    end.wait()

            return run

        def reply(race: int) -> None:
            time.sleep(random.uniform(0, 0.01))
            messages.send(self.beto, conversation=conversation, text=f"Yo sigo {race}")

        bot = self.in_thread(every_round(lambda _: deliver(conversation)))
        person = self.in_thread(every_round(reply))
        for race in range(races):
            self.plan(conversation, race)
            start.wait()
            end.wait()
        bot.join(20)
        person.join(20)
        deliver(conversation)
        self.judge(races)

    def judge(self, races: int) -> None:
        """Every bubble was claimed before the person's commit, and sent once, or never."""
        with transaction.atomic():
            replies = dict(Message.objects.filter(sender="user").values_list("text", "created_at"))
            sends = list(Send.objects.filter(sender="agent"))
        self.assertEqual((len(replies), len(sends)), (races, races * BUBBLES))
        said, late, on_the_wire = set(), 0, 0
        for send in sends:
            replied = replies[f"Yo sigo {send.plan.removeprefix('race:')}"]
            if send.claimed_at is None:
                self.assertEqual((send.state, send.message_id), ("withdrawn", None))
                late += 1
                continue
            self.assertLess(send.claimed_at, replied)
            self.assertEqual(send.state, "accepted")
            assert send.settled_at is not None
            on_the_wire += send.settled_at > replied
            said.add(str(send.pk))
        self.assertGreater(late, races // 10)
        self.assertGreater(len(said), races // 10)
        posted = [
            entry["data"]["biz_opaque_callback_data"]
            for entry in self.whatsapp.entries("send_accepted")
            if "race " in str(entry["data"])
        ]
        self.assertEqual(len(posted), len(set(posted)))
        self.assertEqual(set(posted), said)
        # The honest remainder: posts that had begun when the person committed.
        self.assertLess(on_the_wire, races)

    def plan(self, conversation: Any, race: int) -> None:
        """Give the conversation to the bot, which plans bubbles without a pause."""
        with transaction.atomic():
            row = Conversation.objects.get(pk=conversation)
            conversations.give_back(self.beto, conversation=row)
            rows = Conversation.objects.filter(pk=conversation)
            rows.update(last_customer_message_at=timezone.now())
            newest = Message.objects.filter(direction="inbound").latest("id").pk
            sending.plan(
                self.system(),
                conversation=rows.get(),
                bubbles=[Bubble(text=f"race {race} {number}") for number in range(BUBBLES)],
                plan_id=f"race:{race}",
                agent=SOMNIO,
                after=newest,
            )

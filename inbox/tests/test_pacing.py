"""The pace of numbers and persons: the arithmetic, its one statement, and WhatsApp's own limits."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox import pacing
from inbox.jobs import deliver
from inbox.models import Channel, Conversation, Pace
from inbox.operations import messages
from inbox.pacing import Rate
from inbox.testing import NUMBER
from inbox.tests.sending_desk import SendingTest
from morfx.tenancy import within
from morfx.testing.committed import CommittedTest, at_once

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
RATES = st.builds(
    Rate,
    every=st.integers(1, 10_000).map(lambda ms: timedelta(milliseconds=ms)),
    burst=st.integers(1, 50),
)
GAPS = st.lists(
    st.integers(0, 20_000).map(lambda ms: timedelta(milliseconds=ms)), min_size=1, max_size=80
)


def admitted(rate: Rate, gaps: list[timedelta]) -> list[tuple[datetime, datetime]]:
    """Return when each of some arrivals asked, and when it was let through."""
    now, spent, slots = START, None, []
    for gap in gaps:
        now += gap
        slot, spent = rate.admit(spent, now)
        slots.append((now, slot))
    return slots


@given(RATES, GAPS)
@settings(deadline=None)
def test_no_window_lets_more_through_than_its_length_and_the_burst_allow(rate, gaps):
    slots = [slot for _, slot in admitted(rate, gaps)]
    for first in range(len(slots)):
        for last in range(first, len(slots)):
            window = slots[last] - slots[first]
            assert last - first + 1 <= rate.burst + window // rate.every


@given(RATES, GAPS)
@settings(deadline=None)
def test_nobody_goes_before_they_ask_nor_before_who_asked_earlier(rate, gaps):
    slots = admitted(rate, gaps)
    assert all(slot >= asked for asked, slot in slots)
    assert [slot for _, slot in slots] == sorted(slot for _, slot in slots)


@given(RATES, GAPS)
@settings(deadline=None)
def test_nobody_waits_who_keeps_the_pace_and_rest_gives_the_burst_back(rate, gaps):
    slow = [max(gap, rate.every) for gap in gaps]
    assert all(slot == asked for asked, slot in admitted(rate, slow))
    burst = [timedelta(0)] * rate.burst
    rested = [*gaps, rate.every * (len(gaps) + rate.burst), *burst[1:]]
    assert all(slot == asked for asked, slot in admitted(rate, rested)[-rate.burst :])


@given(RATES, st.integers(0, 3600))
@settings(deadline=None)
def test_a_hold_lasts_as_long_as_it_was_told(rate, seconds):
    slot, _ = rate.admit(rate.spent(START, seconds), START)
    assert slot == START + timedelta(seconds=seconds)


@given(st.integers(10, 1000))
def test_in_any_second_fewer_leave_than_a_number_may_exchange(throughput):
    rate = pacing.of_number(throughput)
    late = timedelta(seconds=1 + pacing.FRESH)
    assert rate.burst + late / rate.every <= throughput


class NumberTest(SendingTest):
    """The statement that reserves does what the arithmetic says."""

    def setUp(self) -> None:
        super().setUp()
        pacing._stocks.clear()

    def test_it_agrees_with_the_arithmetic(self):
        rate = Rate(timedelta(seconds=30), burst=3)
        waits = [pacing._reserve(self.channel.pk, rate, 1) for _ in range(4)]
        ahead = [round(row[0] / 30) for row in waits if row]
        self.assertEqual(ahead, [1, 2, 3, 4])
        spent, expected = None, []
        for _ in range(4):
            slot, spent = rate.admit(spent, START)
            expected.append((slot - START).total_seconds())
        got = [max(0.0, each * 30 - 30 - 60) for each in ahead]
        self.assertEqual(got, expected)

    def test_several_slots_are_given_while_there_are_several(self):
        rate = Rate(timedelta(seconds=30), burst=4)
        granted = [(pacing._reserve(self.channel.pk, rate, 3) or (0, 0))[1] for _ in range(3)]
        self.assertEqual(granted, [1, 3, 1])  # the first makes the row

    def test_beyond_the_horizon_nothing_is_reserved(self):
        pacing.hold([self.channel.pk], 3600)
        before = Pace.objects.get().spent_until
        turn = pacing.turn_of(self.channel.pk)
        self.assertFalse(turn.reserved)
        self.assertGreater(turn.wait, 3500)
        self.assertEqual(Pace.objects.get().spent_until, before)

    def test_a_shorter_hold_does_not_shorten_a_longer_one(self):
        self.assertEqual(pacing.hold([self.channel.pk], 600), {self.channel.pk})
        self.assertEqual(pacing.hold([self.channel.pk], 2), set())
        self.assertGreater(pacing.turn_of(self.channel.pk).wait, 500)

    def test_who_must_wait_comes_back_at_the_reserved_moment_without_reserving_again(self):
        messages.send(self.beto, conversation=self.chat, text="Hola")
        pacing.hold([self.channel.pk], 5)
        self.deliver()
        from morfx.jobs.models import Job

        job = Job.objects.get(name="inbox.deliver")
        slot = datetime.fromisoformat(job.args["slot"])
        self.assertAlmostEqual((slot - timezone.now()).total_seconds(), 5, delta=1)
        spent = Pace.objects.get().spent_until
        with mock.patch("inbox.pacing.timezone.now", return_value=slot):
            deliver(conversation=self.chat.pk, slot=slot)
        self.assertEqual(Pace.objects.get().spent_until, spent)
        self.assertEqual(self.phone_shows(), ["Hola"])

    def test_a_conversation_that_finds_nothing_gives_its_slot_back(self):
        for _ in range(5):
            deliver(conversation=self.chat.pk)
        spent = Pace.objects.get().spent_until - timezone.now()
        self.assertLess(spent, timedelta(seconds=0.1))


class PairTest(SendingTest):
    """One message in so many seconds to one person."""

    def many(self, count: int) -> None:
        for number in range(count):
            messages.send(self.beto, conversation=self.chat, text=f"No. {number}")

    def refused(self) -> int:
        return sum(1 for row in self.chat.sends.all() if row.state == "rejected")

    def wait_for_all(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while self.chat.sends.filter(state="planned").exists() and time.monotonic() < end:
            self.deliver()
            time.sleep(0.02)

    def test_with_pacing_131056_is_never_provoked(self):
        self.whatsapp.set_faults(NUMBER, pair_interval=0.2)
        self.addCleanup(self.whatsapp.set_faults, NUMBER)
        with mock.patch.object(pacing, "PAIR", Rate(timedelta(seconds=0.22))):
            self.many(5)
            self.wait_for_all(10)
        self.assertEqual(self.phone_shows(), [f"No. {number}" for number in range(5)])
        self.assertEqual(self.refused(), 0)

    def test_without_it_would_be(self):
        self.whatsapp.set_faults(NUMBER, pair_interval=0.2)
        self.addCleanup(self.whatsapp.set_faults, NUMBER)
        with mock.patch.object(pacing, "PAIR", Rate(timedelta(0))):
            self.many(3)
            self.deliver()
        self.assertGreater(self.refused(), 0)

    def test_a_usual_answer_of_several_bubbles_does_not_wait(self):
        self.many(8)
        self.deliver()
        self.assertEqual(len(self.phone_shows()), 8)

    def test_a_long_burst_is_paid_back(self):
        self.many(pacing.PAIR.burst + 2)
        for _ in range(5):
            self.deliver()
        self.assertEqual(len(self.phone_shows()), pacing.PAIR.burst)
        self.assertEqual(self.refused(), 0)
        self.assertEqual(self.chat.sends.filter(state="planned").count(), 2)


class ThroughputTest(SendingTest):
    """So many messages a second through one number."""

    def send_all(self, count: int, *, allowed: int, paced: int) -> int:
        """Send messages to a WhatsApp that takes `allowed` a second; return how many it refused."""
        self.whatsapp.set_faults(NUMBER, throughput=allowed)
        self.addCleanup(self.whatsapp.set_faults, NUMBER)
        Channel.objects.update(throughput=paced)
        pacing._stocks.clear()
        time.sleep(1)  # what other tests said counts too
        for number in range(count):
            messages.send(self.beto, conversation=self.chat, text=f"No. {number}")
        end = time.monotonic() + 20
        with mock.patch.object(pacing, "PAIR", Rate(timedelta(0))):
            while self.chat.sends.filter(state="planned").exists() and time.monotonic() < end:
                self.deliver()
                time.sleep(0.01)
        return int(self.chat.sends.filter(state="rejected").count())

    def test_with_pacing_130429_is_never_provoked(self):
        self.assertEqual(self.send_all(30, allowed=20, paced=20), 0)
        self.assertEqual(len(self.phone_shows()), 30)

    def test_without_it_would_be(self):
        self.assertGreater(self.send_all(8, allowed=2, paced=1000), 0)


class SharedTest(CommittedTest):
    """Processes share one budget; here threads that keep no stock stand for them."""

    def test_many_at_once_never_get_more_than_there_is(self):
        from django.db import transaction

        with transaction.atomic():
            channel = Channel.objects.create(provider="cloud", phone_number_id="1")
        rate = Rate(timedelta(seconds=5), burst=6)

        def reserve(_: int) -> Any:
            with within(self.shop.workspace.pk), transaction.atomic():
                return pacing._reserve(channel.pk, rate, 1)

        rows = at_once(12, reserve)
        waits = sorted(row[0] - 5 - 25 for row in rows)  # type: ignore[index]
        self.assertEqual(sum(1 for wait in waits if wait <= 0), 6)
        self.assertEqual([round(wait / 5) for wait in waits[6:]], [1, 2, 3, 4, 5, 6])
        self.assertFalse(Conversation.objects.exists())

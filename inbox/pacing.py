"""How fast we send: WhatsApp's limits per number and per person, kept before they are hit.

Both are budgets that refill at a steady rate and may be borrowed from (the "generic cell rate
algorithm", GCRA): one moment says until when the budget is spent. A person's is a column of the
conversation; a number's is one row for all processes, from which each reserves a few slots at a
time, so that no send waits for another's transaction.

Sources: Meta, Cloud API, "Throughput" (80 messages a second and number, both ways together; 20 in
coexistence; up to 1,000) and "Pair rate limits" (one message in 6 seconds to the same person; up
to 45 in a burst, borrowed from later). The burst is as other vendors' manuals retell Meta's page,
which was not read itself.
"""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from morfx.tenancy import current_id
from morfx.tenancy.rows import new_id

from .models import Channel, Conversation

SHARE = 0.75
"""How much of a number's throughput we send at most; the rest is for what customers write."""
NAP = 0.25
"""Seconds a worker waits itself for a slot; a longer wait is put off to a job."""
FRESH = 0.1
"""Seconds for which reserved slots may be used; later they would add to somebody else's."""
HORIZON = 60.0
"""Seconds into the future that slots are given out for; who is told more comes back and asks."""
LATE = 1.0
"""Seconds after which a slot that was waited for is no longer one's own."""


@dataclass(frozen=True)
class Rate:
    """One event `every` so often, and up to `burst` at once, borrowed from later."""

    every: timedelta
    burst: int = 1

    @property
    def credit(self) -> timedelta:
        """Return how far ahead a budget may be spent."""
        return self.every * (self.burst - 1)

    def admit(self, spent_until: datetime | None, now: datetime) -> tuple[datetime, datetime]:
        """Return when the next event may happen, and until when the budget is spent after it."""
        start = max(spent_until or now, now)
        return max(now, start - self.credit), start + self.every

    def spent(self, now: datetime, seconds: float) -> datetime:
        """Return until when a budget must be spent for the next event to wait so many seconds."""
        return now + timedelta(seconds=seconds) + self.credit


PAIR = Rate(timedelta(seconds=settings.PAIR_SECONDS), burst=40)
"""To one person; a little less than the 45 Meta lets one borrow."""


def of_number(throughput: int) -> Rate:
    """Return the rate of a number: in any second fewer than its throughput leave."""
    return Rate(timedelta(seconds=1 / (SHARE * throughput)), burst=max(1, throughput // 8))


@dataclass(frozen=True)
class Turn:
    """When a number's turn comes, in seconds, and whether that slot is ours already."""

    wait: float = 0.0
    reserved: bool = True


class _Stock:
    """The slots of one number that this process has reserved."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.left, self.until, self.size = 0, 0.0, 1
        self.throughput, self.looked_at = 0, 0.0

    def take(self) -> bool:
        with self.lock:
            if self.left and time.monotonic() < self.until:
                self.left -= 1
                return True
            return False

    def put_back(self) -> None:
        with self.lock:
            self.left += 1

    def filled(self, granted: int) -> None:
        """Take in what was reserved; who uses all of it up in time asks for more next time."""
        with self.lock:
            used_up = not self.left and time.monotonic() < self.until + FRESH
            self.size = min(self.size * 2, max(1, self.throughput // 20)) if used_up else 1
            if self.left and time.monotonic() < self.until:  # another thread reserved as well
                self.left += granted - 1
                return
            self.left, self.until = granted - 1, time.monotonic() + FRESH


_stocks: dict[UUID, _Stock] = {}


@lru_cache(maxsize=20_000)
def channel_of(conversation_id: UUID) -> UUID:
    """Return a conversation's channel, which never changes."""
    with transaction.atomic():
        found = Conversation.objects.values_list("channel_id", flat=True).get(pk=conversation_id)
    return UUID(str(found))


def spare(channel_id: UUID) -> bool:
    """Take a slot that this process has in stock; False when there is none."""
    stock = _stocks.get(channel_id)
    return stock is not None and stock.take()


def give_back(channel_id: UUID) -> None:
    """Return a slot that was not needed."""
    if stock := _stocks.get(channel_id):
        stock.put_back()


def still_ours(slot: datetime | None) -> bool:
    """Tell whether a slot that was waited for may still be used."""
    if slot is None:
        return False
    return -NAP <= (timezone.now() - slot).total_seconds() <= LATE


def turn_of(channel_id: UUID) -> Turn:
    """Take the number's next slot, from the stock or for everybody; say when it is."""
    stock = _stocks.setdefault(channel_id, _Stock())
    if stock.take():
        return Turn()
    with transaction.atomic():
        if time.monotonic() - stock.looked_at > 30 or not stock.throughput:
            found = Channel.objects.values_list("throughput", flat=True).get(pk=channel_id)
            stock.throughput, stock.looked_at = max(1, found), time.monotonic()
        rate = of_number(stock.throughput)
        row = _reserve(channel_id, rate, min(stock.size, rate.burst))
        if row is None:
            return Turn(_busy_for(channel_id, rate) * random.uniform(1, 1.1), reserved=False)  # noqa: S311
    ahead, granted = row
    wait = ahead - granted * rate.every.total_seconds() - rate.credit.total_seconds()
    if wait <= 0:
        stock.filled(granted)
    return Turn(max(0.0, wait))


def hold(channel_ids: list[UUID], seconds: float) -> set[UUID]:
    """Let numbers send nothing for so long: their budget is spent until then.

    Return those that were not held for about as long already.
    """
    news = set[UUID]()
    wanted = Channel.objects.filter(pk__in=channel_ids).values_list("pk", "throughput")
    for channel_id, throughput in sorted(wanted):
        rate = of_number(throughput)
        now = timezone.now()
        if _busy_for(channel_id, rate) < seconds / 2:
            news.add(channel_id)
        ahead = (rate.spent(now, seconds) - now).total_seconds()
        with connection.cursor() as cursor:
            cursor.execute(HOLD, _values(channel_id, ahead=ahead))
        _stocks.pop(channel_id, None)
    return news


RESERVE = """
INSERT INTO inbox_pace AS pace (id, workspace_id, created_at, channel_id, granted, spent_until)
VALUES (%(id)s, %(workspace)s, now(), %(channel)s, 1,
        clock_timestamp() + make_interval(secs => %(every)s))
ON CONFLICT (channel_id) DO UPDATE SET
  granted = CASE WHEN pace.spent_until <= excluded.spent_until + make_interval(
                   secs => %(credit)s - %(every)s * %(wanted)s)
            THEN %(wanted)s ELSE 1 END,
  spent_until = greatest(pace.spent_until, excluded.spent_until - make_interval(secs => %(every)s))
    + make_interval(secs => %(every)s) * CASE WHEN pace.spent_until <= excluded.spent_until
        + make_interval(secs => %(credit)s - %(every)s * %(wanted)s) THEN %(wanted)s ELSE 1 END
WHERE pace.spent_until <= excluded.spent_until + make_interval(secs => %(credit)s + %(horizon)s)
RETURNING extract(epoch FROM spent_until - clock_timestamp())::float8, granted,
          set_config('synchronous_commit', 'off', true)
"""
"""One statement, one short lock. Its commit need not be on disk: a crash forgets some budget."""

HOLD = """
INSERT INTO inbox_pace AS pace (id, workspace_id, created_at, channel_id, granted, spent_until)
VALUES (%(id)s, %(workspace)s, now(), %(channel)s, 1,
        clock_timestamp() + make_interval(secs => %(ahead)s))
ON CONFLICT (channel_id) DO UPDATE
SET spent_until = greatest(pace.spent_until, excluded.spent_until)
"""

BUSY = """
SELECT extract(epoch FROM spent_until - clock_timestamp())::float8 FROM inbox_pace
WHERE channel_id = %(channel)s
"""


def _reserve(channel_id: UUID, rate: Rate, wanted: int) -> tuple[float, int] | None:
    every, credit = rate.every.total_seconds(), rate.credit.total_seconds()
    values = _values(channel_id, every=every, credit=credit, wanted=wanted, horizon=HORIZON)
    with connection.cursor() as cursor:
        cursor.execute(RESERVE, values)
        row = cursor.fetchone()
    return None if row is None else (float(row[0]), int(row[1]))


def _busy_for(channel_id: UUID, rate: Rate) -> float:
    with connection.cursor() as cursor:
        cursor.execute(BUSY, {"channel": channel_id})
        row = cursor.fetchone()
    return max(0.0, float(row[0]) - rate.credit.total_seconds()) if row else 0.0


def _values(channel_id: UUID, **more: float) -> dict[str, Any]:
    return {"id": new_id(), "workspace": current_id(), "channel": channel_id, **more}

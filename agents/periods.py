"""Periods of whole days in the workspace's time zone, each with the one it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from morfx.operations.errors import Refused

LONGEST = 366
"""Days one may ask for at once."""

EARLIEST = date(2000, 1, 1)
"""Before it nothing happened here; earlier days are slips of the keyboard."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """The moments from `start` up to, not including, `end`."""

    start: datetime
    end: datetime

    @property
    def first_id(self) -> UUID:
        """Return the smallest id that a row of this span can have: ids begin with their time."""
        return floor(self.start)

    @property
    def past_id(self) -> UUID:
        """Return the smallest id behind the span."""
        return floor(self.end)


@dataclass(frozen=True, kw_only=True)
class Period:
    """Whole days from `first` to `last`, in a time zone, as far as they have passed by `now`."""

    first: date
    last: date
    zone: ZoneInfo
    now: datetime

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1

    @property
    def span(self) -> Span:
        """Return its moments; a period that is not over ends now."""
        return Span(start=self._midnight(self.first), end=min(self._end, self.now))

    @property
    def before(self) -> Span:
        """Return the period of the same length just before it.

        Where this one is not over, the other ends at the same hour, so that a morning is compared
        with a morning.
        """
        back = timedelta(days=self.days)
        start = self._midnight(self.first - back)
        if self.now >= self._end:
            return Span(start=start, end=self._midnight(self.first))
        return Span(start=start, end=self.now.astimezone(self.zone) - back)

    @property
    def _end(self) -> datetime:
        return self._midnight(self.last + timedelta(days=1))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)


def floor(moment: datetime) -> UUID:
    """Return the smallest id of a moment (UUID version 7: 48 bits of milliseconds come first)."""
    return UUID(int=max(0, int(moment.timestamp() * 1000)) << 80)


def last_days(count: int, zone: str, now: datetime) -> Period:
    """Return the last days up to today, which counts as one of them."""
    here = ZoneInfo(zone)
    today = now.astimezone(here).date()
    return Period(first=today - timedelta(days=count - 1), last=today, zone=here, now=now)


def between(first: date, last: date, zone: str, now: datetime) -> Period:
    """Return the days from `first` to `last`. Raises Refused for days that make no period."""
    here = ZoneInfo(zone)
    today = now.astimezone(here).date()
    if first < EARLIEST:
        raise Refused(_("Nothing happened here before the year 2000."), field="since")
    if last > today:
        raise Refused(_("That day is still to come."), field="until")
    if first > last:
        raise Refused(_("The last day is before the first."), field="until")
    if (last - first).days >= LONGEST:
        words = _("Ask for at most %(days)s days at once.") % {"days": LONGEST}
        raise Refused(words, field="since")
    return Period(first=first, last=last, zone=here, now=now)

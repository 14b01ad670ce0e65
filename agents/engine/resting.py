"""When a session is over by itself: nobody has written for long, or a night has passed.

The night's close runs at two in the morning of the workspace's own time zone and takes the sessions
of the days before: a customer who writes the next day is not answered out of a state of yesterday.
Moments are compared in UTC; only the borders of the day are reckoned in the zone.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

NIGHT = time(2, 0)
"""When the day before is closed, on the workspace's clock."""

SOONEST = timedelta(hours=1)
"""No rule closes a session that somebody wrote in for less than this ago: the shortest rule there
is by inactivity, and half of what the night leaves to who wrote at midnight."""


def why_over(
    last_activity_at: datetime, now: datetime, zone: str, *, idle: timedelta, nightly: bool
) -> str:
    """Return why a session is over, `inactivity` or `night`; empty when it is not."""
    if now - last_activity_at > idle:
        return "inactivity"
    if nightly and last_activity_at < _last_midnight(now, zone):
        return "night"
    return ""


def _last_midnight(now: datetime, zone: str) -> datetime:
    """Return the midnight that the last close at night looked back to."""
    here = ZoneInfo(zone)
    local = now.astimezone(here)
    day = local.date() if local.time() >= NIGHT else local.date() - timedelta(days=1)
    return datetime.combine(day, time(0), tzinfo=here)

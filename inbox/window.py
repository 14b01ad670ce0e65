"""The 24-hour customer service window of WhatsApp, as pure functions of two moments.

Every message (or call) of a customer opens it anew; inside it any kind of message may be sent,
outside it only approved templates. Source: Meta, WhatsApp Business Platform, "Messaging windows".
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

LENGTH = timedelta(hours=24)
WARNING = timedelta(hours=2)
"""With less than this left, the page warns."""


class WindowState(StrEnum):
    """What may be sent: anything, anything but hurry, or templates only."""

    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


def closes_at(last_customer_message_at: datetime | None) -> datetime | None:
    """Return the moment the window closes; `None` when the customer has never written."""
    if last_customer_message_at is None:
        return None
    return _aware(last_customer_message_at) + LENGTH


def is_open(last_customer_message_at: datetime | None, now: datetime) -> bool:
    """Say whether a free-form message may be sent at `now`. The closing moment is outside."""
    return left(last_customer_message_at, now) > timedelta(0)


def left(last_customer_message_at: datetime | None, now: datetime) -> timedelta:
    """Return how long the window stays open; zero when it is closed.

    A customer message dated after `now` (a clock that is ahead) counts as written now, so that
    a wrong date never keeps a window open for longer than 24 hours.
    """
    if last_customer_message_at is None:
        return timedelta(0)
    written = min(_aware(last_customer_message_at), _aware(now))
    return max(written + LENGTH - now, timedelta(0))


def state(last_customer_message_at: datetime | None, now: datetime) -> WindowState:
    """Name the window's state at `now`: closing means less than two hours are left."""
    remaining = left(last_customer_message_at, now)
    if not remaining:
        return WindowState.CLOSED
    return WindowState.CLOSING if remaining < WARNING else WindowState.OPEN


def _aware(moment: datetime) -> datetime:
    """Refuse a moment without a time zone: guessing one would move the window by hours."""
    if moment.utcoffset() is None:
        raise ValueError("a moment without a time zone cannot be compared with a window")
    return moment

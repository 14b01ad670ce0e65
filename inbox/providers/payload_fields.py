"""Single fields of WhatsApp's JSON, read without trust: ids, lists, moments."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

Raw = Mapping[str, object]
"""A JSON object as it came."""

LONGEST_ID = 160
"""Characters. A business-scoped id has up to 135, a message's about 70."""

_EARLIEST = datetime(2009, 1, 1, tzinfo=UTC).timestamp()
_LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()


def moment(value: object) -> datetime | None:
    """Read WhatsApp's seconds (or, as seen, milliseconds) since 1970; `None` for nonsense."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    if math.isfinite(seconds) and seconds > _LATEST:
        seconds /= 1000
    if not _EARLIEST <= seconds < _LATEST:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def objects(value: object) -> Iterator[Raw]:
    """Go through the objects of what should be a list; anything else is skipped."""
    for item in value if isinstance(value, list) else []:
        if isinstance(item, Mapping):
            yield item


def text_at(raw: Raw, key: str) -> str | None:
    """Return a non-empty string (a whole number counts as one) or `None`."""
    value = raw.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value.strip() or None if isinstance(value, str) else None


def id_at(raw: Raw, key: str) -> str | None:
    """Return an id, or `None`, also for one longer than any real one: no index could hold it."""
    value = text_at(raw, key)
    return value if value is None or len(value) <= LONGEST_ID else None


def required(raw: Raw, key: str) -> str:
    """Return a non-empty string of the length of an id, or raise `ValueError`."""
    value = text_at(raw, key)
    if value is None:
        raise ValueError(f"no {key}")
    if len(value) > LONGEST_ID:
        raise ValueError(f"{key} is longer than any")
    return value

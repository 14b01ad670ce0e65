"""A day's business hours as people write them: `8:00-12:00, 14:00-18:00`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any

from django.utils.translation import gettext as _

STRETCH = re.compile(r"^(\d{1,2})(?::(\d{2}))?\s*[-–a]\s*(\d{1,2})(?::(\d{2}))?$")
"""Two times of day with a dash, or the Spanish "a", between them; minutes may be left out."""

MOST = 6
"""Stretches of one day."""


def read(text: str) -> list[dict[str, str]]:
    """Read a day's hours; nothing written is a closed day. Raises ValueError with a sentence."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) > MOST:
        raise ValueError(_("Write at most %(most)s stretches.") % {"most": MOST})
    found = [_stretch(part) for part in parts]
    ends = [minute for stretch in found for minute in _minutes(stretch)]
    if ends != sorted(ends):
        raise ValueError(_("Write the stretches in order; each ends after it begins."))
    return found


def write(stretches: Iterable[Mapping[str, Any]]) -> str:
    """Return a day's hours as `read` reads them."""
    return ", ".join(f"{_short(one['since'])}-{_short(one['until'])}" for one in stretches)


def _stretch(part: str) -> dict[str, str]:
    match = STRETCH.match(part)
    if match is None:
        raise ValueError(_("Write hours such as 8:00-12:00, 14:00-18:00."))
    first, first_minute, last, last_minute = match.groups()
    return {
        "since": _time(int(first), int(first_minute or 0)),
        "until": _time(int(last) % 24, int(last_minute or 0)),
    }


def _time(hour: int, minute: int) -> str:
    try:
        return time(hour, minute).isoformat("minutes")
    except ValueError:
        raise ValueError(_("There is no such time of day.")) from None


def _minutes(stretch: Mapping[str, str]) -> tuple[int, int]:
    """Return beginning and end as minutes of the day; an end at 0:00 is that of the day."""
    since, until = time.fromisoformat(stretch["since"]), time.fromisoformat(stretch["until"])
    end = until.hour * 60 + until.minute or 24 * 60
    begin = since.hour * 60 + since.minute
    if end <= begin:
        raise ValueError(_("Write the stretches in order; each ends after it begins."))
    return begin, end


def _short(moment: object) -> str:
    return str(moment)[:5].removeprefix("0")

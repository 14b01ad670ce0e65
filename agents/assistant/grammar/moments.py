"""When something is due, as people say it: tomorrow at three, el viernes, in two hours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from .words import flat

MORNING, EVENING = time(9), time(18)
"""The hour that is meant when none is said: of a day, and of today."""

_DAYS = {
    "lunes": 0, "monday": 0, "martes": 1, "tuesday": 1, "miercoles": 2, "wednesday": 2,
    "jueves": 3, "thursday": 3, "viernes": 4, "friday": 4, "sabado": 5, "saturday": 5,
    "domingo": 6, "sunday": 6,
}  # fmt: skip
_MONTHS = {
    "enero": 1, "january": 1, "febrero": 2, "february": 2, "marzo": 3, "march": 3, "abril": 4,
    "april": 4, "mayo": 5, "may": 5, "junio": 6, "june": 6, "julio": 7, "july": 7, "agosto": 8,
    "august": 8, "septiembre": 9, "september": 9, "octubre": 10, "october": 10, "noviembre": 11,
    "november": 11, "diciembre": 12, "december": 12,
}  # fmt: skip
_COUNTS = {
    "un": 1, "una": 1, "a": 1, "an": 1, "one": 1, "dos": 2, "two": 2, "tres": 3, "three": 3,
    "cuatro": 4, "four": 4, "cinco": 5, "five": 5,
}  # fmt: skip
_UNITS = {
    "minuto": "minutes", "minute": "minutes", "hora": "hours", "hour": "hours", "dia": "days",
    "day": "days", "semana": "weeks", "week": "weeks",
}  # fmt: skip

_SOON = re.compile(
    rf"\b(?:en|dentro de|in)\s+(?P<n>\d{{1,3}}|{'|'.join(_COUNTS)})\s+"
    rf"(?P<unit>{'|'.join(_UNITS)})s?\b"
)
_DAY = re.compile(
    r"\b(?P<after>pasado manana|(?:the )?day after tomorrow)\b"
    r"|\b(?P<morning>(?:por|en|de) la manana|in the morning)\b"
    r"|\b(?P<tomorrow>(?:para )?manana|tomorrow)\b|\b(?P<today>(?:para )?hoy|today)\b"
    rf"|\b(?:(?:para )?el|este|on|next|this|para el)?\s*(?:proximo\s+)?(?P<day>{'|'.join(_DAYS)})\b"
    rf"|\b(?:el|on the|on)\s+(?:dia\s+)?(?P<date>\d{{1,2}})(?:st|nd|rd|th)?"
    rf"(?:\s+(?:de|of)\s+(?P<month>{'|'.join(_MONTHS)}))?\b(?!\s*(?:[:.]\d|am|pm))"
    rf"|\bon\s+(?P<month_first>{'|'.join(_MONTHS)})\s+(?P<date_after>\d{{1,2}})(?:st|nd|rd|th)?\b"
)
_HOUR = re.compile(
    r"\b(?:a las?|at|sobre las|by)\s+(?P<h>\d{1,2})(?:[:.](?P<m>\d{2}))?\s*(?P<half>[ap]\.?m\b\.?)?"
    r"|\b(?P<h2>\d{1,2})(?:[:.](?P<m2>\d{2}))?\s*(?P<half2>[ap]\.?m\b\.?)"
    r"|\b(?P<noon>al? mediodia|at noon|noon)\b"
)


@dataclass(frozen=True, kw_only=True)
class Due:
    """A moment, and the text without the words that named it."""

    at: datetime | None
    rest: str


def due_in(text: str, now: datetime) -> Due:
    """Find when something is due; `now` is in the time zone people speak of.

    An hour without a half of the day is in working hours: three is at three in the afternoon.
    """
    if found := _SOON.search(flat(text)):
        count = _COUNTS.get(found["n"]) or int(found["n"])
        at = now + timedelta(**{_UNITS[found["unit"]]: count})
        return Due(at=at.replace(second=0, microsecond=0), rest=_without(text, [found]))
    hour = _HOUR.search(flat(text))
    days = [m for m in _DAY.finditer(flat(text)) if not (hour and _touch(m, hour))]
    day = next((m for m in days if not m["morning"]), None)
    if hour is None and day is None:
        return Due(at=None, rest=text)
    date = _date(day, now) if day else now
    clock = _clock(hour) if hour else MORNING
    if hour is None and date.date() == now.date():
        clock = EVENING
    at = date.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
    if at <= now:
        at += timedelta(days=1) if day is None else now - at + timedelta(hours=1)
    morning = next((m for m in days if m["morning"]), None)
    return Due(at=at, rest=_without(text, [m for m in (hour, day, morning) if m]))


def _touch(one: re.Match[str], other: re.Match[str]) -> bool:
    return one.start() < other.end() and other.start() < one.end()


def _date(found: re.Match[str], now: datetime) -> datetime:
    if found["after"]:
        return now + timedelta(days=2)
    if found["tomorrow"]:
        return now + timedelta(days=1)
    if found["today"]:
        return now
    if found["day"]:
        ahead = (_DAYS[found["day"]] - now.weekday()) % 7
        return now + timedelta(days=ahead or 7)
    return _calendar(
        int(found["date"] or found["date_after"]), found["month"] or found["month_first"], now
    )


def _calendar(day: int, month: str | None, now: datetime) -> datetime:
    """Return the next such date; one that no month has means today in a week."""
    for ahead in range(24):
        number = now.month - 1 + ahead
        if month and _MONTHS[month] != number % 12 + 1:
            continue
        try:
            date = now.replace(year=now.year + number // 12, month=number % 12 + 1, day=day)
        except ValueError:
            continue
        if date.date() >= now.date():
            return date
    return now + timedelta(days=7)


def _clock(found: re.Match[str]) -> time:
    if found["noon"]:
        return time(12)
    hour, half = int(found["h"] or found["h2"]), (found["half"] or found["half2"] or "")[:1]
    minute = int(found["m"] or found["m2"] or 0)
    if half == "p" or (not half and 1 <= hour <= 6):
        hour = hour % 12 + 12
    elif half == "a":
        hour = hour % 12
    return time(min(hour, 23), min(minute, 59))


def _without(text: str, found: list[re.Match[str]]) -> str:
    for match in sorted(found, key=lambda each: -each.start()):
        text = text[: match.start()] + " " + text[match.end() :]
    return " ".join(text.split())

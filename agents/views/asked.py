"""Which period a page is asked for: the last days, or days of one's own; slips get a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agents import periods
from agents.periods import Period
from morfx.operations.errors import Refused

DAYS = (1, 7, 30, 90)
USUAL = 7
NAMES = {"since": "from", "until": "to"}
"""What the period's ends are called in addresses."""

TODAY = gettext_lazy("Today")


@dataclass(kw_only=True)
class Asked:
    """A period, how it was asked for, and what was wrong with that."""

    period: Period
    days: int | None
    """None for days of one's own."""
    typed: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def query(self) -> dict[str, str]:
        """Return what asks for the same period again."""
        return {"from": str(self.period.first), "to": str(self.period.last)}


def period_of(query: QueryDict, zone: str, usual: int = USUAL) -> Asked:
    """Read a period from an address; the usual one where it names none, or none that can be."""
    now = timezone.now()
    typed = {name: query.get(name, "").strip() for name in ("from", "to")}
    if any(typed.values()):
        return _own_days(typed, zone, usual)
    wanted = query.get("days", "")
    days = int(wanted) if wanted.isdecimal() and int(wanted) in DAYS else usual
    return Asked(period=periods.last_days(days, zone, now), days=days, typed=typed)


def _own_days(typed: dict[str, str], zone: str, usual: int) -> Asked:
    now = timezone.now()
    fallback = periods.last_days(usual, zone, now)
    days: dict[str, date | None] = {name: _day(text) for name, text in typed.items()}
    first, last = days["from"], days["to"]
    if first is None or last is None:
        sentence = _("Write a day, such as 2026-11-20.")
        wrong = {name: sentence for name, day in days.items() if day is None}
        return Asked(period=fallback, days=usual, typed=typed, errors=wrong)
    try:
        found = periods.between(first, last, zone, now)
    except Refused as refusal:
        wrong = {NAMES.get(refusal.field or "", "from"): refusal.message}
        return Asked(period=fallback, days=usual, typed=typed, errors=wrong)
    return Asked(period=found, days=None, typed=typed)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def choices(asked: Asked) -> list[dict[str, Any]]:
    """Return the periods to choose from, with the chosen one marked."""
    return [
        {
            "days": days,
            "label": TODAY
            if days == 1
            else ngettext("%(days)s day", "%(days)s days", days) % {"days": days},
            "current": days == asked.days and not asked.errors,
        }
        for days in DAYS
    ]

"""What the agents came to: every number with its formula, its trend, and the list behind it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from agents.browsing import UNSAID
from agents.counting import reasons
from agents.figures import Figure, Number, figures
from morfx.web.sentences import read
from morfx.workspaces.access import MemberRequest, member_required, needs

from .asked import Asked, choices, period_of
from .showing import dollars, duration, place, show

GROUPS = (
    (gettext_lazy("Conversations and orders"), ("conversations", "orders", "conversion")),
    (gettext_lazy("Hand-overs and resolution"), ("handovers", "resolved", "response")),
    (
        gettext_lazy("Tokens and money"),
        ("tokens", "cost", "cost_per_conversation", "cost_per_order"),
    ),
)
LISTS: dict[str, tuple[str, dict[str, str]]] = {
    "conversations": ("sessions", {}),
    "orders": ("orders", {}),
    "conversion": ("sessions", {"ordered": "1"}),
    "handovers": ("sessions", {"handed": "yes"}),
    "resolved": ("sessions", {"handed": "no"}),
    "response": ("answers", {}),
    "tokens": ("sessions", {"sort": "tokens"}),
    "cost": ("sessions", {"sort": "cost"}),
    "cost_per_conversation": ("sessions", {"sort": "cost"}),
    "cost_per_order": ("orders", {}),
}
"""Where a number opens: the page with what it counts, and the filter of that page."""


@require_safe
@member_required
@needs("settings.view")
def dashboard(request: MemberRequest) -> HttpResponse:
    """Show the figures of a period beside those of the one before."""
    asked = period_of(request.GET, request.workspace.time_zone)
    found = {figure.definition.key: figure for figure in figures(asked.period)}
    context = {
        "asked": asked,
        "choices": choices(asked),
        "groups": [
            {"title": title, "figures": [_shown(request, asked, found[key]) for key in keys]}
            for title, keys in GROUPS
        ],
        "reasons": _reasons(request, asked),
        "is_empty": not found["conversations"].value and not found["orders"].value,
    }
    return show(request, "dashboard", context, status=422 if asked.errors else 200)


def _shown(request: MemberRequest, asked: Asked, figure: Figure) -> dict[str, Any]:
    page, query = LISTS[figure.definition.key]
    return {
        "key": figure.definition.key,
        "label": _(figure.definition.label),
        "formula": _(figure.definition.formula),
        "value": worded(figure.value, figure.definition.unit),
        "previous": worded(figure.previous, figure.definition.unit),
        "url": place(request, page, **asked.query, **query),
        **_trend(figure),
    }


def worded(value: Number, unit: str) -> str:
    """Return a number with its unit; a dash for one there is not."""
    if value is None:
        return "–"
    if isinstance(value, Decimal):
        return dollars(value)
    if unit == "percent":
        return f"{formats.number_format(value, decimal_pos=1)} %"
    if unit == "seconds":
        return duration(value)
    return formats.number_format(value, use_l10n=True, force_grouping=True)


def _trend(figure: Figure) -> dict[str, Any]:
    """Return how a number moved: its arrow, whether that is good, and in words."""
    change = figure.change
    if change is None:
        return {"trend": "", "mood": "", "change": ""}
    size = formats.number_format(abs(change), decimal_pos=1)
    points = figure.definition.unit == "percent"
    change_words = (_("%(size)s points") if points else _("%(size)s %%")) % {"size": size}
    if not change:
        return {"trend": "same", "mood": "", "change": _("unchanged")}
    helps = change * figure.definition.good
    mood = "good" if helps > 0 else "bad" if helps < 0 else ""
    return {"trend": "up" if change > 0 else "down", "mood": mood, "change": change_words}


def _reasons(request: MemberRequest, asked: Asked) -> list[dict[str, Any]]:
    """Return why conversations were handed over, the most frequent reason first."""
    found = reasons(asked.period.span)
    most = max((count for _reason, _wordings, count in found), default=0)
    return [
        {
            "reason": _plain(reason) or _("No reason was kept."),
            "count": count,
            "most": most,
            "url": place(request, "sessions", **asked.query, handed="yes", reason=reason or UNSAID),
        }
        for reason, _wordings, count in found
    ]


def _plain(reason: str) -> str:
    """Return a reason in words; what differs from case to case is left out."""
    blank = dict.fromkeys(re.findall(r"%\((\w+)\)s", reason), "…")
    return _(reason) % blank if blank else read(reason)

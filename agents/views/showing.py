"""How the agents' pages answer: as a fragment where a script asks, else as a page of their own."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats, timezone

from morfx.workspaces.access import MemberRequest


def show(
    request: MemberRequest, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Show `agents/<template>.html`: only its fragment of the same name to htmx.

    Times are the workspace's.
    """
    fragment = f"#{template}" if "HX-Request" in request.headers else ""
    with timezone.override(ZoneInfo(request.workspace.time_zone)):
        return render(request, f"agents/{template}.html{fragment}", dict(context), status=status)


def place(request: MemberRequest, name: str, /, *args: object, **query: object) -> str:
    """Return the address of one of the agents' pages, with those parameters that are not empty."""
    url = reverse(f"agents:{name}", args=[request.workspace.slug, *args])
    given = {key: value for key, value in query.items() if value not in (None, "")}
    return f"{url}?{urlencode(given)}" if given else url


def dollars(cost: Decimal) -> str:
    """Return a cost in US dollars: cents with two more digits, because calls cost less than one."""
    return f"US$ {formats.number_format(cost, decimal_pos=4)}"


def duration(seconds: float) -> str:
    """Return a time as people say it: 4.2 s, 3 min 20 s, 2 h 5 min."""
    if seconds < 60:
        return f"{formats.number_format(seconds, decimal_pos=1)} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"

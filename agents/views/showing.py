"""How the agents' pages answer: as a fragment where a script asks, else as a page of their own."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from morfx.workspaces.access import MemberRequest

SILENCES = {
    "agent_off": _("The agent is switched off in this workspace."),
    "bot_off": _("The agent is switched off in this conversation."),
    "person": _("A person has this conversation."),
    "no_answer_wanted": _("What the customer sent asks for no answer."),
    "deleted": _("The customer deleted it before it was read."),
    "number_changed": _("The customer has another number now."),
    "history": _("It was said before the number was connected."),
    "error": _("The agent failed; a person was asked."),
}
"""Why no agent answered a message, by the reason its row carries."""


def show(request: MemberRequest, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """Show `agents/<template>.html`: only its fragment of the same name to htmx."""
    fragment = f"#{template}" if "HX-Request" in request.headers else ""
    return render(request, f"agents/{template}.html{fragment}", dict(context))


def dollars(cost: Decimal) -> str:
    """Return a cost in US dollars: cents with two more digits, because calls cost less than one."""
    return f"US$ {formats.number_format(cost, decimal_pos=4)}"

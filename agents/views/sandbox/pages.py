"""The sandbox's pages and fragments: what a tester sees before and after each button."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from agents.engine import registry
from morfx.operations.errors import Refused
from morfx.workspaces.access import MemberRequest, member_required, needs

from . import doors, layout, panels
from .beginning import address
from .doors import NEEDED, Came
from .lines import lines
from .reading import read_of, talk_of
from .talk import Talk

QUICK_TEXTS = (
    "Hola, ¿cuánto vale?",
    "Quiero comprar",
    "Jose Romero 3001234567 cra 10 # 20-30 barrio Chapinero Bogotá jose@example.com",
    "El de 2",
    "Sí, confirmo",
    "Quiero hablar con un asesor",
)
"""What customers of the demo's shop say; its agent speaks Spanish, whatever the page does."""

RATES = (1, 2, 5, 10, 20, 50, 100)
"""How many times faster than life the clock may run."""

JUMPS = (
    ("to", "end", _("Until the last reply")),
    ("seconds", "600", _("Ten minutes on")),
    ("seconds", "3600", _("An hour on")),
    ("seconds", "86400", _("A day on")),
    ("seconds", "259200", _("Three days on")),
)

KINDS = (
    ("text", _("Text")),
    ("image", _("Image")),
    ("audio", _("Voice note")),
    ("sticker", _("Sticker")),
    ("reaction", _("Reaction")),
    ("location", _("Location")),
    ("video", _("Video")),
    ("document", _("Document")),
    ("person", _("As a person of the team")),
)
"""What can be sent; the last one is no customer's."""


@member_required
@needs(NEEDED)
def talk(request: MemberRequest, session: UUID) -> HttpResponse:
    """Show a rehearsal."""
    try:
        found = read_of(request.actor, str(session))
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("agents:sandbox", request.workspace.slug)
    return _page(request, found, Came())


@member_required
@needs(NEEDED)
def after(request: MemberRequest, session: UUID, came: Came) -> HttpResponse:
    """Show a rehearsal after a button: what changed of it to htmx, else the page."""
    if "HX-Request" not in request.headers and came.refusal is None:
        return redirect("agents:sandbox_talk", request.workspace.slug, session)
    found = talk_of(request.actor, str(session))
    if "HX-Request" not in request.headers:
        return _page(request, found, came)
    status = came.refusal.status if came.refusal else 200
    status = 422 if 400 <= status < 500 else status
    answer = render(request, "agents/sandbox-after.html", _context(request, found, came))
    answer.status_code = status
    if came.where == "sheet" or came.refusal is None:
        answer.headers["HX-Trigger"] = "close-sheet"
    return answer


@member_required
@needs(NEEDED)
def side(request: MemberRequest, session: UUID) -> HttpResponse:
    """Show the panels in their new order; the page itself without htmx."""
    found = talk_of(request.actor, str(session))
    if "HX-Request" not in request.headers:
        return redirect("agents:sandbox_talk", request.workspace.slug, session)
    return render(request, "agents/sandbox-side.html", _context(request, found, Came()))


def _page(request: MemberRequest, found: Talk, came: Came) -> HttpResponse:
    context = _context(request, found, came)
    status = 422 if came.refusal else 200
    return render(request, "agents/sandbox.html", context, status=status)


def _context(request: MemberRequest, found: Talk, came: Came) -> dict[str, Any]:
    return {
        "talk": found,
        "mode": found.called(found.mode),
        "lines": lines(found),
        "next": found.timers[0] if found.timers else None,
        "came": came,
        "offered": doors.offered(),
        **_clockwork(),
        **_arranged(request, found),
        "agents": [*registry.agents.values()],
        "assistant_url": address("agents:assistant", request.workspace.slug),
    }


def _clockwork() -> dict[str, Any]:
    return {
        "kinds": KINDS if doors.takes("say", "kind") else (),
        "quick_texts": QUICK_TEXTS,
        "rates": RATES,
        "jumps": [{"name": name, "value": value, "label": label} for name, value, label in JUMPS],
        "language": get_language(),
        "zone": timezone.get_current_timezone_name(),
    }


def _arranged(request: MemberRequest, found: Talk) -> dict[str, Any]:
    arranged = layout.layout_of(request)
    last = len(arranged.panels) - 1
    return {
        "layout": arranged,
        "tabs": [
            {"name": name, "label": label, "is_open": name in arranged.panels}
            for name, label in layout.PANELS.items()
        ],
        "panels": [
            {
                "name": name,
                "label": layout.PANELS[name],
                "template": f"agents/sandbox-panel-{name}.html",
                "is_first": place == 0,
                "is_last": place == last,
                **panels.panel(name, found),
            }
            for place, name in enumerate(arranged.panels)
        ],
    }

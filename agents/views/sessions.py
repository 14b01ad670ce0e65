"""The sessions of the agents, found by what they were and what they came to."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from agents.browsing import Wanted, found
from agents.engine import registry
from agents.models import Session
from morfx.operations.errors import Refused
from morfx.operations.paging import page
from morfx.workspaces.access import MemberRequest, member_required, needs

from . import words
from .asked import Asked, period_of
from .showing import dollars, place, show

PAGE = 50
MONTH = 30
"""Days that are looked through when errors are asked for and no days are named."""

SORTS = {"": ["-id"], "tokens": ["-tokens_used", "-id"], "cost": ["-cost_used", "-id"]}
ASKED = ("agent", "status", "mode", "handed", "error", "ordered", "reason")


@require_safe
@member_required
@needs("whatsapp.view")
def sessions(request: MemberRequest) -> HttpResponse:
    """List sessions, the newest first, or those that used most."""
    given = {name: request.GET.get(name, "").strip() for name in ASKED}
    asked = _asked(request, given)
    sort = request.GET.get("sort", "")
    by = SORTS.get(sort, SORTS[""])
    rows = found(request.membership, _wanted(given, asked))
    rows = rows.select_related("conversation__contact")
    try:
        shown = page(rows, by=by, limit=PAGE, cursor=request.GET.get("cursor"))
    except Refused:
        raise Http404 from None
    query = {**given, **_days(asked), "sort": sort}
    context = {
        "asked": asked,
        "given": given,
        "sort": sort,
        "agents": [(agent.id, agent.name) for agent in registry.agents.values()],
        "statuses": words.STATUSES.items(),
        "modes": _modes(),
        "sessions": [row(request, one) for one in shown.items],
        "next_url": place(request, "sessions", **query, cursor=shown.next) if shown.next else None,
        "is_filtered": any(query.values()),
        "is_partial": request.membership.role == "agent",
    }
    return show(request, "sessions", context, status=422 if asked and asked.errors else 200)


def _asked(request: MemberRequest, given: dict[str, str]) -> Asked | None:
    """Return the period asked for; None where none is named: then it is all time.

    Errors and reasons are looked for in the last month, not in everything.
    """
    zone = request.workspace.time_zone
    if request.GET.get("from") or request.GET.get("to") or request.GET.get("days"):
        return period_of(request.GET, zone)
    return period_of(request.GET, zone, MONTH) if given["error"] or given["reason"] else None


def _days(asked: Asked | None) -> dict[str, str]:
    return asked.query if asked else {}


def _wanted(given: dict[str, str], asked: Asked | None) -> Wanted:
    return Wanted(
        agent=given["agent"],
        status=given["status"],
        mode=given["mode"],
        span=asked.period.span if asked and not asked.errors else None,
        handed_over={"yes": True, "no": False}.get(given["handed"]),
        has_error=bool(given["error"]),
        ordered=bool(given["ordered"]),
        reason=given["reason"],
    )


def _modes() -> list[tuple[str, str]]:
    """Return the modes of all agents, in words."""
    known = {
        key: str(name)
        for agent in registry.agents.values()
        for key, name in agent.words.modes.items()
    }
    return sorted(known.items(), key=lambda one: one[1].casefold())


def row(request: MemberRequest, session: Session) -> dict[str, Any]:
    """Return a session as lists show it."""
    agent = registry.agents.get(session.agent)
    mode = str(session.state.get("mode", ""))
    return {
        "pk": session.pk,
        "url": place(request, "session", session.pk),
        "customer": session.conversation.display_name,
        "agent": agent.name if agent else session.agent,
        "status": session.status,
        "status_label": words.STATUSES.get(session.status, session.status),
        "mode": agent.words.mode(mode) if agent and mode else mode,
        "turns": session.turns_taken,
        "tokens": session.tokens_used,
        "cost": dollars(session.cost_used),
        "has_order": session.last_order_id is not None,
        "created_at": session.created_at,
        "last_activity_at": session.last_activity_at,
    }

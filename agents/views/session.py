"""One session: where it stands, every turn with its whole trace, and all of it as a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agents import silences
from agents.browsing import visible_to
from agents.engine import registry
from agents.engine.registry import AgentDefinition
from agents.models import AgentTurn, Session
from agents.operations import sessions as operations
from inbox.models import Send
from morfx.jobs.models import Job
from morfx.operations.answers import answer
from morfx.operations.errors import Refused
from morfx.operations.paging import page
from morfx.web.sentences import read
from morfx.workspaces.access import MemberRequest, member_required, needs

from . import words
from .sessions import row
from .showing import place, show
from .why import explained, pretty

PAGE = 30
"""Turns on a page: each is drawn whole."""

MOST = 2000
"""Turns in a file."""


@require_safe
@member_required
@needs("whatsapp.view")
def session(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Show a session with its turns, the newest first."""
    found = _visible(request, pk)
    agent = registry.agents.get(found.agent)
    try:
        turns = page(
            AgentTurn.objects.filter(session=found),
            by=["-number"],
            limit=PAGE,
            cursor=request.GET.get("cursor"),
        )
    except Refused:
        raise Http404 from None
    further = place(request, "session", pk, cursor=turns.next) if turns.next else None
    context = {
        "session": row(request, found),
        "agent": agent,
        "turns": _turns(found, turns.items),
        "next_url": further,
        "export_url": place(request, "session_export", pk),
        "back_url": place(request, "sessions"),
        "inbox_url": _link("inbox:conversation", request, found.conversation_id),
        "order_url": _link("crm:order", request, found.last_order_id),
        **_standing(agent, found),
    }
    return show(request, "session", context)


@require_safe
@member_required
@needs("whatsapp.view")
def export(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Answer with the session and its turns as a JSON file, oldest turn first."""
    found = _visible(request, pk)
    turns = list(AgentTurn.objects.filter(session=found).order_by("number")[:MOST])
    sends = Send.objects.filter(conversation=found.conversation_id, plan__in=_plans(turns))
    rows = sends.order_by("created_at", "position").values(
        "plan", "position", "attempt", "body", "state", "reason", "created_at", "settled_at"
    )
    content = answer({"session": found, "turns": turns, "bubbles": list(rows)})
    text = json.dumps(content, ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": f'attachment; filename="session-{found.pk}.json"'}
    return HttpResponse(text, content_type="application/json", headers=headers)


def _visible(request: MemberRequest, pk: UUID) -> Session:
    """Return a session whose conversation the member may see. Raises Http404."""
    rows = visible_to(request.membership).select_related("conversation__contact")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _link(name: str, request: MemberRequest, pk: UUID | None) -> str:
    """Return the page of a row; empty when there is no row, or no such page."""
    try:
        return reverse(name, args=[request.workspace.slug, pk]) if pk else ""
    except NoReverseMatch:
        return ""


def _standing(agent: AgentDefinition | None, session: Session) -> dict[str, Any]:
    """Return what the session knows, and what it waits for."""
    data = {name: value for name, value in (session.state.get("data") or {}).items() if value}
    rows = Job.objects.filter(key__startswith=operations.timer_key(session, ""))
    return {
        "data": [
            {"label": agent.words.field(name) if agent else name, "value": value}
            for name, value in data.items()
        ],
        "selection": session.state.get("selection") or "",
        "closed_reason": words.ENDINGS.get(session.closed_reason, session.closed_reason),
        "version": session.version,
        "timers": [
            {"due_at": job.due_at, "leads_to": _level(agent, job.args.get("level"))}
            for job in rows.order_by("due_at")
        ],
        "state": pretty(session.state),
    }


def _level(agent: AgentDefinition | None, level: Any) -> str:
    return agent.words.level(int(level or 0)) if agent else str(level)


def _turns(session: Session, turns: Sequence[AgentTurn]) -> list[dict[str, Any]]:
    """Return turns as the page draws them, with what became of their bubbles."""
    for turn in turns:
        turn.session = session
    heard = {turn.pk for turn in turns if turn.role != AgentTurn.Role.AGENT}
    silent = silences.of_turns(heard, {session.conversation_id})
    bubbles = _bubbles(session, turns)
    return [
        _spoken(turn, bubbles.get(str(turn.trace.get("plan", "")), []))
        if turn.role == AgentTurn.Role.AGENT
        else _heard(turn, silent.get(turn.pk))
        for turn in turns
    ]


def _heard(turn: AgentTurn, silent: silences.Silence | None) -> dict[str, Any]:
    return {
        "turn": turn,
        "is_agent": False,
        "silence": silent.sentence if silent else "",
        **explained(turn),
    }


def _spoken(turn: AgentTurn, bubbles: list[dict[str, Any]]) -> dict[str, Any]:
    return {"turn": turn, "is_agent": True, "bubbles": bubbles, "raw": pretty(turn.trace)}


def _plans(turns: Sequence[AgentTurn]) -> list[str]:
    return [str(turn.trace["plan"]) for turn in turns if turn.trace.get("plan")]


def _bubbles(session: Session, turns: Sequence[AgentTurn]) -> dict[str, list[dict[str, Any]]]:
    """Return the bubbles of turns by their plan, each with what became of it."""
    spoke = [turn for turn in turns if turn.role == AgentTurn.Role.AGENT]
    rows = Send.objects.filter(conversation=session.conversation_id, plan__in=_plans(spoke))
    found: dict[str, list[dict[str, Any]]] = {}
    for send in rows.order_by("position", "attempt"):
        reason = send.reason if send.state == Send.State.WITHDRAWN else ""
        found.setdefault(send.plan, []).append(
            {
                "text": send.body.get("text") or send.body.get("media") or _("Without words."),
                "state": send.state,
                "label": words.BUBBLES.get(send.state, send.state),
                "why": silences.WITHDRAWN.get(reason) or read(reason),
            }
        )
    return found

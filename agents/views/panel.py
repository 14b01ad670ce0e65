"""Where an agent stands in a conversation: a slot in the inbox's panel."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse

from agents import silences
from agents.engine import registry, situation
from agents.engine.registry import AgentDefinition
from agents.models import Session
from agents.operations import sessions
from inbox.models import Conversation, Message
from morfx.jobs.models import Job
from morfx.workspaces.access import MemberRequest, member_required, needs

from .showing import dollars, place, show


@member_required
@needs("whatsapp.view")
def panel(request: MemberRequest, conversation: UUID) -> HttpResponse:
    """Show what the agent knows and waits for in a conversation."""
    row = Conversation.objects.visible_to(request.membership).filter(pk=conversation).first()
    if row is None:
        raise Http404
    session = Session.objects.filter(conversation=row).order_by("-id").first()
    setting = situation.setting_of(row)
    agent = registry.agents.get(session.agent if session else setting.agent if setting else "")
    context: dict[str, Any] = {
        "conversation": row,
        "agent": agent,
        "session": session,
        "silence": _silence(row),
        "session_url": place(request, "session", session.pk) if session else "",
        "back_url": reverse("inbox:conversation", args=[request.workspace.slug, row.pk]),
    }
    if session is not None and agent is not None:
        context |= _standing(agent, session)
    return show(request, "panel", context)


def _standing(agent: AgentDefinition, session: Session) -> dict[str, Any]:
    data = {name: value for name, value in (session.state.get("data") or {}).items() if value}
    names = [name for name in agent.words.wanted if name not in data]
    mode = str(session.state.get("mode") or agent.flow(()).initial_mode)
    return {
        "mode": agent.words.mode(mode),
        "is_open": session.status == Session.Status.ACTIVE,
        "data": [
            {"label": agent.words.field(name), "value": data[name]}
            for name in agent.fields
            if name in data
        ],
        "missing": [agent.words.field(name) for name in names],
        "selection": session.state.get("selection") or "",
        "timer": _next_timer(agent, session),
        "tokens": session.tokens_used,
        "cost": dollars(session.cost_used),
    }


def _next_timer(agent: AgentDefinition, session: Session) -> dict[str, Any] | None:
    prefix = sessions.timer_key(session, "")
    row = Job.objects.filter(key__startswith=prefix).order_by("due_at").first()
    if row is None:
        return None
    return {"due_at": row.due_at, "leads_to": agent.words.level(int(row.args.get("level", 0)))}


def _silence(conversation: Conversation) -> str:
    """Return why the customer's last message got no answer; empty when it got one."""
    last = (
        Message.objects.filter(conversation=conversation, direction=Message.Direction.INBOUND)
        .order_by("-id")
        .first()
    )
    found = silences.of([last]) if last is not None else {}
    return next((silence.sentence for silence in found.values()), "")

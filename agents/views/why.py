"""Why an agent said this: the turn behind a bubble, for the shop first, for engineers last."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse

from agents.engine import registry
from agents.engine.registry import AgentDefinition
from agents.models import AgentTurn
from inbox.models import Conversation, Message
from morfx.web.sentences import read
from morfx.workspaces.access import MemberRequest, member_required, needs

from . import words
from .showing import dollars, show

ARROW = " → "
"""Marks a step that says how the mode changed; the page shows that by itself."""


@member_required
@needs("whatsapp.view")
def why(request: MemberRequest, message: UUID) -> HttpResponse:
    """Explain one of an agent's bubbles."""
    bubble = Message.objects.filter(pk=message, sender=Message.Sender.AGENT).first()
    visible = Conversation.objects.visible_to(request.membership)
    if bubble is None or not visible.filter(pk=bubble.conversation_id).exists():
        raise Http404
    turn = turn_of(bubble)
    context: dict[str, Any] = {
        "bubble": bubble,
        "turn": turn,
        "back_url": reverse(
            "inbox:conversation", args=[request.workspace.slug, bubble.conversation_id]
        ),
    }
    if turn is not None:
        context |= explained(turn, about=str(bubble.content.get("intent", "")))
    return show(request, "why", context)


def turn_of(bubble: Message) -> AgentTurn | None:
    """Return the turn that planned a bubble; None when it was no turn's."""
    kind, _, found = str(bubble.content.get("plan", "")).partition(":")
    try:
        pk = UUID(found)
    except ValueError:
        return None
    if kind != "turn":
        return None
    rows = AgentTurn.objects.filter(session__conversation=bubble.conversation_id)
    return rows.select_related("session").filter(pk=pk).first()


def explained(turn: AgentTurn, *, about: str = "") -> dict[str, Any]:
    """Return what pages show of a turn, and of the bubble that answers what it is `about`."""
    trace = turn.trace
    agent = registry.agents.get(turn.session.agent)
    heard = trace.get("comprehension") or {}
    before, after = trace.get("before") or {}, trace.get("after") or {}
    return {
        "about": "" if about in str(heard.get("intent", "")) else _intent(agent, about),
        "timer": words.timer(agent, turn),
        "understood": _understood(agent, heard) if heard else None,
        "route": words.ROUTES.get(trace.get("route", ""), ""),
        "steps": [read(step) for step in trace.get("why") or [] if ARROW not in step],
        "mode_before": _mode(agent, before),
        "mode_after": _mode(agent, after),
        "silent_because": read(trace.get("silent_because") or ""),
        "handed_over": read(trace.get("handed_over") or ""),
        "timers": [
            words.timer_effect(agent, effect)
            for effect in trace.get("effects") or []
            if effect.get("effect") in ("SetTimer", "CancelTimer")
        ],
        "tools": [_tool(tool) for tool in trace.get("tools") or []],
        **_spent(turn),
        "version": trace.get("version", ""),
        "prompt_version": trace.get("prompt_version", ""),
        "content_version": trace.get("content_version", ""),
        "failures": trace.get("failures") or [],
        "raw": pretty(trace),
    }


def _understood(agent: AgentDefinition | None, heard: dict[str, Any]) -> dict[str, Any]:
    confidence = int(heard.get("confidence") or 0)
    return {
        "intent": _intent(agent, str(heard.get("intent", ""))),
        "kind": words.CLASSES.get(str(heard.get("class", "")), heard.get("class", "")),
        "confidence": confidence,
        "band": words.band(confidence),
        "alternatives": [
            {"intent": _intent(agent, other["intent"]), "confidence": other["confidence"]}
            for other in heard.get("alternatives") or []
        ],
        "fields": [
            {"label": agent.words.field(name) if agent else name, "value": value}
            for name, value in (heard.get("fields") or {}).items()
        ],
        "reasoning": read(heard.get("reasoning", "")),
        "source": words.source(str(heard.get("source", ""))),
    }


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    error = tool.get("error") or {}
    return {
        "name": tool.get("name", ""),
        "title": words.DEEDS.get(str(tool.get("name", "")), tool.get("name", "")),
        "error": error.get("message", ""),
        "inputs": pretty(tool.get("inputs") or {}),
        "result": pretty(error or tool.get("result")),
    }


def _spent(turn: AgentTurn) -> dict[str, Any]:
    calls = [
        {
            "model": call.get("model") or call.get("client"),
            "input": call.get("input", 0),
            "output": call.get("output", 0),
            "cost": dollars(Decimal(str(call.get("cost") or 0))),
            "latency_ms": call.get("latency_ms", 0),
            "outcome": call.get("outcome", ""),
            "error": call.get("failure", ""),
        }
        for call in turn.trace.get("models") or []
    ]
    latency = sum(int(call["latency_ms"]) for call in calls)
    return {"calls": calls, "cost": dollars(turn.cost), "latency_ms": latency}


def _intent(agent: AgentDefinition | None, key: str) -> str:
    return agent.words.intent(key) if agent and key else key


def _mode(agent: AgentDefinition | None, state: dict[str, Any]) -> str:
    mode = str(state.get("mode", ""))
    return agent.words.mode(mode) if agent and mode else mode


def pretty(value: Any) -> str:
    """Return plain data as JSON a person can read."""
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=False)

"""The sandbox's first page: a new rehearsal, or one to go on with."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from agents.choices import PRESETS, SPEEDS
from agents.engine import registry
from agents.models import AgentSetting
from morfx.operations.actor import Actor
from morfx.workspaces.access import MemberRequest, member_required, needs

from . import doors
from .doors import NEEDED, Came, look
from .talk import moment


@member_required
@needs(NEEDED)
def home(request: MemberRequest) -> HttpResponse:
    """Show what was tried, and how to try something new."""
    return _beginning(request, Came())


@member_required
@needs(NEEDED)
def beginning(request: MemberRequest, *, came: Came) -> HttpResponse:
    """Show the first page again, with what was refused."""
    return _beginning(request, came)


def _beginning(request: MemberRequest, came: Came) -> HttpResponse:
    rows = _kept(request.actor)
    context = {
        "kept": rows,
        "came": came,
        "assistant_url": address("agents:assistant", request.workspace.slug),
        **offer(request, came, chosen=_last_used(rows)),
    }
    status = 422 if came.refusal else 200
    return render(request, "agents/sandbox-begin.html", context, status=status)


def offer(request: MemberRequest, came: Came, *, chosen: str) -> dict[str, Any]:
    """Return what a new rehearsal can be set up with; what was typed goes before what is usual."""
    agents = [*registry.agents.values()]
    chosen = came.typed.get("agent") or chosen or (agents[0].id if agents else "")
    setting = AgentSetting.objects.filter(agent=chosen).order_by("id").first() or AgentSetting()
    return {
        "agents": agents,
        "chosen": chosen,
        "preset": came.typed.get("timer_preset") or setting.timer_preset,
        "presets": PRESETS,
        "speed": float(came.typed.get("speed") or setting.speed),
        "speeds": [*SPEEDS.items()],
        "wants_live": came.typed.get("crm") == "live",
        "wants_draft": came.typed.get("version") == "draft",
        "may_live": doors.takes("start", "live"),
        "may_draft": doors.takes("start", "version"),
    }


def _kept(actor: Actor) -> list[dict[str, Any]]:
    """Return the rehearsals there are to go on with: those with a name first, then the latest."""
    rows = look(actor, "list", {"limit": 50})["items"]
    shown = [
        {
            **row,
            "used_at": moment(row["used_at"]),
            "agent_name": _name(str(row["agent"])),
            "mode_name": _mode(str(row["agent"]), str(row["mode"])),
            "is_mine": row["created_by"] == actor.who,
        }
        for row in rows
    ]
    return sorted(shown, key=lambda row: not row["name"])


def _last_used(rows: list[dict[str, Any]]) -> str:
    """Return the agent one rehearsed with last; empty when there is none."""
    mine = [row for row in rows if row["is_mine"]]
    return str(max(mine, key=lambda row: row["used_at"])["agent"]) if mine else ""


def _mode(agent: str, mode: str) -> str:
    return registry.agents[agent].words.mode(mode) if agent in registry.agents else mode


def _name(agent: str) -> str:
    return registry.agents[agent].name if agent in registry.agents else agent


def address(name: str, slug: str) -> str:
    """Return a page's address; empty where this installation has no such page."""
    try:
        return reverse(name, args=[slug])
    except NoReverseMatch:
        return ""

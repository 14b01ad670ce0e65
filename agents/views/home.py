"""The agents of a workspace: which are on, how they work, and what a week of them came to."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import F, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agents.engine import registry
from agents.engine.registry import AgentDefinition
from agents.forms import ChangeAgent, SwitchAgent
from agents.models import AgentSetting, ModelCall, Session
from morfx.events.models import Event
from morfx.workspaces.access import MemberRequest, member_required, needs

from .showing import dollars

PERIOD = timedelta(days=7)


@member_required
@needs("settings.view")
def home(request: MemberRequest) -> HttpResponse:
    """Show every agent."""
    return _page(request)


@require_POST
@member_required
@needs("settings.edit")
def change(request: MemberRequest, agent: str) -> HttpResponse:
    """Change how an agent works."""
    form = ChangeAgent(request.actor, _setting(_found(agent)), request.POST)
    if form.run():
        messages.success(request, _("Saved."))
        return redirect("agents:home", request.workspace.slug)
    return _page(request, form)


@require_POST
@member_required
@needs("settings.edit")
def switch(request: MemberRequest, agent: str) -> HttpResponse:
    """Switch an agent on or off."""
    form = SwitchAgent(request.actor, request.POST, given={"agent": _found(agent).id})
    if form.run():
        on = form.result.is_on
        words = _("%(name)s answers customers now.") if on else _("%(name)s is silent now.")
        messages.success(request, words % {"name": _found(agent).name})
    elif form.refusal is not None:
        messages.error(request, form.refusal.message)
    return redirect("agents:home", request.workspace.slug)


def _page(request: MemberRequest, sent: ChangeAgent | None = None) -> HttpResponse:
    cards = [_card(request, agent, sent) for agent in registry.agents.values()]
    context = {"cards": cards, "days": PERIOD.days, "figures": figures()}
    return render(request, "agents/home.html", context, status=422 if sent else 200)


def _card(
    request: MemberRequest, agent: AgentDefinition, sent: ChangeAgent | None
) -> dict[str, Any]:
    setting = _setting(agent)
    form = None
    if request.actor.may("settings.edit"):
        mine = sent is not None and sent.given["agent"] == agent.id
        form = sent if mine else ChangeAgent(request.actor, setting)
    slug = request.workspace.slug
    return {
        "id": agent.id,
        "name": agent.name,
        "is_on": setting.is_on,
        "form": form,
        "set_url": reverse("agents:set", args=[slug, agent.id]),
        "switch_url": reverse("agents:switch", args=[slug, agent.id]),
    }


def _found(agent: str) -> AgentDefinition:
    if agent not in registry.agents:
        raise Http404
    return registry.agents[agent]


def _setting(agent: AgentDefinition) -> AgentSetting:
    """Return the agent's settings here; those it would start with when it has none."""
    known = AgentSetting.objects.filter(agent=agent.id).first()
    return known or AgentSetting(agent=agent.id, handover_message=agent.handover_message)


def figures() -> list[dict[str, Any]]:
    """Return what the agents did and cost in the last seven days."""
    since = _first_id(timezone.now() - PERIOD)
    done = Event.objects.filter(pk__gte=since, who__startswith="agent:")
    spent = ModelCall.objects.filter(pk__gte=since).aggregate(
        tokens=Sum(
            F("input_tokens")
            + F("output_tokens")
            + F("cache_read_tokens")
            + F("cache_write_tokens")
        ),
        cost=Sum("cost"),
    )
    return [
        {"label": _("Conversations"), "value": Session.objects.filter(pk__gte=since).count()},
        {"label": _("Orders by agents"), "value": done.filter(name="order.created").count()},
        {
            "label": _("Handed to people"),
            "value": done.filter(name="conversation.handedOver").count(),
        },
        {"label": _("Tokens"), "value": spent["tokens"] or 0},
        {"label": _("Cost"), "value": dollars(spent["cost"] or Decimal(0))},
    ]


def _first_id(moment: datetime) -> UUID:
    """Return the smallest id a row of this moment can have: ids begin with their time."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)

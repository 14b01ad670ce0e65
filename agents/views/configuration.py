"""How the agents work here: on or off, everywhere and on each number, and all they can be told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from agents import content
from agents.engine import registry
from agents.engine.registry import AgentDefinition
from agents.forms import ConfigureAgent, SwitchAgent
from agents.models import AgentSetting
from agents.operations import assistant, settings
from inbox.models import Channel
from morfx.operations.errors import Refused
from morfx.workspaces.access import MemberRequest, member_required, needs

from .sections import sections
from .showing import place, show

FOLLOWS, NOBODY = "", "-"
"""What may be chosen for a number besides an agent: the workspace's settings, or no agent."""


@require_safe
@member_required
@needs("settings.view")
def configuration(request: MemberRequest) -> HttpResponse:
    """Show every agent's settings: the workspace's, or with `channel` those of one number."""
    return _page(request, _channel(request.GET.get("channel", "")))


@require_POST
@member_required
@needs("settings.edit")
def change(request: MemberRequest, agent: str) -> HttpResponse:
    """Change how an agent works."""
    definition, channel = _found(agent), _channel(request.POST.get("channel", ""))
    setting = _setting(definition, channel)
    form = _form(request, definition, setting, request.POST, channel)
    if form.run():
        messages.success(request, _("Saved."))
        return redirect(_address(request, channel))
    return _page(request, channel, form)


@require_POST
@member_required
@needs("settings.edit")
def switch(request: MemberRequest, agent: str) -> HttpResponse:
    """Switch an agent on or off."""
    channel = _channel(request.POST.get("channel", ""))
    given = {"agent": _found(agent).id, **({"channel": channel} if channel else {})}
    form = SwitchAgent(request.actor, request.POST, given=given)
    if form.run():
        on = form.result.is_on
        words = _("%(name)s answers customers now.") if on else _("%(name)s is silent now.")
        messages.success(request, words % {"name": _found(agent).name})
    elif form.refusal is not None:
        messages.error(request, form.refusal.message)
    return redirect(_address(request, channel))


@require_POST
@member_required
@needs("settings.edit")
def choose(request: MemberRequest, channel: UUID) -> HttpResponse:
    """Say which agent answers on a number: one, none, or whoever answers elsewhere."""
    number = _channel(str(channel))
    assert number is not None
    wanted = request.POST.get("agent", FOLLOWS)
    try:
        _choose(request, number, wanted)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Saved."))
    return redirect(place(request, "configuration"))


@require_POST
@member_required
@needs("settings.edit")
def helper(request: MemberRequest) -> HttpResponse:
    """Switch the CRM assistant on or off for everybody here."""
    on = request.POST.get("on") == "true"
    assistant.set_assistant(request.actor, on=on)
    messages.success(request, _("Saved."))
    return redirect(place(request, "configuration"))


def _choose(request: MemberRequest, number: Channel, wanted: str) -> None:
    if wanted == FOLLOWS:
        settings.follow(request.actor, channel=number)
    elif wanted == NOBODY:
        on = AgentSetting.objects.filter(channel=number, is_on=True).first()
        agent = on.agent if on else next(iter(registry.agents))
        settings.set_agent(request.actor, agent=agent, channel=number, on=False)
    else:
        settings.set_agent(request.actor, agent=_found(wanted).id, channel=number, on=True)


def _page(
    request: MemberRequest, channel: Channel | None, sent: ConfigureAgent | None = None
) -> HttpResponse:
    context = {
        "channel": channel,
        "numbers": _numbers(request),
        "cards": [_card(request, agent, channel, sent) for agent in registry.agents.values()],
        "helper": _helper(request),
        "may_edit": request.actor.may("settings.edit"),
    }
    return show(request, "configuration", context, status=422 if sent else 200)


def _card(
    request: MemberRequest,
    agent: AgentDefinition,
    channel: Channel | None,
    sent: ConfigureAgent | None,
) -> dict[str, Any]:
    setting = _setting(agent, channel)
    form = None
    if request.actor.may("settings.edit"):
        mine = sent is not None and sent.agent.id == agent.id
        form = sent if mine else _form(request, agent, setting, None, channel)
    return {
        "id": agent.id,
        "name": agent.name,
        "is_on": setting.is_on,
        "form": form,
        "sections": sections(form) if form else [],
        "set_url": place(request, "set", agent.id),
        "switch_url": place(request, "switch", agent.id),
        "content_url": _address_of("agents:content", request, agent.id),
    }


def _form(
    request: MemberRequest,
    agent: AgentDefinition,
    setting: AgentSetting,
    data: Any,
    channel: Channel | None,
) -> ConfigureAgent:
    """Return the form; where it is left empty it shows what the published content says."""
    spoken = content.current(agent.id).agent
    return ConfigureAgent(request.actor, spoken, setting, data, channel=channel)


def _numbers(request: MemberRequest) -> list[dict[str, Any]]:
    """Return the workspace's numbers, each with who answers there."""
    own = {
        row.channel_id: row
        for row in AgentSetting.objects.exclude(channel=None).order_by("is_on", "id")
    }
    return [
        {
            "pk": channel.pk,
            "name": str(channel),
            "chosen": _chosen(own.get(channel.pk)),
            "has_own": channel.pk in own,
            "url": place(request, "channel", channel.pk),
            "settings_url": place(request, "configuration", channel=channel.pk),
            "choices": [(FOLLOWS, _("As everywhere")), *_agents(), (NOBODY, _("No agent"))],
        }
        for channel in Channel.objects.order_by("id")
    ]


def _agents() -> list[tuple[str, str]]:
    return [(agent.id, agent.name) for agent in registry.agents.values()]


def _chosen(setting: AgentSetting | None) -> str:
    if setting is None:
        return FOLLOWS
    return setting.agent if setting.is_on else NOBODY


def _setting(agent: AgentDefinition, channel: Channel | None) -> AgentSetting:
    """Return the settings that hold here; those it would start with when there are none."""
    rows = AgentSetting.objects.filter(agent=agent.id)
    known = rows.filter(channel=channel).first() or rows.filter(channel=None).first()
    return known or AgentSetting(agent=agent.id, handover_message=agent.handover_message)


def _channel(text: str) -> Channel | None:
    """Return the number a page names; None where it names none. Raises Http404."""
    if not text:
        return None
    try:
        return Channel.objects.get(pk=UUID(text))
    except (ValueError, Channel.DoesNotExist):
        raise Http404 from None


def _found(agent: str) -> AgentDefinition:
    if agent not in registry.agents:
        raise Http404
    return registry.agents[agent]


def _address(request: MemberRequest, channel: Channel | None) -> str:
    return place(request, "configuration", channel=channel.pk if channel else None)


def _helper(request: MemberRequest) -> dict[str, Any]:
    """Return the CRM assistant: where it is asked, and whether it may be."""
    return {
        "is_on": assistant.is_on(None),
        "url": place(request, "assistant"),
        "switch_url": place(request, "helper"),
    }


def _address_of(name: str, request: MemberRequest, *args: object) -> str:
    """Return a page's address; empty while there is no such page."""
    try:
        return reverse(name, args=[request.workspace.slug, *args])
    except NoReverseMatch:
        return ""

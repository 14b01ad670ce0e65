"""How agents work in a workspace, and on each of its numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from pydantic import Field

from agents.engine import registry, wanted
from agents.engine.budgets import Hardness, Measure, Scope, stored
from agents.engine.hours import Hours
from agents.errors import AgentNotFoundError
from agents.facts import AgentSet
from agents.models import AgentSetting
from inbox.models import Channel
from morfx.events.ledger import record
from morfx.operations.actor import Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Refused
from morfx.operations.inputs import Ref

from . import timetable

Step = Literal["proceed", "reanalyse", "clarify"]
Percent = Annotated[int, Field(ge=0, le=100)]
Level = Annotated[str, Field(pattern=r"^[0-9]$")]
Wait = Annotated[float, Field(ge=1, le=86_400)]
Kind = Literal[
    "audio", "image", "video", "document", "location", "contacts", "order", "unsupported"
]
Limit = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=6)]


@operation("agents.agent.set", needs="settings.edit")
def set_agent(
    actor: Actor,
    *,
    agent: str,
    channel: Ref[Channel] | None = None,
    on: bool | None = None,
    speed: Annotated[float, Field(ge=0, le=10)] | None = None,
    timer_preset: Literal["real", "rapido", "instantaneo"] | None = None,
    timers: dict[Level, Wait] | None = None,
    quiet_seconds: Annotated[float, Field(ge=0, le=120)] | None = None,
    handover_message: Annotated[str, Field(min_length=1, max_length=1000)] | None = None,
    thresholds: dict[Step, Percent] | None = None,
    promos_timeout: Literal["order", "remind"] | None = None,
    media: dict[Kind, Literal["ask", "handover"]] | None = None,
    hours: Hours | None = None,
    budgets: dict[Scope, dict[Measure, dict[Hardness, Limit]]] | None = None,
    budget_tokens_session: Annotated[int, Field(ge=0)] | None = None,
    idle_hours: Annotated[int, Field(ge=1, le=720)] | None = None,
    closes_nightly: bool | None = None,
) -> AgentSetting:
    """Switch an agent on or off, or change how it works; what is not given stays.

    With `channel` it is set for one number only, which from then on no longer follows the
    workspace's settings. `timers`, `thresholds`, `media`, `hours` and `budgets` replace what was
    set before as a whole; `{}` goes back to the agent's own. Money is in US dollars.
    """
    definition = _known(agent)
    setting = _of(definition, channel)
    before = wanted.timers(setting, definition)
    given = {
        "is_on": on,
        "speed": speed,
        "timer_preset": timer_preset,
        "timers": timers,
        "quiet_seconds": quiet_seconds,
        "handover_message": handover_message,
        "thresholds": thresholds,
        "promos_timeout": promos_timeout,
        "media": media,
        "hours": None if hours is None else hours.model_dump(mode="json", exclude_unset=True),
        "budgets": None if budgets is None else stored(budgets),
        "budget_tokens_session": budget_tokens_session,
        "idle_hours": idle_hours,
        "closes_nightly": closes_nightly,
    }
    changed = _change(setting, given)
    if changed or setting._state.adding:
        _in_order(wanted.thresholds(setting, definition))
        _save(actor, setting, definition)
        timetable.restart(setting, definition, before)
    return setting


@operation("agents.agent.follow", needs="settings.edit")
def follow(actor: Actor, *, channel: Ref[Channel]) -> None:
    """Let a number follow the workspace's settings again; its own are forgotten."""
    for setting in AgentSetting.objects.select_for_update().filter(channel=channel):
        setting.delete()
        record(AgentSet(agent=setting.agent, on=False, channel=channel.pk))


def _of(definition: registry.AgentDefinition, channel: Channel | None) -> AgentSetting:
    """Return the setting, locked; a number's first one starts as the workspace's is."""
    rows = AgentSetting.objects.select_for_update().filter(agent=definition.id)
    setting = rows.filter(channel=channel).first()
    if setting is not None:
        return setting
    usual = rows.filter(channel=None).first() if channel else None
    if usual is None:
        setting = AgentSetting(agent=definition.id, handover_message=definition.handover_message)
    else:
        kept = {name: getattr(usual, name) for name in COPIED}
        setting = AgentSetting(agent=definition.id, **kept)
    setting.channel = channel
    return setting


COPIED = (
    "speed", "timer_preset", "timers", "quiet_seconds", "handover_message", "thresholds",
    "promos_timeout", "media", "hours", "budgets", "budget_tokens_session", "idle_hours",
    "closes_nightly",
)  # fmt: skip
"""What a number's own settings take over from the workspace's when they begin."""


def _change(setting: AgentSetting, given: dict[str, Any]) -> bool:
    changed = False
    for name, value in given.items():
        if value is not None and getattr(setting, name) != value:
            setattr(setting, name, value)
            changed = True
    return changed


def _in_order(steps: dict[str, int]) -> None:
    """Refuse thresholds that contradict each other."""
    if not steps["proceed"] >= steps["reanalyse"] >= steps["clarify"]:
        raise Refused(
            _("An agent must be surer to go on than to look again, and surer of that than to ask."),
            field="thresholds",
        )


def _save(actor: Actor, setting: AgentSetting, definition: registry.AgentDefinition) -> None:
    if setting.is_on and setting.channel_id:
        others = AgentSetting.objects.filter(channel=setting.channel_id, is_on=True)
        for other in others.exclude(pk=setting.pk):
            other.is_on = False
            other.save(update_fields=["is_on"])
            record(AgentSet(agent=other.agent, on=False, channel=setting.channel_id))
    setting.save()
    record(AgentSet(agent=setting.agent, on=setting.is_on, channel=setting.channel_id))
    if setting.is_on:
        definition.furnish(Actor.system(actor.workspace_id, "agents"))


def _known(agent: str) -> registry.AgentDefinition:
    try:
        return registry.find(agent)
    except AgentNotFoundError:
        known = ", ".join(sorted(registry.agents))
        raise Refused(
            _("There is no agent called %(name)s.") % {"name": agent},
            field="agent",
            code=AgentNotFoundError.code,
            suggestion=_("There are: %(known)s.") % {"known": known},
        ) from None

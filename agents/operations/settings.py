"""How agents work in a workspace."""

from __future__ import annotations

from typing import Annotated, Literal

from django.utils.translation import gettext as _
from pydantic import Field

from agents.engine import registry
from agents.errors import AgentNotFoundError
from agents.facts import AgentSet
from agents.models import AgentSetting
from morfx.events.ledger import record
from morfx.operations.actor import Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Refused


@operation("agents.agent.set", needs="settings.edit")
def set_agent(
    actor: Actor,
    *,
    agent: str,
    on: bool | None = None,
    speed: Annotated[float, Field(ge=0, le=10)] | None = None,
    timer_preset: Literal["real", "rapido", "instantaneo"] | None = None,
    quiet_seconds: Annotated[float, Field(ge=0, le=120)] | None = None,
    handover_message: Annotated[str, Field(min_length=1, max_length=1000)] | None = None,
    budget_tokens_session: Annotated[int, Field(ge=0)] | None = None,
) -> AgentSetting:
    """Switch an agent on or off, or change how it works; what is not given stays."""
    definition = _known(agent)
    setting = AgentSetting.objects.select_for_update().filter(agent=agent).first()
    setting = setting or AgentSetting(agent=agent, handover_message=definition.handover_message)
    given = {
        "is_on": on,
        "speed": speed,
        "timer_preset": timer_preset,
        "quiet_seconds": quiet_seconds,
        "handover_message": handover_message,
        "budget_tokens_session": budget_tokens_session,
    }
    changed = False
    for name, value in given.items():
        if value is not None and getattr(setting, name) != value:
            setattr(setting, name, value)
            changed = True
    if changed or setting._state.adding:
        setting.save()
        record(AgentSet(agent=agent, on=setting.is_on))
        if setting.is_on:
            definition.furnish(Actor.system(actor.workspace_id, "agents"))
    return setting


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

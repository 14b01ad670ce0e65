"""How an agent shall work here: what the workspace set, else what its content says, else its own.

The definition that is given carries its published content already; a setting wins over both, and
takes effect with the next message: nothing of it is kept in a process.
"""

from __future__ import annotations

from dataclasses import replace

from agents.models import AgentSetting

from . import hours
from .registry import AgentDefinition

ASK, HANDOVER = "ask", "handover"


def as_set(setting: AgentSetting, agent: AgentDefinition) -> AgentDefinition:
    """Return the agent with the thresholds of this workspace: what routing goes by."""
    if not setting.thresholds:
        return agent
    return replace(agent, thresholds=thresholds(setting, agent))


def thresholds(setting: AgentSetting, agent: AgentDefinition) -> dict[str, int]:
    """Return the confidence from which a turn proceeds, is looked at again, or asks."""
    own = {str(step): int(value) for step, value in (setting.thresholds or {}).items()}
    return {**agent.thresholds, **own}


def timers(setting: AgentSetting, agent: AgentDefinition) -> dict[int, float]:
    """Return the seconds of each timer level: the preset's, but where the workspace has its own."""
    own = {int(level): float(seconds) for level, seconds in (setting.timers or {}).items()}
    return {**agent.presets[setting.timer_preset], **own}


def policies(setting: AgentSetting) -> dict[str, str]:
    """Return what the workspace decided for the agent, by name."""
    return {"promos_timeout": str(setting.promos_timeout)}


def media(setting: AgentSetting, kind: str) -> str:
    """Return what to do with a kind of message that cannot be read: `ask` or `handover`."""
    return str((setting.media or {}).get(kind, ASK))


def handover_message(setting: AgentSetting, agent: AgentDefinition) -> str:
    """Return what the customer hears when a person goes on."""
    usual = setting.handover_message or agent.handover_message
    return hours.handover_message(setting.hours or {}, usual)

"""What agents tell the inbox: who answers where, and which bubbles must not go out."""

from __future__ import annotations

from django.db.models import QuerySet

from agents.engine import registry, situation
from agents.models import AgentSetting
from inbox import bot, outgoing
from inbox.bot import BotState
from inbox.models import Conversation, Send
from morfx.tenancy.compiled import compiled


def switched_off(send: Send, conversation: Conversation) -> str:
    """Object to bubbles of an agent that is off in this workspace."""
    setting = _setting.first(send.sender_id)
    return "" if setting is not None and setting.is_on else "agent_off"


@compiled
def _setting(agent: str) -> QuerySet[AgentSetting]:
    return AgentSetting.objects.filter(agent=agent)


def who_answers(conversation: Conversation) -> BotState | None:
    """Describe the agent of a conversation."""
    setting = situation.setting_of(conversation)
    if setting is None or setting.agent not in registry.agents:
        return None
    return BotState(
        agent=setting.agent,
        name=registry.find(setting.agent).name,
        available=True,
        enabled=conversation.bot_enabled is not False,
    )


outgoing.objections.append(switched_off)
bot.describe.append(who_answers)

"""What agents say against one of their own bubbles on its way out: not when switched off."""

from __future__ import annotations

from agents.models import AgentSetting
from inbox import delivery
from inbox.models import Conversation, Send


def switched_off(send: Send, conversation: Conversation) -> str:
    """Object to bubbles of an agent that is off in this workspace."""
    setting = AgentSetting.objects.filter(agent=send.sender_id).first()
    return "" if setting is not None and setting.is_on else "agent_off"


delivery.objections.append(switched_off)

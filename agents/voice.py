"""What agents tell the inbox: who answers where, and which bubbles must not go out."""

from __future__ import annotations

from agents.engine import registry, situation
from inbox import bot, outgoing
from inbox.bot import BotState
from inbox.models import Conversation, Message, Send
from inbox.operations import sending


def switched_off(send: Send, conversation: Conversation) -> str:
    """Object to bubbles of an agent that does not answer on this number, or not any more."""
    setting = situation.setting_of(conversation)
    return "" if setting is not None and setting.agent == send.sender_id else "agent_off"


UNSAID = {
    "person": "superseded",
    "superseded": "superseded",
    "bot_off": "bot_off",
    "agent_off": "agent_off",
    "window_closed": "window_closed",
}
"""Why a message got no answer after all, by why the answer to it was withdrawn whole. One that the
customer interrupted is not among them: it is answered together with what they wrote then."""


def note_unsaid(first: Send, reason: str) -> None:
    """Note with the messages whose answer was withdrawn before it was sent why they have none."""
    if code := UNSAID.get(reason):
        asked = Message.objects.filter(
            conversation=first.conversation_id, direction=Message.Direction.INBOUND
        )
        asked.filter(heard_by=first.plan).update(heard_by=code)


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
sending.withdrawals.append(note_unsaid)

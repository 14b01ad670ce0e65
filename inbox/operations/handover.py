"""The bot hands a conversation to people: one line, bot off, one task, one person if any."""

from __future__ import annotations

from typing import Annotated

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import Field

from crm.operations import tasks
from morfx.events.ledger import record
from morfx.operations.actor import Actor
from morfx.operations.catalogue import operation
from morfx.operations.inputs import Locked, Text

from ..facts import ConversationHandedOver
from ..models import Conversation
from . import availability
from .conversations import raise_epoch
from .sending import Bubble, plan


@operation("whatsapp.conversation.handOver", needs="whatsapp.send")
def hand_over(
    actor: Actor,
    *,
    conversation: Locked[Conversation],
    reason: Text,
    message: Text = "",
    agent: str = "",
    plan_id: Annotated[str, Field(max_length=200)] = "",
) -> Conversation:
    """Hand a conversation to people: the customer hears one line, the bot is off, a task waits.

    Never twice: a conversation that is handed over already, or that a person has, stays as it is.
    """
    if conversation.handed_over_at or conversation.owned_by_person:
        return conversation
    conversation.handed_over_at = timezone.now()
    conversation.bot_enabled = False
    raise_epoch(conversation, owner="", reason="handed_over")
    if message:
        line = Bubble(text=message, key="handover", intent="handover", last_word=True)
        plan(
            actor,
            conversation=conversation,
            bubbles=[line],
            plan_id=plan_id or f"handover:{conversation.pk}:{conversation.epoch}",
            agent=agent or actor.who,
        )
    user = availability.next_in_turn()
    if user is not None:
        conversation.assigned_to_id = user
        conversation.save(update_fields=["assigned_to"])
    task = tasks.create(
        actor,
        title=_("Handover: look after %(name)s") % {"name": conversation.display_name[:150]},
        description=reason,
        priority="high",
        conversation=conversation.pk,
        assigned_to=user,
    )
    record(
        ConversationHandedOver(
            conversation=conversation.pk, reason=reason, task=task.pk, to_user=user
        )
    )
    return conversation

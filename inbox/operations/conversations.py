"""Who has the word in a conversation, who looks after it, and whether it is open."""

from __future__ import annotations

from typing import Annotated

from django.utils import timezone
from django.utils.translation import gettext as _

from morfx.events.ledger import record
from morfx.operations.actor import Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Refused
from morfx.operations.inputs import Also, Locked
from morfx.workspaces.models import Membership

from ..facts import (
    BotSwitched,
    ConversationArchived,
    ConversationAssigned,
    ConversationGivenBack,
    ConversationTaken,
)
from ..models import Conversation, Message
from .sending import withdraw


@operation("whatsapp.conversation.takeOver", needs="whatsapp.send")
def take_over(actor: Actor, *, conversation: Locked[Conversation]) -> Conversation:
    """Take a conversation over: the bot is silent until it is given back."""
    if conversation.owner_who != actor.who:
        raise_epoch(conversation, owner=actor.who, reason="person")
        record(
            ConversationTaken(conversation=conversation.pk, by=actor.who, epoch=conversation.epoch)
        )
    return conversation


@operation("whatsapp.conversation.giveBack", needs="whatsapp.send")
def give_back(actor: Actor, *, conversation: Locked[Conversation]) -> Conversation:
    """Give a conversation back to the bot; it answers what comes next."""
    if conversation.owner_who or conversation.bot_enabled is False:
        conversation.bot_enabled = (
            None if conversation.bot_enabled is False else (conversation.bot_enabled)
        )
        conversation.handed_over_at = None
        raise_epoch(conversation, owner="", reason="given_back")
        record(ConversationGivenBack(conversation=conversation.pk, epoch=conversation.epoch))
    return conversation


@operation("whatsapp.conversation.setBot", needs="whatsapp.send")
def set_bot(
    actor: Actor, *, conversation: Locked[Conversation], enabled: bool | None = None
) -> Conversation:
    """Switch the bot on or off for a conversation; without `enabled` it follows the workspace."""
    if conversation.bot_enabled != enabled or (enabled and conversation.owner_who):
        conversation.bot_enabled = enabled
        owner = "" if enabled else conversation.owner_who
        raise_epoch(conversation, owner=owner, reason="bot_off")
        record(BotSwitched(conversation=conversation.pk, enabled=enabled, epoch=conversation.epoch))
    return conversation


@operation("whatsapp.conversation.assign", needs="whatsapp.send")
def assign(
    actor: Actor,
    *,
    conversation: Locked[Conversation],
    user: Annotated[int | None, Also("agent", "agentId", "assigned_to")] = None,
) -> Conversation:
    """Assign a conversation to a member; without a user, to nobody."""
    if user is not None and not Membership.objects.filter(user_id=user).exists():
        raise Refused(_("This person is not a member here."), field="user", code="NOT_A_MEMBER")
    if conversation.assigned_to_id != user:
        before, conversation.assigned_to_id = conversation.assigned_to_id, user
        conversation.save(update_fields=["assigned_to"])
        record(ConversationAssigned(conversation=conversation.pk, from_user=before, to_user=user))
    return conversation


@operation("whatsapp.conversation.close", needs="whatsapp.send")
def close(actor: Actor, *, conversation: Locked[Conversation]) -> Conversation:
    """Close a conversation; the customer's next message opens it again."""
    if conversation.status == Conversation.Status.ARCHIVED:
        raise Refused(_("This conversation is closed already."), code="ALREADY_CLOSED")
    conversation.status = Conversation.Status.ARCHIVED
    conversation.save(update_fields=["status"])
    record(ConversationArchived(conversation=conversation.pk, archived=True))
    return conversation


@operation("whatsapp.conversation.reopen", needs="whatsapp.send")
def reopen(actor: Actor, *, conversation: Locked[Conversation]) -> Conversation:
    """Open a closed conversation again."""
    if conversation.status == Conversation.Status.ARCHIVED:
        conversation.status = Conversation.Status.ACTIVE
        conversation.save(update_fields=["status"])
        record(ConversationArchived(conversation=conversation.pk, archived=False))
    return conversation


def raise_epoch(conversation: Conversation, *, owner: str, reason: str) -> None:
    """Begin a new epoch: whatever the bot planned before it is never sent.

    The conversation must be locked; what customers wrote before is no longer the bot's to answer
    when a person takes it.
    """
    conversation.epoch += 1
    conversation.owner_who = owner
    conversation.save(update_fields=["epoch", "owner_who", "bot_enabled", "handed_over_at"])
    withdraw(conversation, reason)
    if owner or conversation.bot_enabled is False:
        Message.objects.filter(
            conversation=conversation, direction=Message.Direction.INBOUND, heard_at=None
        ).update(heard_at=timezone.now(), heard_by="person" if owner else "bot_off")

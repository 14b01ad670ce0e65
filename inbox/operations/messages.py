"""People, programs and automations write to customers."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import Field

from crm.models import Contact
from inbox import window
from morfx.events.ledger import record
from morfx.operations.actor import Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Conflict, NotFound, Refused
from morfx.operations.inputs import Also, Ref, Row

from ..facts import ConversationTaken, MessageQueued
from ..models import Conversation, Message, Send
from . import sending
from .conversations import raise_epoch

RESENT_WHOLE = ("template", "image")
"""Types of messages whose words alone are not what was sent."""

Body = Annotated[str, Field(max_length=4096), Also("message", "body")]
LockedOrNone = Annotated[Conversation, Row(locked=True, missing="CONVERSATION_NOT_FOUND")] | None
ContactOrNone = Annotated[Contact, Row(missing="CONTACT_NOT_FOUND")] | None


@operation("whatsapp.message.send", needs="whatsapp.send")
def send(
    actor: Actor,
    *,
    text: Body,
    conversation: LockedOrNone = None,
    contact: ContactOrNone = None,
    reply_to: Annotated[str, Also("replyToMessageId")] = "",
) -> Message:
    """Write to a customer, in a conversation or in the contact's latest one.

    A person's (or a program's) message takes the conversation over: the bot is silent from its
    commit on. Refused with WINDOW_CLOSED when the customer last wrote 24 hours ago or more.
    """
    text = text.replace("\x00", "").strip()
    if not text:
        raise Refused(_("Write something first."), field="text")
    conversation = conversation or _latest(contact)
    if not window.is_open(conversation.last_customer_message_at, timezone.now()):
        raise Refused(
            _("The 24-hour window is closed."),
            code="WINDOW_CLOSED",
            suggestion=_("Send an approved template instead."),
        )
    quoted = _quoted(conversation, reply_to)
    sender = sender_of(actor)
    if sender == Message.Sender.USER:
        take(actor, conversation)
    message = Message.objects.create(
        conversation=conversation,
        direction=Message.Direction.OUTBOUND,
        text=text,
        sender=sender,
        sender_user_id=actor.user_id,
        reply_to=quoted,
        status="queued",
    )
    enqueue(actor, conversation, message)
    return message


@operation("whatsapp.message.retry", needs="whatsapp.send")
def retry(actor: Actor, *, message: Ref[Message]) -> Message:
    """Send a failed message again, as a new attempt.

    The conversation is locked before the message, as everybody else does who sends.
    """
    locked = Conversation.objects.select_for_update(of=("self",))
    conversation = locked.get(pk=message.conversation_id)
    message = Message.objects.select_for_update().get(pk=message.pk)
    if message.status not in ("failed", "unknown") or message.direction != "outbound":
        raise Conflict(_("Only a message that failed can be sent again."))
    former = message.sends.order_by("attempt").last()
    body = former.body if former is not None and message.type in RESENT_WHOLE else None
    if not body and not window.is_open(conversation.last_customer_message_at, timezone.now()):
        raise Refused(_("The 24-hour window is closed."), code="WINDOW_CLOSED")
    attempt = (former.attempt if former else 0) + 1
    message.status, message.error, message.progress = "queued", {}, {}
    message.content["attempts"] = attempt
    message.save(update_fields=["status", "error", "progress", "content"])
    enqueue(actor, conversation, message, attempt=attempt, body=body)
    return message


def enqueue(
    actor: Actor,
    conversation: Conversation,
    message: Message,
    *,
    attempt: int = 1,
    body: dict[str, Any] | None = None,
) -> Send:
    """Plan the one bubble of a message that is already written, and record that it is on its way.

    Without `body`, what goes out is the message's text.
    """
    row = Send.objects.create(
        conversation=conversation,
        message=message,
        sender=sender_of(actor) if attempt > 1 else message.sender,
        sender_id=actor.who,
        body=body or {"type": "text", "text": message.text, "reply_to": message.reply_to},
        epoch=conversation.epoch,
        attempt=attempt,
    )
    conversation.last_message_at = timezone.now()
    conversation.last_preview = message.text[:100]
    conversation.last_sender = message.sender
    conversation.save(update_fields=["last_message_at", "last_preview", "last_sender"])
    sending.schedule(conversation.pk)
    record(
        MessageQueued(
            conversation=conversation.pk,
            message=message.pk,
            sender=message.sender,
            text=message.text[:1000],
        )
    )
    return row


def sender_of(actor: Actor) -> str:
    """Return what a message's sender is called in answers."""
    known = {"user": "user", "key": "user", "agent": "agent", "automation": "automation"}
    return known.get(actor.kind, "system")


def _latest(contact: Contact | None) -> Conversation:
    if contact is None:
        raise Refused(_("Name a conversation or a contact."), field="conversation")
    found = (
        Conversation.objects.select_for_update(of=("self",))
        .filter(contact=contact, identity__retired_at=None)
        .order_by("-last_message_at", "-id")
        .first()
    )
    if found is None:
        raise NotFound("contact", code="CONVERSATION_NOT_FOUND")
    return found


def take(actor: Actor, conversation: Conversation) -> None:
    """A person has written: a new epoch, even when they had it already (nothing else is sent)."""
    fresh = conversation.owner_who != actor.who
    raise_epoch(conversation, owner=actor.who, reason="person")
    if fresh:
        record(
            ConversationTaken(conversation=conversation.pk, by=actor.who, epoch=conversation.epoch)
        )


def _quoted(conversation: Conversation, reply_to: str) -> str:
    """Return the provider's id of the message a reply quotes; ours is accepted as well."""
    if not reply_to:
        return ""
    found = Message.objects.filter(conversation=conversation)
    quoted = found.filter(provider_id=reply_to).first()
    if quoted is None and len(reply_to) == 36:
        quoted = found.filter(pk=reply_to).first()
    if quoted is None or not quoted.provider_id:
        raise NotFound("reply_to")
    return quoted.provider_id

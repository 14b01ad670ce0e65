"""What people write on the business's own phone shows in the thread, and silences the bot."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from morfx.events.ledger import record
from morfx.jobs.work import Again
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.inputs import Ref
from morfx.tenancy.rows import id_at

from .. import media_jobs
from ..facts import ConversationOpened, ConversationTaken
from ..kept import kept, preview
from ..models import Channel, Conversation, Message, Send
from ..providers.outcomes import Accepted
from ..providers.payload_messages import Echo
from ..told_facts import MessageEchoed
from . import amending, seating
from .conversations import raise_epoch

PHONE = "phone:business"
"""Who owns a conversation that somebody answered on the phone: we are not told who it was."""

WAIT = 1.0
"""Seconds until an echo is looked at again that may be of a bubble still on its way."""

OURS_FOR = timedelta(hours=1)
"""How long after a send of unknown outcome an echo with the same words is taken for it."""


def somebody(workspace_id: UUID) -> Actor:
    """Return whoever writes on the business's phone, as one who acts."""
    permissions = frozenset({SYSTEM})
    return Actor(workspace_id=workspace_id, who=PHONE, via="webhook", permissions=permissions)


@operation("whatsapp.message.echo", needs=SYSTEM)
def echo(
    actor: Actor, *, channel: Ref[Channel], echo: Any, received_at: datetime, position: int = 0
) -> Message | None:
    """Take in what was written on the business's phone; None when it is here, or was sent by us.

    It counts as a person's reply: the conversation is theirs from this commit on, and no bubble
    planned before it goes out. It opens no 24-hour window, because the customer said nothing.

    WhatsApp promises no echo of what goes through its API; where one comes all the same it is
    told by the provider's id. One that is faster than the answer to our send has no id to match:
    with the words of a bubble on its way it is put off (Again) until the answer is there; with
    those of a recent send of unknown outcome it settles that as accepted. Only words are
    compared: a template's echo, whose words we do not keep, is shown as a person's.
    """
    at = echo.happened_at(received_at)
    whom = seating.person(channel, echo.recipient)
    seat = seating.seat(actor, channel, whom, at=at, provider_id=echo.provider_id)
    if seat.here or _settles_ours(seat.conversation, echo, at):
        return None
    message = Message.objects.create(
        id=id_at(received_at, position),
        conversation=seat.conversation,
        direction=Message.Direction.OUTBOUND,
        type=echo.type,
        text=echo.text.replace("\x00", ""),
        content={**kept(echo), "echo": True},
        provider_id=echo.provider_id,
        sender=Message.Sender.USER,
        reply_to=echo.refers_to,
        occurred_at=at,
        status="sent",
    )
    media_jobs.keep_later(message)
    if seat.amended:
        amending.fold(message)
    if seat.opened:
        conversation = seat.conversation.pk
        record(ConversationOpened(conversation=conversation, contact=seat.contact.pk))
    _take_over(actor, seat.conversation, message)
    if message.type in amending.KINDS:
        change = amending.react if message.type == "reaction" else amending.amend
        change(actor, seat, message, echo)
    return message


def _settles_ours(conversation: Conversation, echo: Echo, at: datetime) -> bool:
    """Tell whether an echo is of something we sent; settle it if nobody knew its outcome."""
    from ..settling import settle

    under_way = Send.objects.filter(
        conversation=conversation, state__in=[Send.State.CLAIMED, Send.State.UNKNOWN]
    )
    for send in under_way.order_by("created_at"):
        if not echo.text or send.body.get("text") != echo.text or send.claimed_at is None:
            continue
        if send.state == Send.State.CLAIMED:
            raise Again(WAIT)
        if send.provider_id in ("", echo.provider_id) and abs(at - send.claimed_at) < OURS_FOR:
            settle(send, Accepted(provider_id=echo.provider_id))
            return True
    return False


def _take_over(actor: Actor, conversation: Conversation, message: Message) -> None:
    """Let the conversation be a person's, and the list show what was said."""
    if message.type not in amending.KINDS:
        conversation.last_message_at = timezone.now()
        conversation.last_preview = preview(message)
        conversation.last_sender = message.sender
        conversation.status = Conversation.Status.ACTIVE
        conversation.unread_count = 0
        conversation.save(update_fields=SAID)
    fresh = not conversation.owner_who
    raise_epoch(conversation, owner=conversation.owner_who or actor.who, reason="person")
    key = conversation.pk
    record(
        MessageEchoed(
            conversation=key, message=message.pk, kind=message.type, text=message.text[:1000]
        )
    )
    if fresh:
        record(ConversationTaken(conversation=key, by=actor.who, epoch=conversation.epoch))


SAID = ("last_message_at", "last_preview", "last_sender", "status", "unread_count")

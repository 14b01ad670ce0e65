"""A customer's message comes in: identity → contact → conversation → message, all or nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from morfx.events.ledger import record
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.inputs import Ref
from morfx.tenancy.rows import id_at

from .. import media_jobs
from ..facts import ConversationOpened, MessageReceived
from ..kept import kept, preview
from ..models import Channel, Conversation, Message
from . import amending, renumbered, seating

NOT_SAID = {
    "edit": amending.amend,
    "revoke": amending.amend,
    "reaction": amending.react,
    "system": renumbered.take_note,
}
"""Types that say nothing of the customer's own, and what is done with them instead."""

NEVER_UNREAD = {*NOT_SAID, "request_welcome"}
"""Types that are shown but do not count as something new to read."""

NEVER_ANSWERED = NEVER_UNREAD | {"sticker"}
"""Types that start no turn of an agent."""

OPEN_NO_WINDOW = {"edit", "revoke", "system"}
"""Types after which WhatsApp does not let us write freely for another 24 hours."""


@operation("whatsapp.message.receive", needs=SYSTEM)
def receive(
    actor: Actor, *, channel: Ref[Channel], inbound: Any, received_at: datetime, position: int = 0
) -> Message | None:
    """Take in one message of a customer; None when it is here already.

    Its id sorts by when it came (`received_at`, then `position` in its envelope): envelopes are
    opened side by side, and what came first is read first all the same.

    The dedupe key is the message's own row, committed with everything else: a failed attempt
    leaves nothing behind that could stop the next.
    """
    at = inbound.happened_at(received_at)
    whom = seating.person(channel, inbound.sender, inbound.profile_name)
    seat = seating.seat(actor, channel, whom, at=at, provider_id=inbound.provider_id)
    if seat.here:
        return None
    conversation, quiet = seat.conversation, inbound.type in NEVER_ANSWERED
    message = Message.objects.create(
        id=id_at(received_at, position),
        conversation=conversation,
        direction=Message.Direction.INBOUND,
        type=inbound.type,
        text=inbound.text.replace("\x00", ""),
        content=kept(inbound),
        provider_id=inbound.provider_id,
        sender=Message.Sender.CONTACT,
        reply_to=inbound.refers_to,
        occurred_at=at,
        heard_at=timezone.now() if quiet else None,
        heard_by="no_answer_wanted" if quiet else "",
    )
    media_jobs.keep_later(message)
    if seat.amended:
        amending.fold(message)
    _note_arrival(conversation, message, whom.name)
    if seat.opened:
        record(ConversationOpened(conversation=conversation.pk, contact=seat.contact.pk))
    if instead := NOT_SAID.get(message.type):
        instead(actor, seat, message, inbound)
    elif not amending.is_deleted(message):
        record(
            MessageReceived(
                conversation=conversation.pk,
                message=message.pk,
                contact=seat.contact.pk,
                kind=message.type,
                text=message.text[:1000],
                first_ever=seat.opened,
            )
        )
    return message


def _note_arrival(conversation: Conversation, message: Message, profile_name: str) -> None:
    if message.type in seating.AMENDS:
        return
    if message.type not in OPEN_NO_WINDOW:
        times = (conversation.last_customer_message_at, message.occurred_at)
        conversation.last_customer_message_at = max(filter(None, times))
    conversation.last_message_at = timezone.now()
    conversation.last_preview = preview(message)
    conversation.last_sender = message.sender
    conversation.status = Conversation.Status.ACTIVE
    conversation.profile_name = profile_name or conversation.profile_name
    if message.type not in NEVER_UNREAD and not amending.is_deleted(message):
        conversation.unread_count += 1
    conversation.save(update_fields=ARRIVAL)


ARRIVAL = (
    "last_customer_message_at", "last_message_at", "last_preview", "last_sender", "status",
    "profile_name", "unread_count",
)  # fmt: skip

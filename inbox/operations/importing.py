"""What was said before the number was connected stands in the thread, and sets off nothing."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.utils import timezone

from morfx.events.ledger import record
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.inputs import Ref
from morfx.tenancy.rows import id_at

from ..kept import kept, preview
from ..models import Channel, Conversation, Message
from ..others import on_field
from ..providers.payload import Other
from ..providers.payload_history import Past, PastThread, read_history
from ..told_facts import HistoryImported
from . import seating


@on_field("history")
def bring_in(channel: Channel, other: Other) -> None:
    """Bring in each thread of a piece of history, in a transaction of its own."""
    actor = Actor.system(channel.workspace_id, "inbox", via="webhook")
    for thread in read_history(other.value, other.waba_id, other.phone_number_id):
        import_thread(actor, channel=channel, thread=thread)


@operation("whatsapp.history.import", needs=SYSTEM)
def import_thread(actor: Actor, *, channel: Ref[Channel], thread: Any) -> int:
    """Bring in a thread's earlier messages; return how many were new.

    Nobody is waiting for an answer to them: no window opens, nothing is unread, no agent or
    automation wakes. They stand in the thread at the moment they were written.
    """
    past: PastThread = thread
    now = timezone.now()
    dated = [each for each in past.said if each.message.happened_at(now) < now]
    whom = seating.person(channel, past.customer)
    seat = seating.seat(actor, channel, whom, at=now)
    ids = [each.message.provider_id for each in dated]
    known = set(Message.objects.filter(provider_id__in=ids).values_list("provider_id", flat=True))
    rows = {
        each.message.provider_id: _row(seat.conversation, each, position)
        for position, each in enumerate(dated)
        if each.message.provider_id not in known
    }
    if not rows:
        return 0
    Message.objects.bulk_create(rows.values(), batch_size=500)
    Message.objects.filter(pk__in=[row.pk for row in rows.values()]).update(
        created_at=F("occurred_at")
    )
    _show(seat.conversation, max(rows.values(), key=lambda row: row.occurred_at))
    record(HistoryImported(channel=channel.pk, messages=len(rows)))
    return len(rows)


def _row(conversation: Conversation, past: Past, position: int) -> Message:
    written = past.message
    at = written.happened_at(timezone.now())
    direction = Message.Direction.OUTBOUND if past.by_us else Message.Direction.INBOUND
    return Message(
        id=id_at(at, position),
        conversation=conversation,
        direction=direction,
        type=written.type,
        text=written.text.replace("\x00", ""),
        content={**kept(written), "history": True},
        provider_id=written.provider_id,
        sender=Message.Sender.USER if past.by_us else Message.Sender.CONTACT,
        reply_to=written.refers_to,
        status="sent" if past.by_us else "received",
        occurred_at=at,
        heard_at=None if past.by_us else timezone.now(),
        heard_by="" if past.by_us else "history",
    )


def _show(conversation: Conversation, newest: Message) -> None:
    """Let a conversation that has nothing newer stand in the list by its history."""
    if conversation.last_message_at and conversation.last_message_at >= newest.occurred_at:
        return
    conversation.last_message_at = newest.occurred_at
    conversation.last_preview = preview(newest)
    conversation.last_sender = newest.sender
    conversation.save(update_fields=["last_message_at", "last_preview", "last_sender"])

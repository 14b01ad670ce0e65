"""What was said is changed afterwards: rewritten, deleted for everyone, or reacted to.

The event is a row of its own, which makes it come once; what it does to the original is folded
from all such rows by their own dates. So they may come in any order, before the original too
(`seating` tells then), and again. Everything here holds the conversation's lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from morfx.events.ledger import record
from morfx.operations.actor import Actor

from ..kept import preview
from ..models import Conversation, Message
from ..providers.payload_messages import Written
from ..told_facts import MessageDeleted, MessageEdited, MessageReacted
from .seating import AMENDS, Seat

KINDS = (*AMENDS, "reaction")


def amend(actor: Actor, seat: Seat, message: Message, written: Written) -> None:
    """Apply an edit or a deletion to its original, if it is here; else it waits for it.

    An agent that has not answered yet reads the new words, or nothing where they were deleted;
    after the answer no turn starts, and the original keeps that it was heard as it was
    (`content["amended"]["heard"]`). Whoever wrote a message may change it, nobody else.
    """
    mine = Message.objects.filter(conversation=seat.conversation, direction=message.direction)
    original = mine.select_for_update().filter(provider_id=message.reply_to).first()
    if original is None:
        return
    former = original.text
    fold(original)
    _show(seat.conversation, original)
    if is_deleted(original):
        record(MessageDeleted(conversation=seat.conversation.pk, message=original.pk))
    elif original.text != former:
        record(
            MessageEdited(
                conversation=seat.conversation.pk,
                message=original.pk,
                former=former[:1000],
                text=original.text[:1000],
            )
        )


def react(actor: Actor, seat: Seat, message: Message, written: Written) -> None:
    """Take a reaction down; the thread draws the latest of each side on its bubble."""
    record(
        MessageReacted(
            conversation=seat.conversation.pk,
            provider_id=message.reply_to,
            emoji=message.text[:100],
            by=message.sender,
        )
    )


def fold(original: Message) -> None:
    """Make a message what its edits and deletions leave of it; the same in any order."""
    rows = Message.objects.filter(
        conversation=original.conversation_id,
        reply_to=original.provider_id,
        type__in=AMENDS,
        direction=original.direction,
    )
    amended = _folded(original, sorted(rows, key=lambda row: (row.occurred_at, row.pk)))
    heard = original.heard_at is not None or original.direction == Message.Direction.OUTBOUND
    amended["heard"] = original.content.get("amended", {}).get("heard", heard)
    original.content = {**original.content, "amended": amended}
    original.text = "" if "deleted_at" in amended else amended["now"]
    if not heard and "deleted_at" in amended:
        original.heard_at, original.heard_by = timezone.now(), "deleted"
    original.save(update_fields=["content", "text", "heard_at", "heard_by"])


def _folded(original: Message, rows: Iterable[Message]) -> dict[str, Any]:
    """Return the first words, those between, the present ones, and when they were deleted."""
    first = original.content.get("amended", {}).get("first", original.text)
    words, at = first, original.occurred_at
    versions: list[dict[str, str]] = []
    folded: dict[str, Any] = {"first": first, "versions": versions}
    for row in rows:
        if row.type == "revoke":
            folded.setdefault("deleted_at", row.occurred_at.isoformat())
        elif _readable(row):
            versions.append({"text": words, "at": at.isoformat()})
            words, at = row.text, row.occurred_at
            folded["edited_at"] = at.isoformat()
    return {**folded, "now": words}


def _readable(edit: Message) -> bool:
    """Tell whether an edit brings the new message; one without leaves the words alone."""
    part = edit.content.get("edit")
    return isinstance(part, dict) and isinstance(part.get("message"), dict)


def is_deleted(message: Message) -> bool:
    """Tell whether its writer deleted a message for everyone."""
    return "deleted_at" in message.content.get("amended", {})


def _show(conversation: Conversation, original: Message) -> None:
    """Keep the list in step, if what was changed is the last that was said."""
    said = Message.objects.filter(conversation=conversation).exclude(type__in=KINDS)
    if said.order_by("-id").values_list("pk", flat=True).first() == original.pk:
        conversation.last_preview = preview(original)
        conversation.save(update_fields=["last_preview"])

"""Messages from before a number was connected, as WhatsApp brings them (field `history`).

Threads of a customer each, in chunks; who wrote a message is told by whether its sender is the
thread's own id. Source: Meta, Cloud API, "history webhook reference" (coexistence).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .payload_fields import Raw, id_at, objects
from .payload_messages import Ids, Inbound, read_inbound


@dataclass(frozen=True, kw_only=True)
class Past:
    """One earlier message. `by_us` when the business wrote it."""

    message: Inbound
    by_us: bool


@dataclass(frozen=True, kw_only=True)
class PastThread:
    """What one customer and the business said, in the order it was listed."""

    customer: Ids
    said: tuple[Past, ...]


def read_history(value: object, waba_id: str, phone_number_id: str) -> Iterator[PastThread]:
    """Go through the threads of a `history` change; what cannot be read is left out."""
    for chunk in objects(value.get("history") if isinstance(value, dict) else None):
        for thread in objects(chunk.get("threads")):
            number = id_at(thread, "id")
            said = [
                past
                for raw in objects(thread.get("messages"))
                if (past := _past(raw, number, waba_id, phone_number_id))
            ]
            theirs = next((past.message.sender for past in said if not past.by_us), Ids())
            customer = Ids(wa_id=number or theirs.wa_id, user_id=theirs.user_id)
            if said and customer.known:
                yield PastThread(customer=customer, said=tuple(said))


def _past(raw: Raw, customer: str | None, waba_id: str, phone_number_id: str) -> Past | None:
    try:
        message = read_inbound(raw, {}, waba_id, phone_number_id)
    except ValueError:
        return None
    by_us = bool(customer and message.sender.wa_id and message.sender.wa_id != customer)
    return Past(message=message, by_us=by_us)

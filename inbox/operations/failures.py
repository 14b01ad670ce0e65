"""A failure is something people and automations care about."""

from __future__ import annotations

from typing import Any

from morfx.events.ledger import record
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.inputs import Ref

from ..facts import MessageFailed
from ..models import Message


@operation("whatsapp.message.fail", needs=SYSTEM)
def fail(actor: Actor, *, message: Ref[Message], code: int | None = None, reason: str = "") -> None:
    """Record that a message did not arrive, or that nobody knows whether it did."""
    record(
        MessageFailed(
            conversation=message.conversation_id, message=message.pk, code=code, reason=reason
        )
    )


def report(message: Message) -> None:
    """Tell people and automations that a message did not arrive, or may not have."""
    system = Actor.system(message.workspace_id, "delivery")
    error: dict[str, Any] = message.error or {}
    fail(system, message=message, code=error.get("code"), reason=str(error.get("title") or ""))

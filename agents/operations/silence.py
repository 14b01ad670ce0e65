"""Messages that no agent answers, and why."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from agents.facts import StayedSilent
from inbox.models import Message
from morfx.events.ledger import record
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation


@operation("agents.turn.skip", needs=SYSTEM)
def stay_silent(actor: Actor, *, messages: Any, reason: str) -> None:
    """Note that messages get no answer from an agent, and why."""
    ids = [message.pk for message in messages]
    Message.objects.filter(pk__in=ids).update(heard_at=timezone.now(), heard_by=reason)
    record(StayedSilent(conversation=messages[0].conversation_id, messages=ids, reason=reason))

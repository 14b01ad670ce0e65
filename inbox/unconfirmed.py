"""Bubbles nobody can vouch for: after a while people are told, and may send them again."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from morfx.events.poke import poke

from .models import Message, Send
from .operations.failures import report

UNKNOWN_PATIENCE = timedelta(minutes=10)
"""How long a bubble may be unconfirmed before people are told. Reports come within seconds as a
rule, and every webhook we could not take is repeated after growing pauses: ten minutes leave room
for several of those, and are as long as a customer should be without answer or person."""


def late(now: datetime | None = None) -> QuerySet[Send]:
    """Return the bubbles nobody confirmed within UNKNOWN_PATIENCE and nobody was told of."""
    limit = (now or timezone.now()) - UNKNOWN_PATIENCE
    return Send.objects.filter(state=Send.State.UNKNOWN, reported_at=None, settled_at__lt=limit)


def give_up_waiting(pk: UUID) -> bool:
    """Tell people that a bubble is not confirmed; False when it was settled meanwhile.

    What a report settles later is settled all the same.
    """
    with transaction.atomic():
        shown = Send.objects.get(pk=pk).shown_id
        message = Message.objects.select_for_update().get(pk=shown)
        send = Send.objects.select_for_update(of=("self",)).get(pk=pk)
        if send.state != Send.State.UNKNOWN or send.reported_at is not None:
            return False
        send.reported_at = timezone.now()
        send.save(update_fields=["reported_at"])
        if message.status != "unknown":
            return False
        message.error = {"code": None, "title": send.reason}
        message.save(update_fields=["error"])
        report(message)
        poke(message.workspace_id, f"conversation-{message.conversation_id}", "inbox")
        return True

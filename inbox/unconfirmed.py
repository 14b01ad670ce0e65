"""Bubbles nobody can vouch for: after a while people are told, and may send them again."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from morfx.events.poke import poke

from .models import Message, Send
from .operations.failures import report

UNKNOWN_PATIENCE = timedelta(minutes=10)
"""How long a bubble may be unconfirmed before people are told. Reports come within seconds as a
rule, and every webhook we could not take is repeated after growing pauses: ten minutes leave room
for several of those, and are as long as a customer should be without answer or person."""


def report_unconfirmed(now: datetime | None = None) -> int:
    """Tell people of what nobody confirmed within UNKNOWN_PATIENCE; return how many.

    Works on the current workspace, each bubble in a transaction of its own. What a report settles
    later is settled all the same.
    """
    limit = (now or timezone.now()) - UNKNOWN_PATIENCE
    waiting = Send.objects.filter(state=Send.State.UNKNOWN, reported_at=None, settled_at__lt=limit)
    with transaction.atomic():
        found = list(waiting.order_by("settled_at").values_list("pk", flat=True)[:500])
    return sum(_give_up_waiting(pk) for pk in found)


def _give_up_waiting(pk: UUID) -> bool:
    with transaction.atomic():
        send = Send.objects.select_for_update(of=("self",)).get(pk=pk)
        if send.state != Send.State.UNKNOWN or send.reported_at is not None:
            return False
        send.reported_at = timezone.now()
        send.save(update_fields=["reported_at"])
        message = Message.objects.select_for_update().get(pk=send.shown_id)
        if message.status != "unknown":
            return False
        message.error = {"code": None, "title": send.reason}
        message.save(update_fields=["error"])
        report(message)
        poke(message.workspace_id, f"conversation-{message.conversation_id}", "inbox")
        return True

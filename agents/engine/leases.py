"""One turn at a time per conversation: a lease row with a fencing token, never a held lock."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from agents.models import TurnLease

LONGEST_TURN = timedelta(seconds=90)
"""A holder that is silent for longer is taken for dead; its token no longer commits."""


def take(conversation_id: UUID) -> int | None:
    """Take the conversation's lease; return its token, or None while somebody holds it."""
    with transaction.atomic():
        TurnLease.objects.get_or_create(conversation_id=conversation_id)
        lease = TurnLease.objects.select_for_update().get(conversation_id=conversation_id)
        now = timezone.now()
        if lease.until is not None and lease.until > now:
            return None
        lease.token += 1
        lease.until = now + LONGEST_TURN
        lease.save(update_fields=["token", "until"])
        return lease.token


def held(conversation_id: UUID, token: int) -> bool:
    """Tell, inside a transaction, whether a token is still the one that counts; locks the row."""
    lease = TurnLease.objects.select_for_update().filter(conversation_id=conversation_id).first()
    return lease is not None and lease.token == token and lease.until is not None


def release(conversation_id: UUID, token: int) -> None:
    """Give a lease back; harmless when it has passed to somebody else."""
    TurnLease.objects.filter(conversation_id=conversation_id, token=token).update(until=None)

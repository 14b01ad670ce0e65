"""One turn at a time per conversation: a lease row with a fencing token, never a held lock."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from agents.errors import VersionConflictError
from agents.models import TurnLease

LEASE = timedelta(seconds=20)
"""A holder that has not renewed for so long is taken for dead; its token no longer commits."""

RENEW_EVERY = 5.0
"""Seconds. A turn may take minutes, when models are slow; a dead worker must not."""

log = structlog.get_logger()


class LeaseLostError(VersionConflictError):
    """The lease has passed to somebody else, who answers now."""


def take(conversation_id: UUID) -> int | None:
    """Take the conversation's lease; return its token, or None while somebody holds it."""
    with transaction.atomic():
        TurnLease.objects.get_or_create(conversation_id=conversation_id)
        lease = TurnLease.objects.select_for_update().get(conversation_id=conversation_id)
        now = timezone.now()
        if lease.until is not None and lease.until > now:
            return None
        lease.token += 1
        lease.until = now + LEASE
        lease.save(update_fields=["token", "until"])
        return lease.token


def held(conversation_id: UUID, token: int) -> bool:
    """Tell, inside a transaction, whether a token is still the one that counts; locks the row."""
    lease = TurnLease.objects.select_for_update().filter(conversation_id=conversation_id).first()
    return lease is not None and lease.token == token and lease.until is not None


def release(conversation_id: UUID, token: int) -> None:
    """Give a lease back; harmless when it has passed to somebody else."""
    TurnLease.objects.filter(conversation_id=conversation_id, token=token).update(until=None)


@contextmanager
def kept(conversation_id: UUID, token: int) -> Iterator[None]:
    """Renew a lease for as long as the block runs, from a thread with its own connection."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(RENEW_EVERY):
            try:
                with transaction.atomic():
                    held = TurnLease.objects.filter(conversation_id=conversation_id, token=token)
                    # Not one that was given back this very moment.
                    held.exclude(until=None).update(until=timezone.now() + LEASE)
            except DatabaseError as error:
                log.warning("turn lease not renewed", why=repr(error))
            finally:
                connection.close()

    threading.Thread(target=contextvars.copy_context().run, args=[renew], daemon=True).start()
    try:
        yield
    finally:
        over.set()

"""One turn at a time per conversation: a lease row with a fencing token, never a held lock."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import Error, connection, transaction
from django.db.models.functions import Now

from agents.errors import VersionConflictError
from agents.models import TurnLease
from morfx.tenancy import current_id
from morfx.tenancy.rows import new_id

LEASE = timedelta(seconds=20)
"""A holder that has not renewed for so long is taken for dead; its token no longer commits."""

RENEW_EVERY = 5.0
"""Seconds. A turn may take minutes, when models are slow; a dead worker must not."""

log = structlog.get_logger()


class LeaseLostError(VersionConflictError):
    """The lease has passed to somebody else, who answers now."""


TAKE = """
INSERT INTO agents_turnlease AS lease (id, workspace_id, created_at, conversation_id, token, until)
VALUES (%s, %s, now(), %s, 1, clock_timestamp() + make_interval(secs => %s))
ON CONFLICT (conversation_id) DO UPDATE SET token = lease.token + 1, until = excluded.until
WHERE lease.until IS NULL OR lease.until <= clock_timestamp()
RETURNING token
"""


def take(conversation_id: UUID) -> int | None:
    """Take the conversation's lease; return its token, or None while somebody holds it.

    Whoever locks the conversation too locks it first: here, and when a turn commits.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [new_id(), current_id(), conversation_id, LEASE.total_seconds()])
        row = cursor.fetchone()
    return int(row[0]) if row else None


RELEASE = """
UPDATE agents_turnlease SET until = NULL
WHERE conversation_id = %s AND token = %s AND until IS NOT NULL
"""


def release(conversation_id: UUID, token: int) -> bool:
    """Give a lease back; False, and harmless, when it is not held under this token any more."""
    with connection.cursor() as cursor:
        cursor.execute(RELEASE, [conversation_id, token])
        return bool(cursor.rowcount)


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
                    held.exclude(until=None).update(until=Now() + LEASE)
            except Error as error:
                log.warning("turn lease not renewed", why=repr(error))
            finally:
                connection.close()

    threading.Thread(target=contextvars.copy_context().run, args=[renew], daemon=True).start()
    try:
        yield
    finally:
        over.set()

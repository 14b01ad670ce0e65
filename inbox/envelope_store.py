"""Where webhooks are put before they are acknowledged: one statement, one commit, one bell.

Its connections see every workspace, because a webhook says only which channel it is for; nothing
but these statements runs on them. Whose channel it is, is known for a few seconds, so that a post
costs one statement; a signature that does not fit is checked against the row itself.
"""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import structlog
from django.conf import settings

from morfx.jobs import work
from morfx.tenancy.database import async_pool
from morfx.tenancy.rows import new_id
from morfx.tenancy.secret_field import decrypt

log = structlog.get_logger()

QUEUE, JOB = "quick", "inbox.open_envelope"
KNOWN_FOR = 5.0
"""Seconds what is known of a channel is believed."""
MOST_KNOWN = 10_000

FIND = """
SELECT workspace_id, provider, app_secret, verify_token, is_active FROM inbox_channel WHERE id = %s
"""
STORE = """
WITH envelope AS (
  INSERT INTO inbox_envelope (id, workspace_id, created_at, channel_id, body, state, error,
                              attempts)
  VALUES (%(id)s, %(workspace)s, now(), %(channel)s, %(body)s, 'received', '', 0))
INSERT INTO jobs_job (workspace_id, queue, name, args, version, due_at, ready_at, attempts, error,
                      created_at)
VALUES (%(workspace)s, %(queue)s, %(job)s, %(args)s::jsonb, 1, now(), now(), 0, '', now())
"""
REFUSE = "UPDATE inbox_channel SET refused_deliveries = refused_deliveries + 1 WHERE id = %s"


@dataclass(frozen=True, slots=True)
class Known:
    """A channel as its webhook needs it, and when it was read (monotonic)."""

    id: UUID
    workspace_id: UUID
    provider: str
    app_secret: str
    verify_token: str
    read_at: float


_known: dict[UUID, Known] = {}


async def channel(channel_id: UUID, *, afresh: bool = False) -> Known | None:
    """Return an active channel; `afresh`, as its row is now."""
    known = _known.get(channel_id)
    if known is not None and not afresh and time.monotonic() - known.read_at < KNOWN_FOR:
        return known
    _known.pop(channel_id, None)
    rows = await _ask(FIND, [channel_id])
    if not rows or not rows[0][4]:
        return None
    workspace, provider, secret, token, _ = rows[0]
    if len(_known) >= MOST_KNOWN:
        _known.clear()
    known = Known(
        channel_id, workspace, provider, decrypt(secret), decrypt(token), time.monotonic()
    )
    _known[channel_id] = known
    return known


async def store(to: Known, raw: bytes) -> None:
    """Store a body and the job that opens it; committed on return. Raises psycopg's errors.

    After a connection that was lost it is tried on another, under the same id: what was committed
    while its answer was lost is found stored already.
    """
    envelope = new_id()
    values = {
        "id": envelope,
        "workspace": to.workspace_id,
        "channel": to.id,
        "body": raw,
        "queue": QUEUE,
        "job": JOB,
        "args": json.dumps({"envelope": str(envelope)}),
    }
    with suppress(psycopg.errors.UniqueViolation):
        await _ask(STORE, values)
    _bell().ring()


async def count_refusal(channel_id: UUID) -> None:
    """Count a post whose signature is missing or wrong; nothing else of it is kept."""
    await _ask(REFUSE, [channel_id])


async def _ask(sql: str, values: Any) -> list[tuple[Any, ...]]:
    """Run one statement in a transaction of its own, on a connection that lives."""
    connections = await async_pool.pool()
    for _ in range(settings.WEBHOOK_CONNECTIONS):
        try:
            async with connections.connection() as link:
                return await _rows(link, sql, values)
        except OF_THE_CONNECTION as error:
            log.info("webhook's connection lost", error=repr(error))
    async with connections.connection() as link:
        return await _rows(link, sql, values)


OF_THE_CONNECTION = (psycopg.OperationalError, psycopg.InternalError, psycopg.NotSupportedError)
"""Lost; a server that became read-only; a prepared plan that a migration made stale."""


async def _rows(link: psycopg.AsyncConnection[Any], sql: str, values: Any) -> list[tuple[Any, ...]]:
    try:
        cursor = await link.execute(sql, values)
        return await cursor.fetchall() if cursor.description else []
    except OF_THE_CONNECTION:
        await link.close()
        raise


class Bell:
    """Wakes the job clusters after a commit; who rings while it rings is heard with the next."""

    def __init__(self) -> None:
        self.wanted = False
        self.ringing: asyncio.Task[None] | None = None

    def ring(self) -> None:
        """Have the queue told, soon; workers that miss it look by themselves within a second."""
        self.wanted = True
        if self.ringing is None or self.ringing.done():
            self.ringing = asyncio.get_running_loop().create_task(self._tell())

    async def _tell(self) -> None:
        while self.wanted:
            self.wanted = False
            try:
                await _ask("SELECT pg_notify(%s, %s)", [work.CHANNEL, QUEUE])
            except Exception as error:
                log.warning("queue not told", error=repr(error))


_bells: dict[asyncio.AbstractEventLoop, Bell] = {}


def _bell() -> Bell:
    return _bells.setdefault(asyncio.get_running_loop(), Bell())


async def close() -> None:
    """Let this event loop's bell fall silent, and close its connections; for who ends the loop."""
    bell = _bells.pop(asyncio.get_running_loop(), None)
    if bell is not None and bell.ringing is not None:
        await bell.ringing
    await async_pool.close()

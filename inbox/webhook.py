"""The door WhatsApp knocks at: verify, store, acknowledge; 200 only once it is stored.

A native ASGI application without Django's request cycle, because it does one thing many times a
second. An envelope and the job that opens it are one statement in one transaction.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import psycopg
import structlog
from django.conf import settings
from django.db import connection
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from morfx.jobs import work
from morfx.tenancy import current, passages
from morfx.tenancy.rows import new_id
from morfx.tenancy.secret_field import decrypt

from .providers.presets import preset_named
from .providers.raw_json import open_json
from .providers.signatures import genuine, handshake

log = structlog.get_logger()
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
SendEvent = Callable[[dict[str, Any]], Awaitable[None]]

PREFIX = "/webhooks/whatsapp/"
MOST_BYTES = 5 * 1024 * 1024
QUEUE, JOB = "quick", "inbox.open_envelope"

SET = "SELECT set_config(%s, %s, true)"
FIND = """
SELECT workspace_id, provider, app_secret, verify_token, is_active FROM inbox_channel WHERE id = %s
"""
STORE = """
WITH envelope AS (
  INSERT INTO inbox_envelope (id, workspace_id, created_at, channel_id, body, state, error, attempts)
  VALUES (%(id)s, %(workspace)s, now(), %(channel)s, %(body)s, 'received', '', 0))
INSERT INTO jobs_job (workspace_id, queue, name, args, version, due_at, ready_at, attempts, error,
                      created_at)
VALUES (%(workspace)s, %(queue)s, %(job)s, %(args)s::jsonb, 1, now(), now(), 0, '', now())
"""
REFUSE = "UPDATE inbox_channel SET refused_deliveries = refused_deliveries + 1 WHERE id = %s"


class TooLarge(Exception):
    """The body is larger than any webhook."""


async def webhook(scope: Scope, receive: Receive, send: SendEvent) -> None:
    """Answer one request: GET is the handshake, POST a delivery."""
    try:
        channel_id = UUID(str(scope["path"]).removeprefix(PREFIX).strip("/"))
    except ValueError:
        return await _answer(send, 404, "Unknown channel.")
    try:
        if scope["method"] == "GET":
            return await _shake_hands(scope, send, channel_id)
        if scope["method"] == "POST":
            return await _take_in(scope, receive, send, channel_id)
        return await _answer(send, 405, "GET or POST.")
    except TooLarge:
        return await _answer(send, 413, "Too large.")
    except (psycopg.Error, PoolTimeout, OSError) as error:
        log.error("webhook not stored", channel=str(channel_id), error=repr(error))
        return await _answer(send, 503, "Could not be stored; send it again.")


async def _shake_hands(scope: Scope, send: SendEvent, channel_id: UUID) -> None:
    query = dict(parse_qsl(scope["query_string"].decode(errors="replace")))
    async with (await _pool()).connection() as link, link.transaction():
        channel = await _channel(link, channel_id)
    if channel is None:
        return await _answer(send, 404, "Unknown channel.")
    challenge = handshake(query, decrypt(channel["verify_token"]))
    if challenge is None:
        return await _answer(send, 403, "The verify token is another one.")
    return await _answer(send, 200, challenge)


async def _take_in(scope: Scope, receive: Receive, send: SendEvent, channel_id: UUID) -> None:
    body = await _body(receive)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    async with (await _pool()).connection() as link:
        async with link.transaction():
            channel = await _channel(link, channel_id)
            if channel is None:
                return await _answer(send, 404, "Unknown channel.")
            secret = decrypt(channel["app_secret"])
            trusted = genuine(preset_named(channel["provider"]), headers, body, secret)
            if not trusted:
                await link.execute(REFUSE, [channel_id])
            elif _is_object(body):
                await _store(link, channel["workspace_id"], channel_id, body)
        if not trusted:
            return await _answer(send, 401, "The signature is missing or wrong.")
        if not _is_object(body):
            return await _answer(send, 400, "Not a JSON object.")
        await link.execute("SELECT pg_notify(%s, %s)", [work.CHANNEL, QUEUE])
    return await _answer(send, 200, "")


async def _channel(link: psycopg.AsyncConnection[Any], channel_id: UUID) -> dict[str, Any] | None:
    """Find whose webhook this is: through the door across workspaces, for this one question."""
    passages.labels(reason="find a webhook's channel").inc()
    await link.execute(SET, [current.NAME, str(current.EVERYWHERE)])
    row = await (await link.execute(FIND, [channel_id])).fetchone()
    if row is None or not row[4]:
        return None
    await link.execute(SET, [current.NAME, str(row[0])])
    names = ("workspace_id", "provider", "app_secret", "verify_token")
    return dict(zip(names, row[:4], strict=True))


async def _store(
    link: psycopg.AsyncConnection[Any], workspace_id: UUID, channel_id: UUID, body: bytes
) -> None:
    envelope = new_id()
    values = {
        "id": envelope,
        "workspace": workspace_id,
        "channel": channel_id,
        "body": body,
        "queue": QUEUE,
        "job": JOB,
        "args": json.dumps({"envelope": str(envelope)}),
    }
    await link.execute(STORE, values)


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(open_json(body), dict)
    except ValueError:
        return False


async def _body(receive: Receive) -> bytes:
    parts, size = [], 0
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise OSError("the sender hung up")
        parts.append(event.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BYTES:
            raise TooLarge
        if not event.get("more_body"):
            return b"".join(parts)


async def _answer(send: SendEvent, status: int, text: str) -> None:
    body = text.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


# -- connections ----------------------------------------------------------------------------

_pools: dict[asyncio.AbstractEventLoop, AsyncConnectionPool[Any]] = {}


async def _pool() -> AsyncConnectionPool[Any]:
    """Return this event loop's pool; made on first use."""
    loop = asyncio.get_running_loop()
    pool = _pools.get(loop)
    if pool is None:
        parameters = connection.get_connection_params()
        for name in ("context", "cursor_factory", "prepare_threshold"):
            parameters.pop(name, None)
        pool = AsyncConnectionPool(
            kwargs={**parameters, "autocommit": True},
            min_size=0,
            max_size=settings.WEBHOOK_CONNECTIONS,
            timeout=5,
            open=False,
            check=AsyncConnectionPool.check_connection,
        )
        _pools[loop] = pool
        await pool.open()
    return pool


async def close() -> None:
    """Close this event loop's pool, at shutdown."""
    if pool := _pools.pop(asyncio.get_running_loop(), None):
        await pool.close()

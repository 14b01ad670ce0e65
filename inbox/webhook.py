"""The door WhatsApp knocks at: verify, store, acknowledge; 200 only once it is stored.

A native ASGI application without Django's request cycle, because it does one thing many times a
second. An envelope and the job that opens it are one statement in one transaction.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from morfx.jobs import work
from morfx.tenancy import current, passages
from morfx.tenancy.database.async_pool import pool
from morfx.tenancy.rows import new_id
from morfx.tenancy.secret_field import decrypt
from morfx.web.asgi_http import Receive, Scope, SendEvent, TooLarge, answer, body, headers_of

from .providers.presets import preset_named
from .providers.raw_json import is_object
from .providers.signatures import genuine, handshake

log = structlog.get_logger()
Link = psycopg.AsyncConnection[Any]

PREFIX = "/webhooks/whatsapp/"
MOST_BYTES = 5 * 1024 * 1024
LONGEST = 8.0
"""Seconds until a database that hangs counts as one that is down."""
QUEUE, JOB = "quick", "inbox.open_envelope"

SET = "SELECT set_config(%s, %s, true)"
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


async def webhook(scope: Scope, receive: Receive, send: SendEvent) -> None:
    """Answer one request: GET is the handshake, POST a delivery."""
    try:
        channel_id = UUID(str(scope["path"]).removeprefix(PREFIX).strip("/"))
    except ValueError:
        return await answer(send, 404, "Unknown channel.")
    try:
        if scope["method"] == "GET":
            return await answer(send, *await _shake_hands(scope, channel_id))
        if scope["method"] == "POST":
            raw = await body(receive, most=MOST_BYTES)
            async with asyncio.timeout(LONGEST):
                taken = await _take_in(headers_of(scope), raw, channel_id)
            return await answer(send, *taken)
        return await answer(send, 405, "GET or POST.")
    except TooLarge:
        return await answer(send, 413, "Too large.")
    except (psycopg.Error, PoolTimeout, OSError) as error:
        log.error("webhook not stored", channel=str(channel_id), error=repr(error))
        return await answer(send, 503, "Could not be stored; send it again.")


async def _shake_hands(scope: Scope, channel_id: UUID) -> tuple[int, str]:
    query = dict(parse_qsl(scope["query_string"].decode(errors="replace")))
    async with (await pool()).connection() as link, link.transaction():
        channel = await _channel(link, channel_id)
    if channel is None:
        return 404, "Unknown channel."
    challenge = handshake(query, decrypt(channel["verify_token"]))
    return (403, "The verify token is another one.") if challenge is None else (200, challenge)


async def _take_in(headers: dict[str, str], raw: bytes, channel_id: UUID) -> tuple[int, str]:
    async with (await pool()).connection() as link:
        async with link.transaction():
            channel = await _channel(link, channel_id)
            if channel is None:
                return 404, "Unknown channel."
            secret = decrypt(channel["app_secret"])
            if not genuine(preset_named(channel["provider"]), headers, raw, secret):
                await link.execute(REFUSE, [channel_id])
                return 401, "The signature is missing or wrong."
            if not is_object(raw):
                return 400, "Not a JSON object."
            await _store(link, channel["workspace_id"], channel_id, raw)
        await link.execute("SELECT pg_notify(%s, %s)", [work.CHANNEL, QUEUE])
    return 200, ""


async def _channel(link: Link, channel_id: UUID) -> dict[str, Any] | None:
    """Find whose webhook this is: through the door across workspaces, for this one question."""
    passages.labels(reason="find a webhook's channel").inc()
    await link.execute(SET, [current.NAME, str(current.EVERYWHERE)])
    row = await (await link.execute(FIND, [channel_id])).fetchone()
    if row is None or not row[4]:
        return None
    await link.execute(SET, [current.NAME, str(row[0])])
    names = ("workspace_id", "provider", "app_secret", "verify_token")
    return dict(zip(names, row[:4], strict=True))


async def _store(link: Link, workspace_id: UUID, channel_id: UUID, raw: bytes) -> None:
    envelope = new_id()
    values = {
        "id": envelope,
        "workspace": workspace_id,
        "channel": channel_id,
        "body": raw,
        "queue": QUEUE,
        "job": JOB,
        "args": json.dumps({"envelope": str(envelope)}),
    }
    await link.execute(STORE, values)

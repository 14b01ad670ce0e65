"""The door WhatsApp knocks at: verify, store, acknowledge; 200 only once it is stored.

A native ASGI application without Django's request cycle, because it does one thing many times a
second. An envelope and the job that opens it are one statement (see `envelope_store`).
"""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qsl
from uuid import UUID

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from morfx.web.asgi_http import Receive, Scope, SendEvent, TooLarge, answer, body, headers_of

from . import envelope_store
from .envelope_store import Known
from .providers.presets import preset_named
from .providers.raw_json import is_object
from .providers.signatures import genuine, handshake

log = structlog.get_logger()

PREFIX = "/webhooks/whatsapp/"
MOST_BYTES = 5 * 1024 * 1024
LARGE = 64 * 1024
"""Bytes from which a body is read on a thread, so that other posts need not wait for it."""
LONGEST = 8.0
"""Seconds until a database that hangs counts as one that is down."""


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
    channel = await envelope_store.channel(channel_id, afresh=True)
    if channel is None:
        return 404, "Unknown channel."
    challenge = handshake(query, channel.verify_token)
    return (403, "The verify token is another one.") if challenge is None else (200, challenge)


async def _take_in(headers: dict[str, str], raw: bytes, channel_id: UUID) -> tuple[int, str]:
    channel = await envelope_store.channel(channel_id)
    if channel is not None and not _signed(channel, headers, raw):
        channel = await envelope_store.channel(channel_id, afresh=True)
    if channel is None:
        return 404, "Unknown channel."
    if not _signed(channel, headers, raw):
        await envelope_store.count_refusal(channel_id)
        return 401, "The signature is missing or wrong."
    readable = is_object(raw) if len(raw) < LARGE else await asyncio.to_thread(is_object, raw)
    if not readable:
        return 400, "Not a JSON object."
    await envelope_store.store(channel, raw)
    return 200, ""


def _signed(channel: Known, headers: dict[str, str], raw: bytes) -> bool:
    return genuine(preset_named(channel.provider), headers, raw, channel.app_secret)

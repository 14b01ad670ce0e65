"""One port: sockets to Channels, webhooks to their own handler, everything else to Django's pages.

Pages run as WSGI on threads (a hop per view is what Django's own ASGI handler would cost); only
what waits, or must be as fast as one INSERT, is ASGI. Run with `uvicorn morfx.asgi:application`.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "morfx.settings")

from django.core.wsgi import get_wsgi_application

pages = get_wsgi_application()
"""The pages as a plain WSGI application, for other servers and for Django's commands."""

from a2wsgi import WSGIMiddleware  # noqa: E402
from asgiref.sync import sync_to_async  # noqa: E402
from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import close_old_connections  # noqa: E402
from django.urls import get_resolver  # noqa: E402

from morfx.live import Live  # noqa: E402
from morfx.workspaces import health  # noqa: E402

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PAGE_THREADS = 16
WEBHOOKS = "/webhooks/whatsapp/"
LONGEST_CHUNKED_BODY = 20 * 2**20
"""Bytes of a body that comes without its length; WSGI needs the length before the body."""

_threads = WSGIMiddleware(pages, workers=PAGE_THREADS)
_sockets = AllowedHostsOriginValidator(AuthMiddlewareStack(Live.as_asgi()))


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Hand a connection to whom it is for."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "websocket":
        await _sockets(scope, receive, send)
    elif scope["path"].startswith(WEBHOOKS):
        from inbox.webhook import webhook

        await webhook(scope, receive, send)
    else:
        await _page(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    if refusal := await sync_to_async(_why_not_start)():
        await send({"type": "lifespan.startup.failed", "message": refusal})
        return
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


def _why_not_start() -> str:
    """Return why this process must not serve, as a sentence; empty when it may."""
    get_resolver().url_patterns  # noqa: B018  every view is imported now, not by the first visitor
    try:
        questions = [health.database, health.migrations, *([health.role] if settings.PROD else [])]
        return next((found.says for ask in questions if not (found := ask()).ok), "")
    finally:
        close_old_connections()


async def _page(scope: Message, receive: Receive, send: Send) -> None:
    names = {name for name, _ in scope["headers"]}
    if b"transfer-encoding" in names and b"content-length" not in names:
        body = await _whole_body(receive)
        if body is None:
            await send({"type": "http.response.start", "status": 413, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        length = (b"content-length", str(len(body)).encode())
        scope = {**scope, "headers": [*scope["headers"], length]}
        receive = _given(body)
    if not scope["query_string"].isascii():
        scope = {**scope, "query_string": quote(scope["query_string"], safe="%&=+").encode()}
    await _threads(scope, _to_the_end(receive), send)


def _to_the_end(receive: Receive) -> Receive:
    """Fail the reading of a body whose sender went away: half a form must not pass for a whole."""

    async def read() -> Message:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionAbortedError("The client went away before its request was complete.")
        return message

    return read


async def _whole_body(receive: Receive) -> bytes | None:
    body, more = bytearray(), True
    while more:
        message = await _to_the_end(receive)()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LONGEST_CHUNKED_BODY:
            return None
    return bytes(body)


def _given(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive

"""Knocking at the webhook's door as a provider does, without a server in between."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from typing import Any

from inbox import envelope_store
from inbox.models import Channel
from inbox.webhook import webhook

SECRET = "secret"


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """Return the headers of a genuine delivery."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"x-hub-signature-256": f"sha256={digest}"}


def knock(
    path: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    *,
    method: str = "POST",
    query: str = "",
) -> tuple[int, str]:
    """Make one request of the ASGI application; return status and text."""
    answers: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(event: dict[str, Any]) -> None:
        answers.append(event)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(k.encode(), v.encode()) for k, v in (headers or {}).items()],
    }

    async def once() -> None:
        try:
            await webhook(scope, receive, send)
        finally:
            await envelope_store.close()

    asyncio.run(once())
    return answers[0]["status"], answers[1]["body"].decode()


def deliver(channel: Channel, payload: dict[str, Any]) -> int:
    """Deliver a payload, signed; return the status."""
    body = json.dumps(payload).encode()
    return knock(channel.webhook_path, body, signed(body))[0]

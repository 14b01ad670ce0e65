"""HTTP on bare ASGI, for the one door that needs neither Django's requests nor its threads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
SendEvent = Callable[[dict[str, Any]], Awaitable[None]]


class TooLarge(Exception):
    """The body has more bytes than allowed."""


def headers_of(scope: Scope) -> dict[str, str]:
    """Return a request's headers; names are in lower case."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


async def body(receive: Receive, *, most: int) -> bytes:
    """Read a request's whole body. Raises TooLarge over `most` bytes, OSError when cut off."""
    parts, size = [], 0
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise OSError("the sender hung up")
        parts.append(event.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise TooLarge
        if not event.get("more_body"):
            return b"".join(parts)


async def answer(send: SendEvent, status: int, text: str) -> None:
    """Answer with plain text."""
    content = text.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(content)).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})

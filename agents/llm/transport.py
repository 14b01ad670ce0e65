"""The HTTP connection to a model: kept open between calls, and bounded as a whole.

A timeout of the transport is the longest pause between two bytes, so that an answer that trickles
would never end. Here the time for reading is also the time for the whole call.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx2

CONNECT = 3.0
"""Seconds to reach the service; a network that is there answers in less."""

KEPT_OPEN = 60.0
"""Seconds an idle connection is kept: customers write every few seconds, and a new one costs a
handshake. (The library's own is five.)"""


def timeouts(seconds: float) -> httpx2.Timeout:
    """Return the timeouts of a call that may take so many seconds."""
    return httpx2.Timeout(seconds, connect=min(CONNECT, seconds))


def connection(seconds: float, kind: type[httpx2.Client] = httpx2.Client) -> httpx2.Client:
    """Open a client whose calls take so many seconds unless they say otherwise.

    `kind` is an SDK's own, if it has one.
    """
    limits = httpx2.Limits(
        max_connections=1000, max_keepalive_connections=100, keepalive_expiry=KEPT_OPEN
    )
    return kind(
        timeout=timeouts(seconds),
        limits=limits,
        event_hooks={"request": [_start], "response": [_bound]},
    )


def _start(request: httpx2.Request) -> None:
    request.extensions["started"] = time.monotonic()


def _bound(response: httpx2.Response) -> None:
    """Let the body end when the time for the whole call does."""
    extensions = response.request.extensions
    seconds = extensions.get("timeout", {}).get("read")
    if seconds is not None and isinstance(response.stream, httpx2.SyncByteStream):
        response.stream = _Bounded(response.stream, extensions["started"] + seconds)


class _Bounded(httpx2.SyncByteStream):
    """A body that is given up when its time is over."""

    def __init__(self, stream: httpx2.SyncByteStream, until: float) -> None:
        self._stream = stream
        self._until = until

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream:
            if time.monotonic() > self._until:
                raise httpx2.ReadTimeout("the answer took longer than the whole call may")
            yield chunk

    def close(self) -> None:
        """Close what is behind."""
        self._stream.close()

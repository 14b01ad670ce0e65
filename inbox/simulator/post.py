"""Posts to webhooks on this machine, over connections that are kept open."""

import http.client
import select
import socket
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import JsonValue

from inbox.simulator.numbers import on_this_machine

PATIENCE = 10.0
"""Seconds a webhook may take to answer."""


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt; `http` is None when there was no answer."""

    http: int | None
    text: str
    seconds: float

    @property
    def taken(self) -> bool:
        """Tell whether the business acknowledged."""
        return self.http is not None and 200 <= self.http < 300

    def noted(self) -> dict[str, JsonValue]:
        """Give what the journal keeps of it."""
        error = None if self.taken else self.text[:300]
        return {"http": self.http, "error": error, "seconds": round(self.seconds, 4)}


class Post:
    """One thread's connections, by host and port. Never leaves this machine."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], http.client.HTTPConnection] = {}

    def send(
        self,
        url: str,
        raw: bytes = b"",
        headers: dict[str, str] | None = None,
        method: str = "POST",
    ) -> Outcome:
        """Make one attempt and say what came of it; redirects are not followed."""
        parts = urlsplit(on_this_machine(url))
        place = (parts.hostname or "", parts.port or 80)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        began = time.monotonic()
        every = {"Content-Type": "application/json", "User-Agent": "facebookexternalua"}
        try:
            connection = self._connection(place)
            connection.request(method, target, raw, every | (headers or {}))
            response = connection.getresponse()
            text = response.read(100_000).decode(errors="replace")
            if response.will_close or not response.isclosed():
                self._drop(place)
            return Outcome(response.status, text, time.monotonic() - began)
        except (OSError, http.client.HTTPException) as error:
            self._drop(place)
            return Outcome(None, f"{type(error).__name__}: {error}", time.monotonic() - began)

    def close(self) -> None:
        """Close every connection."""
        for place in list(self._open):
            self._drop(place)

    def _connection(self, place: tuple[str, int]) -> http.client.HTTPConnection:
        connection = self._open.get(place)
        if connection and connection.sock and _gone(connection.sock):
            self._drop(place)
            connection = None
        if connection is None:
            connection = http.client.HTTPConnection(*place, timeout=PATIENCE)
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open[place] = connection
        return connection

    def _drop(self, place: tuple[str, int]) -> None:
        connection = self._open.pop(place, None)
        if connection is not None:
            connection.close()


def _gone(sock: socket.socket) -> bool:
    """Tell whether the other side hung up while the connection lay idle."""
    return bool(select.select([sock], [], [], 0)[0])

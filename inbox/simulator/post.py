"""Posts to webhooks on this machine, over connections that are kept open."""

import select
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from pydantic import JsonValue

from inbox.simulator.numbers import on_this_machine
from inbox.simulator.wire import Malformed, Stream, read_body, read_head

PATIENCE = 10.0
"""Seconds a webhook may take to answer."""
LARGEST_ANSWER = 1_000_000


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


@dataclass(frozen=True)
class _Target:
    host: str
    port: int
    path: str


@lru_cache(maxsize=256)
def _target(url: str) -> _Target:
    """Take an address apart; raises ValueError for one that is not on this machine."""
    parts = urlsplit(on_this_machine(url))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _Target(parts.hostname or "", parts.port or 80, path)


class _Line:
    """One open connection and its reading end."""

    def __init__(self, target: _Target) -> None:
        self.socket = socket.create_connection((target.host, target.port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = self.socket.makefile("rb")

    def gone(self) -> bool:
        """Tell whether the other side hung up while the connection lay idle."""
        return bool(select.select([self.socket], [], [], 0)[0])

    def close(self) -> None:
        self.stream.close()
        self.socket.close()


class Post:
    """One thread's connections, by host and port. Never leaves this machine."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], _Line] = {}

    def send(
        self,
        url: str,
        raw: bytes = b"",
        headers: Mapping[str, str] | None = None,
        method: str = "POST",
    ) -> Outcome:
        """Make one attempt and say what came of it; redirects are not followed."""
        target = _target(url)
        began = time.monotonic()
        try:
            line = self._line(target)
            line.socket.sendall(_request(target, method, raw, headers or {}))
            status, text, stays = _answer(line.stream)
            if not stays:
                self._drop(target)
            return Outcome(status, text, time.monotonic() - began)
        except (OSError, Malformed) as error:
            self._drop(target)
            return Outcome(None, f"{type(error).__name__}: {error}", time.monotonic() - began)

    def close(self) -> None:
        """Close every connection."""
        for line in self._open.values():
            line.close()
        self._open.clear()

    def _line(self, target: _Target) -> _Line:
        line = self._open.get((target.host, target.port))
        if line and line.gone():
            self._drop(target)
            line = None
        if line is None:
            line = self._open[target.host, target.port] = _Line(target)
        return line

    def _drop(self, target: _Target) -> None:
        line = self._open.pop((target.host, target.port), None)
        if line is not None:
            line.close()


def _request(target: _Target, method: str, raw: bytes, headers: Mapping[str, str]) -> bytes:
    host = f"[{target.host}]" if ":" in target.host else target.host
    lines = [
        f"{method} {target.path} HTTP/1.1",
        f"Host: {host}:{target.port}",
        "Content-Type: application/json",
        "User-Agent: facebookexternalua",
        f"Content-Length: {len(raw)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + raw


def _answer(stream: Stream) -> tuple[int, str, bool]:
    """Read the status, the text, and whether the connection stays open."""
    head = read_head(stream)
    if head is None:
        raise Malformed("the connection was closed without an answer")
    words = head.first.split(" ", 2)
    if len(words) < 2 or not words[1].isdigit():
        raise Malformed(f"not an HTTP status: {head.first[:80]}")
    status = int(words[1])
    if status in (204, 304):
        return status, "", head.keeps_open
    if not {"content-length", "transfer-encoding"} & head.headers.keys():
        return status, stream.read(LARGEST_ANSWER).decode(errors="replace"), False
    body = read_body(stream, head.headers, LARGEST_ANSWER)
    return status, body.decode(errors="replace"), head.keeps_open

"""HTTP/1.1 as the simulator needs it: read a request, read an answer, over kept-open connections.

Python's own parsers go through its e-mail package, which costs more than all the rest of a send.
This one takes what this machine's programs send: bodies with a length or in chunks, nothing exotic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Stream(Protocol):
    """The reading end of a connection."""

    def readline(self, size: int, /) -> bytes:
        """Read one line, no longer than `size` bytes; nothing when the other side hung up."""
        ...

    def read(self, size: int, /) -> bytes:
        """Read so many bytes, fewer only when the other side hung up."""
        ...


LONGEST_LINE = 64 * 1024
MOST_HEADERS = 200


class Malformed(Exception):
    """What came is not HTTP as this module reads it."""


@dataclass(frozen=True)
class Head:
    """The first line and the headers, their names in lower case."""

    first: str
    headers: dict[str, str]

    @property
    def keeps_open(self) -> bool:
        """Tell whether the connection stays open after this message."""
        return "close" not in self.headers.get("connection", "").lower()


def read_head(stream: Stream) -> Head | None:
    """Read up to the empty line; None when the other side hung up. Raises Malformed."""
    first = stream.readline(LONGEST_LINE)
    if not first:
        return None
    headers: dict[str, str] = {}
    for _ in range(MOST_HEADERS):
        line = stream.readline(LONGEST_LINE)
        if line in (b"\r\n", b"\n"):
            return Head(first.decode("latin-1").strip(), headers)
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon:
            break
        headers[name.strip().lower()] = value.strip()
    raise Malformed(f"the head of a message is cut or too long: {first[:80]!r}")


def read_body(stream: Stream, headers: dict[str, str], most: int) -> bytes:
    """Read a body of a known length or in chunks. Raises Malformed when it is cut or too long."""
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return _chunks(stream, most)
    stated = headers.get("content-length") or "0"
    length = int(stated) if stated.isascii() and stated.isdigit() else -1
    if not 0 <= length <= most:
        raise Malformed(f"a length of {stated[:20]}")
    body = stream.read(length)
    if len(body) < length:
        raise Malformed("the body is cut")
    return body


def _chunks(stream: Stream, most: int) -> bytes:
    parts: list[bytes] = []
    left = most
    while True:
        try:
            size = int(stream.readline(100).partition(b";")[0], 16)
        except ValueError:
            raise Malformed("not a chunk") from None
        left -= size
        if size < 0 or left < 0:
            raise Malformed("too long")
        part = stream.read(size)
        if len(part) < size or stream.readline(3) not in (b"\r\n", b"\n"):
            raise Malformed("a chunk is cut")
        if not size:
            return b"".join(parts)
        parts.append(part)

"""As little HTTP/1.1 as load needs: kept-open connections, bodies with a length, no chunks."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable

Answer = tuple[int, bytes]
Handler = Callable[[str, bytes], Awaitable[Answer]]

END = b"\r\n\r\n"


def length_of(head: bytes) -> int:
    """Return the Content-Length a message's head gives; 0 when it gives none."""
    lowered = head.lower()
    at = lowered.find(b"\r\ncontent-length:")
    if at < 0:
        return 0
    return int(lowered[at + 17 :].split(b"\r\n", 1)[0])


def post(host: str, path: str, body: bytes, headers: str = "") -> bytes:
    """Return a whole POST request, ready to be written."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"{headers}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Messages:
    """Cuts a stream of bytes into heads and bodies."""

    def __init__(self) -> None:
        self._bytes = b""

    def feed(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """Take what came; return the messages that are complete now."""
        self._bytes += data
        whole = []
        while (at := self._bytes.find(END)) >= 0:
            head = self._bytes[:at]
            end = at + len(END) + length_of(head)
            if len(self._bytes) < end:
                break
            whole.append((head, self._bytes[at + len(END) : end]))
            self._bytes = self._bytes[end:]
        return whole


class Serving(asyncio.Protocol):
    """One connection of a server; requests on it are answered in order."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._messages = Messages()
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that is complete."""
        for head, body in self._messages.feed(data):
            path = head.split(b" ", 2)[1].decode()
            task = asyncio.get_running_loop().create_task(self._answer(path, body))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answer(self, path: str, body: bytes) -> None:
        try:
            status, answer = await self._handler(path, body)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            sys.stderr.write(f"not understood: {path} {body[:500]!r}: {error!r}\n")
            status, answer = 500, b"{}"
        head = (
            f"HTTP/1.1 {status} {'OK' if status == 200 else 'Refused'}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
        )
        assert isinstance(self._transport, asyncio.WriteTransport)
        self._transport.write(head.encode() + answer)


class Line(asyncio.Protocol):
    """One kept-open connection of a client; one request at a time."""

    def __init__(self) -> None:
        self._messages = Messages()
        self._waiting: asyncio.Future[int] | None = None
        self.closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Hand the status of a complete answer to who waits."""
        for head, _ in self._messages.feed(data):
            if self._waiting and not self._waiting.done():
                self._waiting.set_result(int(head[9:12]))

    def connection_lost(self, error: Exception | None) -> None:
        """Tell who waits that no answer comes."""
        self.closed = True
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(ConnectionError("The server hung up."))

    async def ask(self, request: bytes) -> int:
        """Write a whole request; return the status of its answer."""
        self._waiting = asyncio.get_running_loop().create_future()
        assert isinstance(self._transport, asyncio.WriteTransport)
        self._transport.write(request)
        return await self._waiting


class Client:
    """Somebody who asks, again and again; a server that hung up meanwhile is called anew.

    uvicorn ends connections that were idle for five seconds.
    """

    def __init__(self, host: str, port: int) -> None:
        self._place = host, port
        self._line: Line | None = None

    async def ask(self, request: bytes) -> int:
        """Return the status a request is answered with; 0 when the server hung up twice."""
        for _ in range(2):
            if self._line is None or self._line.closed:
                loop = asyncio.get_running_loop()
                _, self._line = await loop.create_connection(Line, *self._place)
            try:
                return await self._line.ask(request)
            except ConnectionError:
                continue
        return 0


async def serve(handler: Handler, port: int) -> asyncio.Server:
    """Listen on a port of this machine."""
    return await asyncio.get_running_loop().create_server(
        lambda: Serving(handler), "127.0.0.1", port, backlog=256
    )

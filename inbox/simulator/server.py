"""The HTTP server, and how to run the simulator inside a test."""

import logging
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPMessage, responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast
from urllib.parse import parse_qsl, unquote, urlsplit

from inbox.simulator import control, graph
from inbox.simulator.client import SimulatorClient
from inbox.simulator.courier import Courier
from inbox.simulator.routing import Answer, Request, Simulator
from inbox.simulator.world import World

log = logging.getLogger(__name__)
LARGEST_BODY = 110_000_000
DRAINING = 2.0
"""Seconds that requests under way get when the server stops."""


class Server(ThreadingHTTPServer):
    """Listens on this machine only."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 512

    def __init__(
        self, database: Path | str, port: int = 0, workers: int = 8, *, lasting: bool = True
    ) -> None:
        """Open the world and the port (0 chooses a free one); `start` begins to serve."""
        super().__init__(("127.0.0.1", port), Handler)
        world = World(database, lasting=lasting)
        self.simulator = Simulator(world, Courier(world, workers), threading.Event())
        self.lock = threading.Lock()
        self.connections: set[socket.socket] = set()
        self.under_way = 0
        self._thread = threading.Thread(target=self.serve_forever, args=(0.005,), daemon=True)

    @property
    def url(self) -> str:
        """Give the address to talk to."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def start(self) -> None:
        """Serve, and take up what a former process left undone."""
        self.simulator.courier.start()
        self._thread.start()

    def stop(self) -> None:
        """Finish what is under way, then close everything; nothing acknowledged is lost."""
        self.simulator.stopping.set()
        self.shutdown()
        self.server_close()
        deadline = time.monotonic() + DRAINING
        while self.under_way and time.monotonic() < deadline:
            time.sleep(0.01)
        with self.lock:
            for connection in self.connections:
                _cut(connection)
        self.simulator.courier.stop()
        self.simulator.world.close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing about clients that hang up."""


class Handler(BaseHTTPRequestHandler):
    """Turns bytes into requests and answers into bytes."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        """Remember the connection, to be able to cut it."""
        super().setup()
        with self.server.lock:
            self.server.connections.add(self.connection)

    def finish(self) -> None:
        """Forget the connection."""
        with self.server.lock:
            self.server.connections.discard(self.connection)
        super().finish()

    def answer(self) -> None:
        """Answer one request."""
        if self.server.simulator.stopping.is_set():
            self.close_connection = True
            return
        with self.server.lock:
            self.server.under_way += 1
        try:
            self._write(self._answer())
        finally:
            with self.server.lock:
                self.server.under_way -= 1

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def _answer(self) -> Answer:
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if not 0 <= length <= LARGEST_BODY or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            return Answer({"error": {"message": "Send a Content-Length, 110 MB at most."}}, 411)
        parts = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=unquote(parts.path),
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers=cast(HTTPMessage, self.headers),
            raw=self.rfile.read(length),
            host=self.headers.get("Host") or self.server.url.removeprefix("http://"),
        )
        side = control if request.path.startswith("/simulator/") else graph
        try:
            return side.answer(self.server.simulator, request)
        except Exception:
            log.exception("%s %s broke the simulator.", request.method, request.path)
            return Answer({"error": {"message": "The simulator has a defect.", "code": 1}}, 500)

    def _write(self, answer: Answer) -> None:
        if answer.hang_up_after is not None:
            self.server.simulator.stopping.wait(answer.hang_up_after)
            self.close_connection = True
            _cut(self.connection)
            return
        body = answer.encoded()
        phrase = responses.get(answer.status, "")
        head = (
            f"HTTP/1.1 {answer.status} {phrase}\r\nContent-Type: {answer.content_type}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        try:
            self.wfile.write(head.encode("latin-1") + body)
        except OSError:
            self.close_connection = True
        finally:
            if answer.then:
                answer.then()

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: the journal tells everything."""


def _cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


@contextmanager
def running(database: Path | str | None = None, port: int = 0) -> Iterator[SimulatorClient]:
    """Run a simulator in this process and give its control client.

    Without a database the world is a temporary file, gone at the end.
    """
    with tempfile.TemporaryDirectory(prefix="simulator-") as folder:
        file = database or Path(folder) / "world.sqlite3"
        server = Server(file, port, lasting=database is not None)
        server.start()
        client = SimulatorClient(server.url)
        try:
            yield client
        finally:
            client.close()
            server.stop()

"""The HTTP server, and how to run the simulator inside a test."""

import logging
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import responses
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from urllib.parse import parse_qsl, unquote

from inbox.simulator import control, graph
from inbox.simulator.client import SimulatorClient
from inbox.simulator.courier import Courier
from inbox.simulator.routing import Answer, Request, Simulator
from inbox.simulator.sink import Sinks
from inbox.simulator.wire import Head, Malformed, read_body, read_head
from inbox.simulator.world import World

log = logging.getLogger(__name__)
LARGEST_BODY = 110_000_000
DRAINING = 2.0
"""Seconds that requests under way get when the server stops."""


class Server(ThreadingTCPServer):
    """Listens on this machine only."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 512

    def __init__(
        self, database: Path | str, port: int = 0, workers: int = 8, *, lasting: bool = True
    ) -> None:
        """Open the world and the port (0 chooses a free one); `start` begins to serve."""
        super().__init__(("127.0.0.1", port), Handler)
        world = World(database, lasting=lasting)
        self.simulator = Simulator(world, Courier(world, workers), Sinks(), threading.Event())
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
        with self.simulator.world.transaction() as tx:
            self.simulator.sinks.load(tx)
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


class Handler(StreamRequestHandler):
    """Turns bytes into requests and answers into bytes; one thread per open connection."""

    disable_nagle_algorithm = True
    server: Server

    def handle(self) -> None:
        """Answer the requests of one connection until one side has enough."""
        with self.server.lock:
            self.server.connections.add(self.connection)
        try:
            while self._answer_one():
                pass
        except OSError:
            return
        finally:
            with self.server.lock:
                self.server.connections.discard(self.connection)

    def _answer_one(self) -> bool:
        """Answer the next request; tell whether another may follow."""
        try:
            head = read_head(self.rfile)
        except Malformed:
            return self._write(Answer({"error": {"message": "Not HTTP."}}, 400)) and False
        if head is None or self.server.simulator.stopping.is_set():
            return False
        with self.server.lock:
            self.server.under_way += 1
        try:
            return self._respond(head)
        finally:
            with self.server.lock:
                self.server.under_way -= 1

    def _respond(self, head: Head) -> bool:
        if head.headers.get("expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        try:
            raw = read_body(self.rfile, head.headers, LARGEST_BODY)
            method, target, _ = head.first.split(" ")
        except (Malformed, ValueError):
            message = "Send a request line and a Content-Length, 110 MB at most."
            return self._write(Answer({"error": {"message": message}}, 411)) and False
        return self._write(self._answer(method, target, head.headers, raw)) and head.keeps_open

    def _answer(self, method: str, target: str, headers: dict[str, str], raw: bytes) -> Answer:
        path, _, query = target.partition("?")
        request = Request(
            method=method,
            path=unquote(path),
            query=dict(parse_qsl(query, keep_blank_values=True)),
            headers=headers,
            raw=raw,
            host=headers.get("host") or self.server.url.removeprefix("http://"),
        )
        side = control if request.path.startswith("/simulator/") else graph
        try:
            return side.answer(self.server.simulator, request)
        except Exception:
            log.exception("%s %s broke the simulator.", method, request.path)
            return Answer({"error": {"message": "The simulator has a defect.", "code": 1}}, 500)

    def _write(self, answer: Answer) -> bool:
        """Write an answer, or hang up as it wants; tell whether the connection still stands."""
        if answer.hang_up_after is not None:
            self.server.simulator.stopping.wait(answer.hang_up_after)
            _cut(self.connection)
            return False
        body = answer.encoded()
        lines = [
            f"HTTP/1.1 {answer.status} {responses.get(answer.status, '')}",
            f"Content-Type: {answer.content_type}",
            f"Content-Length: {len(body)}",
            *(f"{name}: {value}" for name, value in answer.headers.items()),
        ]
        try:
            self.wfile.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body)
        except OSError:
            return False
        finally:
            if answer.then:
                answer.then()
        return True


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

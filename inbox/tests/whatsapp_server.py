"""A local HTTP server that plays WhatsApp badly on purpose: one scripted answer per request."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ACCEPTED = {
    "messaging_product": "whatsapp",
    "contacts": [{"input": "57310", "wa_id": "573105550142", "user_id": "CO.1349"}],
    "messages": [{"id": "wamid.HBgOsent", "message_status": "accepted"}],
}


@dataclass
class Seen:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    peer: tuple[str, int]


Script = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """What the test knows of the server."""

    url: str
    seen: list[Seen] = field(default_factory=list)
    scripts: list[Script] = field(default_factory=list)

    def then(self, *scripts: Script) -> None:
        """Answer the next requests so; afterwards everything is accepted."""
        self.scripts.extend(scripts)


def answer(status: int, body: Any, headers: dict[str, str] | None = None) -> Script:
    """Answer with JSON, or with bytes as they are."""

    def play(handler: BaseHTTPRequestHandler) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return play


def graph_error(status: int, code: int | str, headers: dict[str, str] | None = None) -> Script:
    """Answer with an error of the Graph API."""
    error = {
        "message": f"(#{code}) something",
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": "the details"},
        "fbtrace_id": "Az8",
    }
    return answer(status, {"error": error}, headers)


def cut(handler: BaseHTTPRequestHandler) -> None:
    """Read the request and close without a word."""
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def half(handler: BaseHTTPRequestHandler) -> None:
    """Promise a thousand bytes, send ten, close."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"messages')
    handler.wfile.flush()
    cut(handler)


def slow(seconds: float) -> Script:
    """Accept, but late."""

    def play(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        answer(200, ACCEPTED)(handler)

    return play


@contextmanager
def whatsapp_server() -> Iterator[Server]:
    """Serve on a free local port for as long as the block runs."""
    state = Server(url="")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(length) or b"{}")
            headers = {name.lower(): value for name, value in self.headers.items()}
            state.seen.append(Seen(self.path, headers, body, self.client_address))
            script = state.scripts.pop(0) if state.scripts else answer(200, ACCEPTED)
            try:
                script(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *args: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


def closed_port() -> int:
    """Return a local port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

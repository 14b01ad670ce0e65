"""MorfX as the outside sees it: commands, addresses and a Graph API server, over real HTTP."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import requests

BASE = Path(__file__).resolve().parents[2]
PYTHON = BASE / ".venv" / "bin" / "python"
Found = TypeVar("Found")


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(ask: Callable[[], Found], *, seconds: float = 30.0, what: str = "") -> Found:
    """Ask again and again until the answer is true; return it. Fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if found := ask():
                return found
        except (requests.ConnectionError, requests.Timeout):
            pass
        if time.monotonic() > deadline:
            raise AssertionError(f"It did not happen within {seconds} s: {what or ask}")
        time.sleep(0.1)


class Graph:
    """A Graph API server: takes messages, remembers them, answers with ids."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        graph = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = json.loads(self.rfile.read(length))
                wamid = f"wamid.{uuid.uuid4().hex}"
                if body.get("type"):
                    graph.sent.append({**body, "wamid": wamid, "path": self.path})
                answer = {
                    "messaging_product": "whatsapp",
                    "contacts": [{"input": body.get("to"), "wa_id": body.get("to")}],
                    "messages": [{"id": wamid}],
                }
                text = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def texts(self) -> list[str]:
        """Return the texts that were sent, in order."""
        return [str(body["text"]["body"]) for body in list(self.sent) if body["type"] == "text"]

    def close(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()


class Installation:
    """A running bin/dev with a data folder and a port of its own."""

    def __init__(self, data: Path, *options: str, **environ: str) -> None:
        self.data, self.options, self.port = data, options, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "MORFX_DATA")}
        self.environ = {**kept, **environ}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it is ready."""
        words = [str(BASE / "bin" / "dev"), "--port", str(self.port), "--data", str(self.data)]
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.data / "out.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*words, *self.options], stdout=log, stderr=log, env=self.environ
            )
        until(self.ready, seconds=120, what=f"ready at {self.url}")

    def ready(self) -> bool:
        """Tell whether it serves."""
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError((self.data / "out.log").read_text(errors="replace")[-3000:])
        return requests.get(f"{self.url}/readyz", timeout=5).status_code == 200

    def stop(self) -> int:
        """Stop it cleanly; return its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=40)

    def kill(self) -> None:
        """Kill it without a word."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def manage(self, *words: str) -> str:
        """Run a manage.py command; return the last line it printed."""
        done = subprocess.run(
            [str(PYTHON), str(BASE / "manage.py"), *words],
            env={**self.environ, "MORFX_DATA": str(self.data)},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


class Shop:
    """A workspace made by the commands, with a Cloud API number at a Graph server."""

    NUMBER = "106540352242922"
    SECRET = "app-secret"

    def __init__(self, morfx: Installation, graph: Graph, *agent: str) -> None:
        self.morfx, self.graph = morfx, graph
        self.slug = morfx.manage(
            "create_workspace", f"Tienda {uuid.uuid4().hex[:6]}", "--owner", "lucia@tienda.test"
        )
        words = ["--workspace", self.slug]
        self.key = morfx.manage("create_api_key", *words, "--name", "checks", "--role", "owner")
        self.path = morfx.manage(
            "connect_whatsapp",
            *words,
            *("--provider", "cloud", "--phone-number-id", self.NUMBER, "--token", "T"),
            *("--app-secret", self.SECRET, "--verify-token", "V", "--base-url", graph.url),
        )
        settings = agent or ("--speed", "0", "--quiet-seconds", "0.2")
        morfx.manage("set_agent", *words, "--agent", "somnio-sales-v1", "--on", *settings)

    def post(self, body: dict[str, Any], *, secret: str | None = None) -> int:
        """Post a signed webhook; return the status."""
        raw = json.dumps(body).encode()
        digest = hmac.new((secret or self.SECRET).encode(), raw, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={digest}", "Content-Type": "application/json"}
        url = self.morfx.url + self.path
        return requests.post(url, data=raw, headers=headers, timeout=30).status_code

    def write(self, text: str, *, sender: str = "573001234567", wamid: str = "") -> str:
        """Let a customer write; return the message's id."""
        wamid = wamid or f"wamid.{uuid.uuid4().hex}"
        raw = {"from": sender, "id": wamid, "timestamp": str(int(time.time()))}
        message = {**raw, "type": "text", "text": {"body": text}}
        contact = {"profile": {"name": "José"}, "wa_id": sender}
        assert self.post(self._envelope(contacts=[contact], messages=[message])) == 200
        return wamid

    def report(self, wamid: str, status: str, ref: str) -> None:
        """Report what became of a message we were sent."""
        report = {
            "id": wamid,
            "status": status,
            "timestamp": str(int(time.time())),
            "recipient_id": "573001234567",
            "biz_opaque_callback_data": ref,
        }
        assert self.post(self._envelope(statuses=[report])) == 200

    def _envelope(self, **value: Any) -> dict[str, Any]:
        metadata = {"display_phone_number": "573110000000", "phone_number_id": self.NUMBER}
        change = {"messaging_product": "whatsapp", "metadata": metadata, **value}
        entry = {"id": "1", "changes": [{"field": "messages", "value": change}]}
        return {"object": "whatsapp_business_account", "entry": [entry]}

    def lookup(self, name: str, **parameters: Any) -> Any:
        """Ask a lookup."""
        answer = requests.get(
            f"{self.morfx.url}/api/v1/lookups/{name}",
            params=parameters,
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=30,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def operate(self, name: str, *, dry_run: bool = False, **inputs: Any) -> Any:
        """Call an operation."""
        return requests.post(
            f"{self.morfx.url}/api/v1/operations/{name}",
            json={"inputs": inputs, "dry_run": dry_run},
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=30,
        ).json()

    def answers(self, text: str, *, seconds: float = 30.0) -> list[str]:
        """Let the customer write and wait for the first answer and the pause after it."""
        before = len(self.graph.sent)
        self.write(text)
        until(lambda: len(self.graph.sent) > before, seconds=seconds, what=f"an answer to {text}")
        count = 0
        while count != len(self.graph.sent):
            count = len(self.graph.sent)
            time.sleep(0.8)
        return self.graph.texts()[before:]


@contextmanager
def graph_server() -> Iterator[Graph]:
    """Serve a Graph API for the block."""
    graph = Graph()
    try:
        yield graph
    finally:
        graph.close()

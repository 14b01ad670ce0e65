"""A tiny business at the other end: takes webhooks over real HTTP and sends through the Graph."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from inbox.simulator import SimulatorClient

NUMBER, TOKEN, SECRET, VERIFY = "106540352242922", "EAAG-token", "app-secret", "hello"
MARTA = "573001112233"
PROOFS = {("x-webhook-secret", SECRET)}


@dataclass
class Arrival:
    """One webhook request as it came in, and what it was answered."""

    raw: bytes
    genuine: bool
    answered: int
    at: float
    headers: dict[str, str] = field(default_factory=dict)
    """Names in lower case."""

    @property
    def value(self) -> dict:
        """Give the value of the only change."""
        (entry,) = json.loads(self.raw)["entry"]
        (change,) = entry["changes"]
        return change["value"]

    @property
    def told(self) -> str:
        """Say in a word what is inside: a text, or a status."""
        if "statuses" in self.value:
            return self.value["statuses"][0]["status"]
        message = self.value["messages"][0]
        return message.get("text", {}).get("body") or message["type"]


@dataclass
class Business:
    """The webhook receiver and sender of one number."""

    sim: SimulatorClient
    arrivals: list[Arrival] = field(default_factory=list)
    answer_with: list[int] = field(default_factory=list)
    """HTTP statuses for the next webhooks; 200 when it is used up."""
    before_answering: Callable[[], None] = lambda: None
    port: int = 0

    @property
    def taken(self) -> list[str]:
        """Say what arrived and was acknowledged, in order."""
        return [one.told for one in list(self.arrivals) if one.answered == 200]

    @property
    def statuses(self) -> list[dict]:
        """Give the statuses that were acknowledged, in order."""
        good = [one.value for one in list(self.arrivals) if one.answered == 200]
        return [status for value in good for status in value.get("statuses", [])]

    def register(self, **settings) -> dict:
        """Register the number with this receiver as its webhook."""
        given: dict[str, Any] = {
            "display_phone_number": "+57 601 555 0100",
            "token": TOKEN,
            "app_secret": SECRET,
            "verify_token": VERIFY,
            "webhook_url": f"http://127.0.0.1:{self.port}/hook?shop=1",
            "delivered_after": 0.02,
            "retry_first": 0.05,
        }
        return self.sim.register_number(NUMBER, **(given | settings))

    def post(self, body: dict, *, number=NUMBER, token=TOKEN, timeout=5.0) -> requests.Response:
        """Post to /messages as a program of the business does."""
        return requests.post(
            f"{self.sim.url}/v26.0/{number}/messages",
            json=body,
            headers={"Authorization": f"Bearer {token}"},
            timeout=timeout,
        )

    def send(self, text: str = "Hola", to: str = MARTA, **more) -> requests.Response:
        """Send a text."""
        return self.post(self.text(text, to, **more))

    def text(self, text: str = "Hola", to: str | None = MARTA, **more) -> dict:
        """Give the body of a text."""
        frame = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": to}
        return frame | {"type": "text", "text": {"body": text}} | more

    def open_window(self, customer: str = MARTA) -> str:
        """Let a customer write, wait for it, forget it; give the wamid."""
        said = self.sim.say(NUMBER, customer, "hola", name="Marta")
        self.sim.settle()
        self.arrivals.clear()
        return said["wamid"]

    def await_arrivals(self, count: int, seconds: float = 5.0) -> list[Arrival]:
        """Wait until so many webhooks came, acknowledged or not."""
        deadline = time.monotonic() + seconds
        while len(self.arrivals) < count:
            assert time.monotonic() < deadline, f"only {self.taken} came"
            time.sleep(0.005)
        return list(self.arrivals)


def noted(sim: SimulatorClient, kind: str) -> list[dict[str, Any]]:
    """Give what the journal noted of a kind, oldest first."""
    return [entry["data"] for entry in sim.entries(kind)]


@contextmanager
def listening(sim: SimulatorClient) -> Iterator[Business]:
    """Run the receiver of a business."""
    business = Business(sim)

    class Hook(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self):
            query = parse_qs(urlsplit(self.path).query)
            known = query["hub.verify_token"] == [VERIFY] and query["hub.mode"] == ["subscribe"]
            self.reply(200 if known else 403, query["hub.challenge"][0].encode() if known else b"")

        def do_POST(self):
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            digest = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
            headers = {name.lower(): value for name, value in self.headers.items()}
            genuine = PROOFS & headers.items() != set() or digest in (
                headers.get("x-webhook-signature"),
                headers.get("x-360dialog-signature"),
                headers.get("x-hub-signature-256", "").removeprefix("sha256="),
            )
            status = business.answer_with.pop(0) if business.answer_with else 200
            status = status if genuine else 401
            arrival = Arrival(raw, genuine, status, time.monotonic(), headers)
            business.arrivals.append(arrival)
            business.before_answering()
            self.reply(status, b"")

        def reply(self, status, body):
            head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n"
            self.wfile.write(head.encode() + body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.daemon_threads, server.block_on_close = True, False
    business.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.002,), daemon=True).start()
    try:
        yield business
    finally:
        server.shutdown()
        server.server_close()

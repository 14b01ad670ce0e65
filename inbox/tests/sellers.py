"""Numbers at the three sellers: MorfX on one side, a server that speaks the dialect on the other.

What the server posts comes to our webhook through a real socket, raw bytes and headers untouched.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from inbox.models import Channel, Envelope
from inbox.operations import channels
from inbox.providers.presets import preset_named
from inbox.providers.signatures import genuine
from inbox.simulator.client import SimulatorClient
from morfx.operations.actor import Actor


@dataclass(frozen=True)
class Arrival:
    """One post that came to the door."""

    raw: bytes
    headers: dict[str, str]


class Door:
    """Listens where the seller posts; `open` takes what came in, as our webhook does."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.url = ""

    def take_in(self, channel: Channel) -> list[Envelope]:
        """Verify and store everything that came since, with the jobs that open it."""
        from inbox.jobs import open_envelope

        stored: list[Envelope] = []
        preset = preset_named(channel.provider)
        while self.arrivals:
            one = self.arrivals.pop(0)
            assert genuine(preset, one.headers, one.raw, channel.app_secret), one.headers
            stored.append(Envelope.objects.create(channel=channel, body=one.raw))
            open_envelope.later(envelope=stored[-1].pk)
        return stored


@contextmanager
def door() -> Iterator[Door]:
    """Run a door on a free port."""
    found = Door()

    class Hook(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            found.arrivals.append(Arrival(raw, {k.lower(): v for k, v in self.headers.items()}))
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.daemon_threads, server.block_on_close = True, False
    found.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


@dataclass(frozen=True)
class Seller:
    """How a number is connected at one seller."""

    provider: str
    number: str
    settings: dict[str, Any]
    secret: str = "its-secret"

    def connect(self, actor: Actor, whatsapp: SimulatorClient, hook: str) -> Channel:
        """Register the number at the server and connect it in the current workspace."""
        whatsapp.register_number(
            self.number,
            display_phone_number="573110000000",
            token=f"key-of-{self.number}",
            app_secret=self.secret,
            webhook_url=hook,
            waba_id=f"9{self.number}",
            delivered_after=0.0,
            dialect=self.provider,
            **self.settings,
        )
        path = "/meta/whatsapp" if self.provider == "kapso" else ""
        return channels.connect(
            actor,
            provider=self.provider,  # type: ignore[arg-type]
            phone_number_id=self.number,
            token=f"key-of-{self.number}",
            app_secret=self.secret,
            waba_id=f"9{self.number}",
            base_url=whatsapp.url + path,
        )


CLOUD = Seller("cloud", "2001", {})
DIALOG360 = Seller("360dialog", "2002", {})
DIALOG360_HEADER = Seller("360dialog", "2003", {"shared_secret": True})
DIALOG360_BARE = Seller("360dialog", "2004", {}, secret="")
KAPSO_META = Seller("kapso", "2005", {})
KAPSO = Seller("kapso", "2006", {"webhook_kind": "kapso"})
KAPSO_BATCHES = Seller("kapso", "2007", {"webhook_kind": "kapso", "buffer": 0.2})
EVERY_SELLER = (
    CLOUD, DIALOG360, DIALOG360_HEADER, DIALOG360_BARE, KAPSO_META, KAPSO, KAPSO_BATCHES,
)  # fmt: skip

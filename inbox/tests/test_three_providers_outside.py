"""The same talk at three sellers at once, against real processes: bin/dev and three servers."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests

from inbox import simulator
from inbox.simulator.client import SimulatorClient
from inbox.tests.sellers import CLOUD, DIALOG360_HEADER, KAPSO_BATCHES, Seller
from morfx.tests.outside import Installation, until

pytestmark = pytest.mark.kill
CUSTOMER = "573001112233"
TALK = (
    "Hola, buenas tardes",
    "Cuánto vale?",
    "Me interesa el de 2",
    "Jose Romero 3001234567 cra 10 # 20-30 barrio Chapinero Bogota Cundinamarca jose@example.com",
)


class OneShop:
    """A workspace made by the commands, its number at one seller's server."""

    def __init__(self, morfx: Installation, whatsapp: SimulatorClient, seller: Seller) -> None:
        self.morfx, self.whatsapp, self.seller = morfx, whatsapp, seller
        name = uuid.uuid4().hex[:6]
        owner = f"{name}@tienda.test"
        slug = morfx.manage("create_workspace", f"Tienda {name}", "--owner", owner)
        words = ["--workspace", slug]
        self.key = morfx.manage("create_api_key", *words, "--name", "checks", "--role", "owner")
        morfx.manage(
            "set_agent", *words, "--agent", "somnio-sales-v1", "--on", "--speed", "0",
            "--quiet-seconds", "0",
        )  # fmt: skip
        under = "/meta/whatsapp" if seller.provider == "kapso" else ""
        path = morfx.manage(
            "connect_whatsapp", *words, "--provider", seller.provider, "--phone-number-id",
            seller.number, "--token", "T", "--app-secret", seller.secret, "--base-url",
            whatsapp.url + under,
        )  # fmt: skip
        whatsapp.register_number(
            seller.number, display_phone_number="573110000000", token="T",
            app_secret=seller.secret, webhook_url=morfx.url + path, dialect=seller.provider,
            **seller.settings,
        )  # fmt: skip

    def lookup(self, name: str, **parameters: Any) -> list[dict[str, Any]]:
        answer = requests.get(
            f"{self.morfx.url}/api/v1/lookups/{name}",
            params=parameters,
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=30,
        )
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    def thread(self) -> list[tuple[str, str, str, str]]:
        """Return who said what and how far it came; in the order of the two sides."""
        (conversation,) = self.lookup("whatsapp.conversation.list")
        rows = self.lookup("whatsapp.message.list", conversation=conversation["id"], limit=100)
        told = [(row["sender"], row["type"], row["text"], row["status"]) for row in rows]
        return sorted(told, key=lambda row: row[0])

    def ours(self) -> list[str]:
        chat = self.whatsapp.chat(self.seller.number, CUSTOMER)
        return [one["text"] for one in chat["messages"] if one["direction"] == "out"]

    def after(self, happening: Callable[[], object]) -> None:
        """Let something happen and wait for the answers to end."""
        before = len(self.ours()) if self.whatsapp.customers(self.seller.number) else 0
        happening()
        until(lambda: len(self.ours()) > before, what=f"an answer at {self.seller.provider}")
        self.rest()

    def rest(self) -> None:
        """Wait until nothing new has come for a while."""
        seen: list[int] = []

        def quiet() -> bool:
            seen.append(len(self.ours()))
            return len(seen) > 12 and len(set(seen[-12:])) == 1

        until(quiet, seconds=30, what="quiet")

    def talk(self) -> None:
        """Run the whole conversation."""
        for text in TALK:
            self.after(partial(self.whatsapp.say, self.seller.number, CUSTOMER, text))
        picture = b"\x89PNG\r\n\x1a\n picture"
        self.after(
            lambda: self.whatsapp.send_file(
                self.seller.number, CUSTOMER, "image", picture, "image/png"
            )
        )
        self.whatsapp.mark_read(self.seller.number, CUSTOMER)


def test_three_workspaces_on_three_sellers_end_the_same(tmp_path: Path) -> None:
    morfx = Installation(tmp_path / "morfx", "--no-demo")
    morfx.start()
    try:
        with ExitStack() as stack:
            sellers = (CLOUD, DIALOG360_HEADER, KAPSO_BATCHES)
            servers = [stack.enter_context(simulator.running()) for _ in sellers]
            at_once = stack.enter_context(ThreadPoolExecutor(len(sellers)))
            shops = list(at_once.map(partial(OneShop, morfx), servers, sellers))
            list(at_once.map(OneShop.talk, shops))
            first = shops[0]
            assert len(first.ours()) >= 4
            for shop in shops:
                assert shop.ours() == first.ours(), shop.seller
                until(partial(_all_read, shop), what=f"all read: {shop.seller}")
                assert shop.thread() == first.thread(), shop.seller
    finally:
        morfx.stop()


def _all_read(shop: OneShop) -> bool:
    return {row[3] for row in shop.thread() if row[0] == "agent"} == {"read"}

"""Webhooks that are none: wrong signatures, garbage, unknown channels, a mountain of JSON."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, defaultdict
from uuid import uuid4

import requests

from .world import Shop, World

MARK = "not-signed-by-whatsapp"
"""Stands in every body that must not be stored."""
WANTED = {"wrong signature": 401, "no signature": 401, "garbage": 400, "a list": 400,
          "unknown channel": 404, "1 MB of nested JSON": 400}  # fmt: skip


class Trouble(threading.Thread):
    """Sends one of them every second or so and counts the answers."""

    def __init__(self, world: World, seed: int) -> None:
        super().__init__(name="trouble", daemon=True)
        self.world, self.going = world, True
        self.random = random.Random(f"trouble:{seed}")  # noqa: S311 - a die, not a secret
        self.answers: dict[str, Counter[int | None]] = defaultdict(Counter)

    def run(self) -> None:
        """Go on until told to stop."""
        kinds = tuple(WANTED)
        while self.going:
            time.sleep(self.random.uniform(0.5, 1.5))
            # Not to Kapso's: the simulator reads what it signs there, to name the event.
            kind, shop = self.random.choice(kinds), self.random.choice(self.world.shops[:2])
            self.answers[kind][self._knock(kind, shop)] += 1

    def _knock(self, kind: str, shop: Shop) -> int | None:
        client, forged = self.world.simulator, {"object": MARK, "entry": []}
        match kind:
            case "wrong signature":
                return client.deliver_raw(shop.number, forged, signature="wrong")
            case "no signature":
                return client.deliver_raw(shop.number, forged, signature="none")
            case "garbage":
                return client.deliver_raw(shop.number, f"{MARK} {{{{")
            case "a list":
                return client.deliver_raw(shop.number, f'["{MARK}"]')
            case "unknown channel":
                return self._nobody(shop)
        return client.deliver_raw(shop.number, "{" + '"a":[{' * 150_000 + "}]" * 150_000 + "}")

    def _nobody(self, shop: Shop) -> int | None:
        url = shop.webhook.rpartition("/")[0] + f"/{uuid4()}"
        try:
            return requests.post(url, json={"object": MARK}, timeout=10).status_code
        except requests.RequestException:
            return None

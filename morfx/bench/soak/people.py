"""A person of the shop: takes conversations over while the bot is about to answer, gives back."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass
from typing import Any

import requests

from .customers import Customer
from .words import PERSON
from .world import Shop, World

PATIENCE = 60.0
"""Seconds for which a call is repeated, under one idempotency key, while processes die."""
KEPT = (4.0, 12.0)
"""Seconds for which a conversation is kept."""
ADDRESSES = """
SELECT v.id, v.address, c.phone_number_id FROM inbox_conversation v
JOIN inbox_channel c ON c.id = v.channel_id
"""
HANDED_OVER = """
SELECT v.id, c.phone_number_id FROM inbox_conversation v JOIN inbox_channel c ON c.id = v.channel_id
WHERE (v.bot_enabled = false AND v.handed_over_at < now() - interval '6 seconds')
"""


@dataclass(frozen=True)
class Taking:
    """A person's message that the API acknowledged."""

    conversation: str
    message: str
    text: str
    acknowledged_at: float
    tries: int


class People(threading.Thread):
    """One person who is everywhere; `takings` is what the API said 200 to."""

    def __init__(self, world: World, customers: list[Customer], seed: int, every: float) -> None:
        super().__init__(name="people", daemon=True)
        self.world, self.customers, self.every = world, customers, every
        self.random = random.Random(f"people:{seed}")  # noqa: S311 - a die, not a secret
        self.going = True
        self.takings: list[Taking] = []
        self.refused: list[str] = []
        self.given_back = 0
        self._known: dict[tuple[str, str], str] = {}
        self._back: list[tuple[float, Shop, str]] = []
        self._count = 0

    def run(self) -> None:
        """Take over, give back, until told to stop."""
        shops = {shop.number: shop for shop in self.world.shops}
        looked = 0.0
        while self.going:
            time.sleep(self.every * self.random.uniform(0.5, 1.5))
            self._take()
            for due in [one for one in self._back if one[0] < time.monotonic()]:
                self._back.remove(due)
                self._give_back(due[1], due[2])
            if time.monotonic() - looked > 5.0:
                looked = time.monotonic()
                for conversation, number in self.world.rows(HANDED_OVER):
                    self._give_back(shops[number], str(conversation))

    def _take(self) -> None:
        """Write to somebody who wrote a moment ago: their answer is under way."""
        fresh = [who for who in self.customers if time.time() - who.wrote_at < 1.0]
        if not fresh:
            return
        who = self.random.choice(fresh)
        conversation = self._conversation(who)
        if conversation is None:
            return
        time.sleep(self.random.uniform(0.0, 1.2))
        self._count += 1
        text = f"{PERSON} ({self._count})"
        answer, tries = self._operate(
            who.shop, "whatsapp.message.send", conversation=conversation, text=text
        )
        if answer is not None:
            message = str(answer["data"]["id"])
            self.takings.append(Taking(conversation, message, text, time.time(), tries))
            back_at = time.monotonic() + self.random.uniform(*KEPT)
            self._back.append((back_at, who.shop, conversation))

    def _give_back(self, shop: Shop, conversation: str) -> None:
        answer, _ = self._operate(shop, "whatsapp.conversation.giveBack", conversation=conversation)
        self.given_back += answer is not None

    def _conversation(self, who: Customer) -> str | None:
        key = (who.shop.number, who.key)
        if key not in self._known:
            for found, address, number in self.world.rows(ADDRESSES):
                self._known[number, address] = str(found)
        return self._known.get(key)

    def _operate(self, shop: Shop, name: str, **inputs: Any) -> tuple[dict[str, Any] | None, int]:
        """Call an operation until it is answered; return its answer, if 200, and the tries."""
        self._count += 1
        headers = {"Authorization": f"Bearer {shop.key}"}
        headers["Idempotency-Key"] = f"soak-{self._count}-{time.time_ns()}"
        url = f"{self.world.url}/api/v1/operations/{name}"
        deadline, tries = time.monotonic() + PATIENCE, 0
        while time.monotonic() < deadline:
            tries += 1
            try:
                said = requests.post(url, json={"inputs": inputs}, headers=headers, timeout=15)
            except requests.RequestException:
                time.sleep(0.3)
                continue
            if said.status_code == 200:
                answer: dict[str, Any] = said.json()
                return answer, tries
            if said.status_code < 500 and said.status_code != 429:
                self.refused.append(f"{name}: {said.status_code} {said.text[:300]}")
                return None, tries
            time.sleep(0.5)
        self.refused.append(f"{name}: no answer within {PATIENCE:.0f} s")
        return None, tries

"""Customers: each writes bursts of messages, now and then a picture, a reaction, a change of mind.

The number of a message is in its id (`wamid.soak.<customer>.<number>`), so that every journal and
every row tells the order in which it was written.
"""

from __future__ import annotations

import random
import threading
import time
import zlib
from dataclasses import dataclass, field
from typing import Any

import requests

from inbox.simulator.client import SimulatorClient, SimulatorRefused

from .plan import Plan
from .words import DATA, EDITED, QUESTIONS
from .world import Shop, World

DRIVERS = 12
"""Threads; each customer belongs to one, which keeps what they write in order."""
PIXEL = b"\x89PNG\r\n\x1a\n" + zlib.compress(b"a picture of nothing") * 20
BURST = (1, 1, 1, 2, 2, 3)


@dataclass
class Customer:
    """One person, who writes to one shop."""

    name: str
    key: str
    """What the simulator knows them by: a phone number or a business-scoped id."""
    shop: Shop
    written: list[str] = field(default_factory=list)
    """The ids of texts and pictures, in the order written."""
    asides: list[str] = field(default_factory=list)
    """The ids of reactions, edits and deletions."""
    revoked: set[str] = field(default_factory=set)
    wrote_at: float = 0.0
    count: int = 0
    in_scene: bool = False

    def next_id(self) -> str:
        """Return the id of the next message."""
        self.count += 1
        return f"wamid.soak.{self.name}.{self.count:05d}"


def people_of(plan: Plan, shops: list[Shop], prefix: str, how_many: int) -> list[Customer]:
    """Make customers: Colombians, every sixth without a number, a Mexican, an Argentine."""
    found = []
    for place in range(how_many):
        key = f"57{300 + len(prefix)}{place:07d}"
        if place % 6 == 5:
            key = f"CO.soak{prefix}{place:04d}"
        elif prefix == "c" and place in (1, 2):
            key = ("5215512345678", "5491123456789")[place - 1]
        shop = shops[place % len(shops)]
        found.append(Customer(f"{prefix}{place:03d}", key, shop, in_scene=prefix != "c"))
    return found


class Driver(threading.Thread):
    """Writes for its customers until told to stop; what the simulator refuses is an error."""

    def __init__(self, world: World, plan: Plan, mine: list[Customer], everybody: int) -> None:
        super().__init__(name="customers", daemon=True)
        self.client = SimulatorClient(world.simulator_url)
        self.random = random.Random(f"{plan.seed}:{mine[0].name}")  # noqa: S311 - a die
        burst = sum(BURST) / len(BURST)
        self.pause = everybody * burst / plan.rate
        self.mine, self.going, self.errors = mine, True, list[str]()

    def run(self) -> None:
        """Let whoever's time has come write a burst."""
        now = time.monotonic()
        due = {who.name: now + self.random.uniform(0, self.pause) for who in self.mine}
        while self.going:
            who = min(self.mine, key=lambda one: due[one.name])
            wait = due[who.name] - time.monotonic()
            if wait > 0:
                time.sleep(min(wait, 0.2))
                continue
            due[who.name] = time.monotonic() + self.pause * self.random.uniform(0.5, 1.5)
            for number in range(self.random.choice(BURST)):
                time.sleep(self.random.uniform(0.05, 0.4) if number else 0.0)
                self._write(who)

    def _write(self, who: Customer) -> None:
        try:
            self._one(who)
        except (SimulatorRefused, requests.RequestException) as error:
            self.errors.append(f"{who.name}: {error}")

    def _one(self, who: Customer) -> None:
        """Write one thing: mostly words."""
        drawn = self.random.random()
        if drawn < 0.06:
            self._picture(who)
        elif drawn < 0.16 and who.written:
            self._aside(who)
        else:
            words = self.random.choice(DATA if self.random.random() < 0.3 else QUESTIONS)
            quoted = self.random.choice(who.written) if who.written and drawn > 0.97 else None
            say(self.client, who, words, reply_to=quoted)

    def _picture(self, who: Customer) -> None:
        media = self.client.add_media(who.shop.number, PIXEL, "image/png")
        part = {"id": media, "mime_type": "image/png", "sha256": "unknown"}
        if self.random.random() < 0.5:
            part["caption"] = "este es el que quiero"
        tell(self.client, who, {"type": "image", "image": part}, who.written)

    def _aside(self, who: Customer) -> None:
        about = who.written[-1]
        kind = self.random.choice(("reaction", "edit", "edit", "revoke"))
        if kind == "reaction" or about in who.revoked:
            message: dict[str, Any] = {"emoji": "👍", "message_id": about}
            kind = "reaction"
        elif kind == "edit":
            words = {"type": "text", "text": {"body": self.random.choice(EDITED)}}
            message = {"original_message_id": about, "message": words}
        else:
            who.revoked.add(about)
            message = {"original_message_id": about}
        tell(self.client, who, {"type": kind, kind: message}, who.asides)


def say(client: SimulatorClient, who: Customer, words: str, *, reply_to: str | None = None) -> None:
    """Write a text."""
    message: dict[str, Any] = {"type": "text", "text": {"body": words}}
    if reply_to:
        message["context"] = {"from": "573110000000", "id": reply_to}
    tell(client, who, message, who.written)


def tell(client: SimulatorClient, who: Customer, message: dict[str, Any], kept: list[str]) -> None:
    """Send any message; it counts as written once the simulator has it."""
    wamid = who.next_id()
    client.say(who.shop.number, who.key, message={"id": wamid, **message}, name=who.name)
    kept.append(wamid)
    who.wrote_at = time.time()


class Crowd:
    """All drivers together."""

    def __init__(self, world: World, plan: Plan, customers: list[Customer]) -> None:
        self.customers = customers
        shares = [customers[place::DRIVERS] for place in range(DRIVERS)]
        everybody = len(customers)
        self.drivers = [Driver(world, plan, mine, everybody) for mine in shares if mine]

    def start(self) -> None:
        """Begin to write."""
        for driver in self.drivers:
            driver.start()

    def stop(self) -> list[str]:
        """Stop writing; return what went wrong at the simulator."""
        for driver in self.drivers:
            driver.going = False
        for driver in self.drivers:
            driver.join()
        return [error for driver in self.drivers for error in driver.errors]

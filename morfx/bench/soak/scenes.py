"""Scenes beside the steady writing: a rush of five customers, and a flood of webhooks."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from functools import partial

from inbox.simulator.client import SimulatorClient

from .customers import Customer, people_of, say, tell
from .plan import Plan
from .words import CALM
from .world import World

RUSHING, EACH_A_SECOND = 5, 20
FLOODING = 40
WEBHOOKS = 100


class Scenes:
    """Plays the scenes at their times, on customers of their own."""

    def __init__(self, world: World, plan: Plan) -> None:
        self.world, self.plan = world, plan
        self.rushing = people_of(plan, world.shops, "rush", RUSHING)
        self.flooding = people_of(plan, world.shops, "flood", FLOODING)
        self.flood_webhooks, self.flood_seconds, self.rush_seconds = 0, 0.0, 0.0
        self._began = time.monotonic()
        self._threads: list[threading.Thread] = []

    @property
    def customers(self) -> list[Customer]:
        """Return who writes in scenes."""
        return [*self.rushing, *self.flooding] if self.plan.scenes else []

    def start(self) -> None:
        """Let the scenes come."""
        self._began = time.monotonic()
        if self.plan.scenes:
            for target in (self._rush, self._flood):
                thread = threading.Thread(target=target, daemon=True)
                thread.start()
                self._threads.append(thread)

    def join(self) -> None:
        """Wait for the end of the last scene."""
        for thread in self._threads:
            thread.join()

    def floods(self) -> bool:
        """Tell whether the flood is on."""
        begin, length = self.plan.flood
        return self.plan.scenes and begin <= time.monotonic() - self._began < begin + length

    def _rush(self) -> None:
        begin, length = self.plan.rush
        time.sleep(max(0.0, begin - (time.monotonic() - self._began)))
        started = time.monotonic()
        side_by_side([partial(self._hurry, who, length) for who in self.rushing])
        self.rush_seconds = time.monotonic() - started

    def _hurry(self, who: Customer, length: float) -> None:
        client, started = SimulatorClient(self.world.simulator_url), time.monotonic()
        dice = random.Random(who.name)  # noqa: S311
        for number in range(int(length * EACH_A_SECOND)):
            time.sleep(max(0.0, started + number / EACH_A_SECOND - time.monotonic()))
            say(client, who, dice.choice(CALM))

    def _flood(self) -> None:
        begin, length = self.plan.flood
        time.sleep(max(0.0, begin - (time.monotonic() - self._began)))
        client, started, dice = self.world.simulator, time.monotonic(), random.Random("flood")  # noqa: S311
        before = first = client.counters()["journal"].get("webhook_attempt", 0)
        filling = WEBHOOKS // 2
        while (now := time.monotonic() - started) < length:
            crowd = dice.sample(self.flooding, len(self.flooding))
            self._second(crowd, filling, until=started + int(now) + 1)
            seen = client.counters()["journal"].get("webhook_attempt", 0)
            filling = max(0, min(WEBHOOKS, filling + (WEBHOOKS - (seen - before))))
            before = seen
        self.flood_seconds, self.flood_webhooks = time.monotonic() - started, before - first

    def _second(self, crowd: list[Customer], filling: int, until: float) -> None:
        """For a second a few write, and many react to what they wrote: webhooks without answers."""
        client = self.world.simulator
        for who in crowd[:6]:
            say(client, who, CALM[who.count % len(CALM)])
        for number in range(filling):
            who = crowd[number % len(crowd)]
            about = who.written[-1] if who.written else "wamid.unknown"
            reaction = {"emoji": "👍", "message_id": about}
            tell(client, who, {"type": "reaction", "reaction": reaction}, who.asides)
        time.sleep(max(0.0, until - time.monotonic()))


def side_by_side(tasks: list[Callable[[], None]]) -> None:
    """Run each task in a thread; return when all have ended."""
    threads = [threading.Thread(target=task, daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

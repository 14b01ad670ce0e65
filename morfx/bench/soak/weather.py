"""The simulator's faults, changing every few seconds, for each number on its own."""

from __future__ import annotations

import random
from typing import Any

from inbox.simulator.client import SimulatorClient

from .world import Shop

RULES: tuple[dict[str, Any], ...] = (
    {"kind": "refuse", "code": 130429, "probability": 0.01},
    {"kind": "refuse", "code": 131016, "probability": 0.01},
    {"kind": "refuse", "code": 131056, "probability": 0.01},
    {"kind": "refuse", "http": 500, "probability": 0.01},
    {"kind": "refuse", "http": 429, "retry_after": 1, "probability": 0.005},
    {"kind": "lose_request", "hold": 0.2, "probability": 0.005},
    {"kind": "drop_answer", "hold": 0.5, "probability": 0.015},
    {"kind": "failed", "code": 131026, "probability": 0.01},
    {"kind": "failed", "code": 131047, "probability": 0.015},
    {"kind": "status_first", "probability": 0.05},
    {"kind": "skip_delivered", "probability": 0.1},
)


class Weather:
    """Draws new faults for every number."""

    def __init__(self, client: SimulatorClient, shops: list[Shop], seed: int) -> None:
        self.client, self.shops = client, shops
        self._random = random.Random(f"weather:{seed}")  # noqa: S311 - a die, not a secret

    def change(self) -> None:
        """Let something else go wrong from now on."""
        dice = self._random
        for shop in self.shops:
            self.client.set_faults(
                shop.number,
                seed=dice.randrange(10**9),
                duplicate=dice.choice((0, 0, 1, 1, 2)),
                reorder=dice.choice((0, 0, 0, 3, 6)),
                reorder_wait=1.0,
                delay=dice.choice((0.0, 0.0, 0.3, 1.5)),
                throughput=dice.choice((None, None, 30)),
                pair_interval=dice.choice((None, None, None, 0.1)),
                media_failures=dice.choice((0, 0, 2)),
                rules=list(RULES),
            )

    def clear(self) -> None:
        """Let everything go well from now on."""
        for shop in self.shops:
            self.client.set_faults(shop.number)

"""Kills processes with SIGKILL, one at a time, and notes which and when."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass

from morfx.bench.machine import family, words_of

from .world import World

WEIGHTS = {
    "quick worker": 28,
    "worker with threads": 20,
    "guard": 7,
    "cluster": 7,
    "web": 16,
    "database backend": 18,
    "database": 4,
}
WORKERS = ("quick worker", "worker with threads")
BETWEEN_SUPERVISORS = 240.0
"""Seconds; an operator must notice and start it again."""


@dataclass(frozen=True)
class Kill:
    """One process that was killed."""

    at: float
    kind: str


class Killer:
    """Knows the processes of one installation by what they are."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.kills: list[Kill] = []
        self._random = random.Random(f"kill:{seed}")  # noqa: S311 - a die, not a secret
        self._deck = list(WEIGHTS)
        self._random.shuffle(self._deck)
        self._began = time.monotonic()
        self.away: list[tuple[float, float]] = []
        """From when until when there was no supervisor, and so nothing at all."""

    def strike(self, *, workers_only: bool = False) -> None:
        """Kill one process; when it was the supervisor, start it again as an operator would."""
        kind = self._draw(workers_only=workers_only)
        if not (found := self.processes().get(kind)):
            return  # it was killed a moment ago and is not back yet
        if kind in self._deck:
            self._deck.remove(kind)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._random.choice(found), signal.SIGKILL)
            self.kills.append(Kill(time.time(), kind))
        if kind == "supervisor":
            assert self.world.supervisor is not None
            self.world.supervisor.wait()
            self.world.start()
            self.away.append((self.kills[-1].at, time.time()))

    def _draw(self, *, workers_only: bool) -> str:
        """Choose a kind: each once, the supervisor when its time has come, then by weight."""
        if workers_only:
            return self._random.choice(WORKERS)
        due = BETWEEN_SUPERVISORS * (len(self.away) + 0.5)
        if time.monotonic() - self._began > due:
            return "supervisor"
        if self._deck:
            return self._deck[0]
        return self._random.choices(tuple(WEIGHTS), list(WEIGHTS.values()))[0]

    def processes(self) -> dict[str, list[int]]:
        """Return the processes of this moment by kind."""
        top = self.world.top
        parents = {pid: int(fields[1]) for pid, fields in family(top).items()}
        found: dict[str, list[int]] = {"supervisor": [top]}

        def below(parent: int) -> list[int]:
            return sorted(pid for pid, its in parents.items() if its == parent)

        for pid in below(top):
            words = words_of(pid)
            if "qcluster" in words:
                found.setdefault("cluster", []).append(pid)
                for guard in below(pid):
                    found.setdefault("guard", []).append(guard)
                    *quick, threads = below(guard) or [0]
                    found["quick worker"] = quick
                    found["worker with threads"] = [threads] if quick else []
            elif "morfx.processes.web" in words:
                found.setdefault("web", []).append(pid)
            elif "-D" in words:
                found["database"] = [pid]
                backends = [one for one in below(pid) if " morfx " in " ".join(words_of(one))]
                found["database backend"] = backends
        return found

    def counts(self) -> dict[str, int]:
        """Return how many of each kind were killed."""
        return dict(Counter(kill.kind for kill in self.kills))

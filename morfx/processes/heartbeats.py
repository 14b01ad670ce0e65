"""Whether a job cluster really works: it may run and yet be stalled for ever.

Its workers write down, every few seconds and per queue, that they could claim or that a job runs
(`morfx.jobs.heartbeat`). A cluster is replaced when one of its queues falls silent.
"""

from __future__ import annotations

import socket
import time

import psycopg

from .child import Child

STALE_AFTER = 12.0
"""Seconds without a heartbeat after which a cluster counts as stalled."""
YOUNG = 20.0
"""Seconds a new cluster has to give its first."""
LOOK_EVERY = 2.0
DOUBT = 4.0
"""Seconds a cluster must stay stalled before it is replaced: the machine may just have woken."""

QUESTION = (
    "SELECT extract(epoch FROM clock_timestamp() - at) FROM jobs_heartbeat WHERE cluster = %s"
)


class Heartbeats:
    """Asks the database, now and then, when a cluster last did something."""

    def __init__(self, url: str, queue: str) -> None:
        self.url, self.queue = url, queue
        self._pid = 0
        self._looked = 0.0
        self._stalled_since: float | None = None

    def stalled(self, child: Child) -> bool:
        """Tell whether a running cluster has done nothing for too long."""
        if child.process is None:
            return False
        now = time.monotonic()
        if child.process.pid != self._pid:
            self._pid, self._stalled_since = child.process.pid, None
        if now - self._looked < LOOK_EVERY:
            return False
        self._looked = now
        age = self._age()
        if age is None or age < STALE_AFTER or (age == float("inf") and child.age < YOUNG):
            self._stalled_since = None
            return False
        self._stalled_since = self._stalled_since or now
        return now - self._stalled_since > DOUBT

    def _age(self) -> float | None:
        """Return seconds since the last heartbeat; None when the database cannot say."""
        cluster = f"{self.queue}@{socket.gethostname()}:{self._pid}"
        try:
            with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as link:
                row = link.execute(QUESTION, [cluster]).fetchone()
        except psycopg.Error:
            return None
        return float(row[0]) if row else float("inf")

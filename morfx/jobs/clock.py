"""One clock decides when jobs are due, the database's; and what happens when it jumps.

Each process knows what time the database should say: what it said before, plus the time that has
passed since on this machine's CLOCK_BOOTTIME, which nobody can set and which goes on while the
machine sleeps. A database that says something else by more than TOLERANCE has been put right, or
wrong, by hand or by NTP. Then no claim takes anything (the expectation is part of the statement),
and one cluster moves every waiting job by the jump, so that ten minutes stay ten minutes. A row
says by how much in all: who finds that another has moved them already takes the new time for good.

Not covered: a jump while no cluster runs or within KNOWN_FOR of its start; jumps below TOLERANCE; a
virtual machine that was frozen without knowing it (its timers are late by the pause).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import structlog

from .link import Link

log = structlog.get_logger()

TOLERANCE = 5.0
KNOWN_FOR = 10.0
"""Seconds a process must have known the time before it believes itself more than the database."""
PATIENCE = 10.0
"""Seconds a worker claims nothing, waiting for its cluster to move the jobs."""
EXACT = 1.0
"""Seconds an answer may take whose time is to be believed."""

LOOK = """
SELECT extract(epoch FROM clock_timestamp())::float8,
       coalesce((SELECT moved FROM jobs_clock WHERE id = 1), 0)::float8,
       pg_snapshot_xmax(pg_current_snapshot())::text::bigint
"""
LOCK = "SELECT pg_advisory_xact_lock(7271001)"
MOVED = """
INSERT INTO jobs_clock (id, moved, at) VALUES (1, %(jump)s, clock_timestamp())
ON CONFLICT (id) DO UPDATE SET moved = jobs_clock.moved + excluded.moved, at = excluded.at
"""
MOVE = """
UPDATE jobs_job SET
  due_at = due_at + %(jump)s * interval '1 second',
  set_at = set_at + %(jump)s * interval '1 second',
  ready_at = CASE WHEN lease IS NULL THEN ready_at + %(jump)s * interval '1 second'
                  ELSE clock_timestamp() + interval '10 seconds' END
WHERE parked_at IS NULL AND due_at < '9000-01-01'
  AND (age(xmin) > %(young)s
       OR abs(extract(epoch FROM set_at) - %(expected)s)
        < abs(extract(epoch FROM set_at) - %(actual)s))
"""
"""Moves what was set before the jump: all that was written before we last looked and, of what was
written since, that whose stamp is nearer to the old time than to the new."""


def boottime() -> float:
    """Return seconds since this machine was started, sleep included; nobody can set them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass
class Clock:
    """What this process knows of the database's clock; children know what their parent knew."""

    net: float | None = None
    """The database's time minus ours, in seconds; None before it was first asked."""
    since: float = 0.0
    moved: float = 0.0
    xmax: int = 0
    held_since: float | None = None

    def expected(self) -> float:
        """Return the time the database should say now, in seconds since 1970."""
        return (self.net or 0.0) + boottime()

    def expectation(self, link: Link) -> dict[str, float]:
        """Return the values that a claim's condition on the clock needs."""
        if self.net is None:
            self.look(link)
        return {"expected": self.expected(), "tolerance": TOLERANCE}

    def note(self, said: float, started: float) -> bool:
        """Take the database's time; False when it has jumped.

        `started` is when it was asked, on `boottime`; an answer that took long says nothing.
        """
        now = boottime()
        if now - started > EXACT:
            return True
        if self.net is not None and abs(said - self.net - (started + now) / 2) >= TOLERANCE:
            return False
        if self.net is None:
            self.since = now
        self.net = said - (started + now) / 2
        self.held_since = None
        return True

    def look(self, link: Link) -> bool:
        """Ask the database for its time; False when it has jumped."""
        started = boottime()
        said, moved, xmax = link.rows(LOOK)[0]
        if boottime() - started > EXACT:
            return True
        if self.net is None:
            self.moved = moved
        if good := self.note(said, started):
            self.xmax = xmax
        return good

    def hold(self, link: Link) -> None:
        """Wait for the cluster to move the jobs after a jump; go on without it after a while."""
        now = boottime()
        self.held_since = self.held_since or now
        _said, moved, _xmax = link.rows(LOOK)[0]
        if moved != self.moved or now - self.held_since > PATIENCE:
            self._trust(link)
        else:
            time.sleep(0.2)

    def watch(self, link: Link) -> float:
        """Look; when the clock has jumped move the jobs, once; return by how many seconds.

        Only a cluster's guard calls it.
        """
        if self.look(link):
            return 0.0
        link.rows("BEGIN")
        try:
            jump = self._settle(link)
        except BaseException:
            link.close()
            raise
        link.rows("COMMIT")
        self._trust(link)
        if jump:
            log.warning("the database's clock has jumped; jobs moved along", seconds=jump)
        return jump

    def _settle(self, link: Link) -> float:
        """Move the jobs by the jump, unless another did or we know the time too shortly."""
        link.rows(LOCK)
        started = boottime()
        said, moved, xmax = link.rows(LOOK)[0]
        now = boottime()
        expected = (self.net or 0.0) + (started + now) / 2
        jump = said - expected
        if moved != self.moved or abs(jump) < TOLERANCE or now - self.since < KNOWN_FOR:
            return 0.0
        if now - started > EXACT:
            return 0.0
        values: dict[str, Any] = {"jump": jump, "expected": expected, "actual": said}
        link.rows(MOVE, {**values, "young": max(0, xmax - self.xmax)})
        link.rows(MOVED, values)
        return jump

    def _trust(self, link: Link) -> None:
        """Take the database's time as it is now; how long we have known time stays as it was."""
        since, self.net = self.since, None
        self.look(link)
        self.since = since or self.since
        self.held_since = None


here = Clock()
"""This process's; forked workers begin with what their guard knew."""

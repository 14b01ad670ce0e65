"""Claiming: one statement that takes what is ready, leases it and counts the attempt.

The clock is part of it: a claim says which time it expects, and takes nothing from a database
whose clock has jumped (see `clock`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from . import clock, work
from .holders import holder
from .link import Link

LEASE = timedelta(seconds=10)
LONGEST_WAIT = 1.0
SHORTEST_WAIT = 0.01
"""For who found nothing: a row that is ready and locked by somebody is not asked for in a loop."""

CLAIM = """
WITH ready AS MATERIALIZED (
  SELECT id, attempts, ready_at FROM jobs_job
  WHERE queue = %(queue)s AND ready_at <= now()
    AND (SELECT abs(extract(epoch FROM clock_timestamp())::float8 - %(expected)s) < %(tolerance)s)
  ORDER BY ready_at LIMIT %(most)s FOR UPDATE SKIP LOCKED),
first AS (SELECT id, attempts FROM ready ORDER BY ready_at, id LIMIT 1),
claimed AS (
UPDATE jobs_job SET
  lease = CASE WHEN due_at > now() THEN NULL
               ELSE (%(holder)s || substr(gen_random_uuid()::text, 25))::uuid END,
  ready_at = CASE WHEN due_at > now() THEN due_at ELSE now() + %(lease)s END,
  attempts = CASE WHEN due_at > now() THEN jobs_job.attempts ELSE jobs_job.attempts + 1 END
FROM ready, first
WHERE jobs_job.id = ready.id
  AND (jobs_job.id = first.id OR %(together)s OR (ready.attempts = 0 AND first.attempts = 0))
RETURNING jobs_job.id, jobs_job.workspace_id, jobs_job.queue, name, args, key, version,
  jobs_job.attempts, lease, jobs_job.created_at, ready.ready_at)
SELECT claimed.*, NULL::float8, NULL::float8 FROM claimed
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
  extract(epoch FROM min(jobs_job.ready_at) - clock_timestamp())::float8,
  extract(epoch FROM clock_timestamp())::float8
FROM jobs_job WHERE queue = %(queue)s AND NOT EXISTS (SELECT 1 FROM claimed)
HAVING NOT EXISTS (SELECT 1 FROM claimed)
"""
"""A timer that was set again while its holder died is ready before it is due; it gets no lease and
waits for its due time. A job that was tried before runs alone: if it kills its process, it kills
no other. When there is nothing to take, the one row says in how many seconds there will be, and
what time it is."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job under a lease of ours, as it was claimed; `since` is on `clock.boottime`."""

    id: int
    workspace: UUID | None
    queue: str
    name: str
    args: dict[str, Any]
    key: str | None
    version: int
    attempts: int
    lease: UUID
    created_at: datetime
    since: float = field(default_factory=clock.boottime)


class Claims:
    """What one process claims of one queue.

    `together` lets jobs that were tried before be claimed beside others: right where each runs
    on a thread of its own, at once.
    """

    def __init__(self, queue: str, *, together: bool = False) -> None:
        self.queue, self.together = queue, together
        self.link = Link(queue, listens=queue)
        self.due_in = 0.0
        """Seconds until something is ready, as the last claim found that took nothing."""

    def claim(self, most: int) -> list[Claimed]:
        """Take up to `most` ready jobs, the one that has waited longest first."""
        self.link.told = False
        values = {"queue": self.queue, "most": most, "lease": LEASE, "holder": holder() + "-"}
        values |= {"together": self.together, **clock.here.expectation(self.link)}
        started = clock.boottime()
        found = self.link.rows(CLAIM, values)
        if found and found[0][0] is None:
            self._look_ahead(found[0][-2], found[0][-1], started)
            return []
        self.due_in = 0.0
        found.sort(key=lambda row: (row[10], row[0]))
        return [Claimed(*row[:10]) for row in found if row[8] is not None]

    def _look_ahead(self, seconds: float | None, now: float, started: float) -> None:
        if not clock.here.note(now, started):
            clock.here.hold(self.link)
        self.due_in = LONGEST_WAIT if seconds is None else max(SHORTEST_WAIT, seconds)

    def wait(self, interrupt: int) -> None:
        """Wait until something is ready, or we are told so, or `interrupt` can be read.

        What is ready was reckoned by the claim that took nothing.
        """
        self.link.wait(min(LONGEST_WAIT, max(0.0, self.due_in)), interrupt)


def forget_cancelled(link: Link) -> None:
    """Remove timers that were cancelled while somebody ran them who then died."""
    link.rows(
        "DELETE FROM jobs_job WHERE ready_at >= %(never)s AND due_at >= %(never)s "
        "AND parked_at IS NULL AND lease IS NULL",
        {"never": work.FOREVER},
    )

"""Claiming: one statement that takes what is ready, leases it and counts the attempt.

The clock is part of it: a claim says which time it expects, and takes nothing from a database
whose clock has jumped (see `clock`).
"""

from __future__ import annotations

import time
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
  (SELECT extract(epoch FROM left_over.ready_at - clock_timestamp())::float8
   FROM jobs_job AS left_over
   WHERE queue = %(queue)s AND NOT EXISTS (SELECT 1 FROM claimed WHERE claimed.id = left_over.id)
   ORDER BY left_over.ready_at LIMIT 1),
  extract(epoch FROM clock_timestamp())::float8
"""
"""A timer that was set again while its holder died is ready before it is due; it gets no lease and
waits for its due time. A job that was tried before runs alone: if it kills its process, it kills
no other. One more row says in how many seconds something else will be ready, and what time it is:
who took all there was need not ask again before that, or before somebody tells of new work."""


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
        self.ready_at = 0.0
        """When something will be ready that the last claim did not take, on `time.monotonic`."""

    def claim(self, most: int) -> list[Claimed]:
        """Take up to `most` ready jobs, the one that has waited longest first."""
        self.link.told = False
        values = {"queue": self.queue, "most": most, "lease": LEASE, "holder": holder() + "-"}
        values |= {"together": self.together, **clock.here.expectation(self.link)}
        started = clock.boottime()
        *found, (*_, seconds, now) = self.link.rows(CLAIM, values)
        if not found and not clock.here.note(now, started):
            clock.here.hold(self.link)
        ahead = LONGEST_WAIT if seconds is None else max(SHORTEST_WAIT, seconds)
        self.ready_at = time.monotonic() + ahead
        found.sort(key=lambda row: (row[10], row[0]))
        return [Claimed(*row[:10]) for row in found if row[8] is not None]

    def wait(self, interrupt: int) -> None:
        """Wait until something is ready, or we are told so, or `interrupt` can be read.

        When was reckoned by the last claim.
        """
        left = self.ready_at - time.monotonic()
        self.link.wait(min(LONGEST_WAIT, max(0.0, left)), interrupt)


def forget_cancelled(link: Link) -> None:
    """Remove timers that were cancelled while somebody ran them who then died."""
    link.rows(
        "DELETE FROM jobs_job WHERE ready_at >= %(never)s AND due_at >= %(never)s "
        "AND parked_at IS NULL AND lease IS NULL",
        {"never": work.FOREVER},
    )

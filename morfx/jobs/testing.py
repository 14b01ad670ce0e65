"""Running jobs in tests: when the test says so, in its own process and transaction."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.utils import timezone

from morfx import tenancy

from .claims import LEASE, Claimed
from .lease import run
from .models import Job


def claim(row: Job) -> Claimed:
    """Give a row a lease as a worker does, whenever it is due."""
    row.lease, row.attempts = uuid.uuid4(), row.attempts + 1
    row.due_at = min(row.due_at, timezone.now())
    row.ready_at = timezone.now() + LEASE
    row.save(update_fields=["lease", "attempts", "due_at", "ready_at"])
    return Claimed(
        id=row.pk,
        workspace=row.workspace_id,
        queue=row.queue,
        name=row.name,
        args=row.args,
        key=row.key,
        version=row.version,
        attempts=row.attempts,
        lease=row.lease,
        created_at=row.created_at,
    )


def run_jobs(*, ahead: float = 0.0, most: int = 500, only: str = "") -> list[str]:
    """Run what is due within `ahead` seconds, and what follows from it; return the jobs' names.

    Raises AssertionError when a job fails: its traceback is the message.
    """
    done: list[str] = []
    horizon = timezone.now() + timedelta(seconds=ahead)
    for _ in range(most):
        with tenancy.everywhere("run jobs in a test"):
            ready = Job.objects.filter(ready_at__lte=max(horizon, timezone.now()))
            if only:
                ready = ready.filter(name=only)
            row = ready.exclude(key__startswith="every:").order_by("due_at", "id").first()
            if row is None:
                return done
            claimed = claim(row)
        run(claimed)
        done.append(row.name)
        with tenancy.everywhere("see whether a test's job failed"):
            left = Job.objects.filter(pk=row.pk).exclude(error="").first()
        assert left is None, f"{row.name} failed:\n{left.error if left else ''}"
    raise AssertionError(f"Jobs did not end after {most}: {done[-5:]}")

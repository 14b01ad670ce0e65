"""Running jobs in tests: when the test says so, in its own process and transaction."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.utils import timezone

from morfx import tenancy

from .lease import run
from .models import Job


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
            row.lease = uuid.uuid4()
            due = min(row.due_at, timezone.now())
            Job.objects.filter(pk=row.pk).update(lease=row.lease, due_at=due)
        workspace = str(row.workspace_id) if row.workspace_id else None
        run(row.pk, str(row.lease), workspace)
        done.append(row.name)
        with tenancy.everywhere("see whether a test's job failed"):
            left = Job.objects.filter(pk=row.pk).exclude(error="").first()
        assert left is None, f"{row.name} failed:\n{left.error if left else ''}"
    raise AssertionError(f"Jobs did not end after {most}: {done[-5:]}")

"""Periodic jobs: one row each for the whole system, which sets itself again whenever it runs."""

from __future__ import annotations

from django.db import transaction

from morfx import tenancy

from . import work
from .models import Job

PREFIX = "every:"


def ensure() -> list[str]:
    """Make the first row of each periodic job that has none; return the names of all of them.

    Clusters call it when they start. Rows of jobs that are no longer periodic are removed.
    """
    wanted = [job for job in work.registry.values() if job.every]
    keys = {f"{PREFIX}{job.name}" for job in wanted}
    with tenancy.everywhere("make periodic jobs"), transaction.atomic():
        Job.objects.filter(key__startswith=PREFIX).exclude(key__in=keys).delete()
        rows = [
            Job(
                workspace=None,
                queue=job.queue,
                name=job.name,
                key=f"{PREFIX}{job.name}",
            )
            for job in wanted
        ]
        Job.objects.bulk_create(rows, ignore_conflicts=True)
    return [job.name for job in wanted]

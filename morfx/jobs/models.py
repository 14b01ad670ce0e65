"""What must happen next, as rows: jobs, and timers, which are jobs with a due time and a key."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from morfx.tenancy import current_id
from morfx.tenancy.rows import OwnedManager


class Job(models.Model):
    """One thing to do, kept until it is done; a worker claims and runs it.

    `ready_at` is when it may be claimed: its due time, the end of the lease of whoever runs it,
    or never once parked. A row of no workspace is the system's own.
    """

    id = models.BigAutoField(primary_key=True)
    workspace = models.ForeignKey(
        "workspaces.Workspace",
        models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
        default=current_id,
    )
    queue = models.TextField()
    name = models.TextField()
    args = models.JSONField(default=dict)
    key = models.TextField(null=True, unique=True)
    version = models.BigIntegerField(default=1)
    due_at = models.DateTimeField(db_default=Now())
    ready_at = models.DateTimeField(db_default=Now())
    set_at = models.DateTimeField(db_default=Now())
    """When the due time was decided, by the clock it was decided on; see `morfx.jobs.clock`."""
    lease = models.UUIDField(null=True)
    attempts = models.IntegerField(default=0)
    error = models.TextField(default="")
    parked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager[Job]] = OwnedManager()

    class Meta:
        indexes = [
            models.Index(fields=["queue", "ready_at"], name="job_ready"),
            models.Index(
                fields=["workspace", "-parked_at"],
                name="job_parked",
                condition=models.Q(parked_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"


class Clock(models.Model):
    """One row: by how many seconds the database's clock has jumped and jobs were moved along."""

    id = models.IntegerField(primary_key=True, default=1)
    moved = models.FloatField(default=0.0)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.moved} s"


class Heartbeat(models.Model):
    """When a job cluster last did something; see `morfx.jobs.heartbeat`."""

    cluster = models.TextField(primary_key=True)
    queue = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.cluster

"""What reconciliation put in order, and when: admins read it, nothing else depends on it."""

from __future__ import annotations

from django.db import models

from morfx.tenancy.rows import Owned


class Reconciliation(Owned):
    """One run that found something amiss in a workspace; runs that found nothing leave no row."""

    part = models.TextField()
    """Which app's run it was: `inbox` or `agents`."""
    settled = models.JSONField(default=dict)
    """How many of each kind were put in order, or reported: `{"loose_statuses": 3}`."""
    failed = models.JSONField(default=dict)
    """How many of each kind could not be; they are tried again in the next run."""

    class Meta:
        indexes = [models.Index(fields=["workspace", "-id"], name="reconciliation_recent")]

    def __str__(self) -> str:
        return f"{self.part} {self.settled}"

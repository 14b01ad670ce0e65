"""Somebody who decides how Somnio works."""

from __future__ import annotations

from django.utils import timezone

from agents.operations import settings
from agents.tests.selling import SOMNIO, SellingTest
from morfx.jobs.models import Job


class SettingsTest(SellingTest):
    def set(self, **inputs):
        return settings.set_agent(self.ana, agent=SOMNIO, **inputs)

    def timer(self) -> tuple[int, int]:
        """Return the one running timer: its level, and the whole seconds left."""
        row = Job.objects.get(key__startswith="agent:")
        left = (row.due_at - timezone.now()).total_seconds()
        return row.args["level"], round(left / 5) * 5

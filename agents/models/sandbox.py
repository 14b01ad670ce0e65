"""Talks with an agent that nobody but the tester hears."""

from __future__ import annotations

from django.db import models

from morfx.tenancy.rows import Owned

from .sessions import AgentSetting


class SandboxSession(Owned):
    """One rehearsal with an agent: settings, and where it stands on its own clock."""

    agent = models.TextField()
    timer_preset = models.TextField(choices=AgentSetting.Preset.choices)
    speed = models.FloatField(default=1.0)
    created_by = models.TextField()
    """Who rehearses, as an actor's `who`."""
    version = models.BigIntegerField(default=1)
    stage = models.JSONField(default=dict)
    """State, clock, timers, bubbles to come and the talk so far; see `agents.sandbox.stage`."""

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "created_at"], name="sandbox_oldest"),
        ]

    def __str__(self) -> str:
        return f"rehearsal of {self.agent}"

"""Talks with an agent that nobody but the tester hears."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from morfx.tenancy.rows import Owned

from .settings import AgentSetting


class SandboxSession(Owned):
    """One rehearsal with an agent: settings, and where it stands on its own clock.

    One with a name is kept until somebody deletes it; the others go a week after their last use.
    """

    agent = models.TextField()
    timer_preset = models.TextField(choices=AgentSetting.Preset.choices)
    speed = models.FloatField(default=1.0)
    created_by = models.TextField()
    """Who rehearses, as an actor's `who`."""
    version = models.BigIntegerField(default=1)
    stage = models.JSONField(default=dict)
    """State, clock, timers, bubbles to come and the talk so far; see `agents.sandbox.stage`."""
    opening = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    """The stage it began on; empty in those of before, which began like all others."""
    content = models.TextField(default="", db_default="", blank=True)
    """The version of the agent's content: empty the published one, `draft`, or a number."""
    name = models.TextField(default="", db_default="", blank=True)
    shared = models.BooleanField(default=False, db_default=False)
    """Whether others may see it, replay it and branch off; going on with it is its maker's."""
    live = models.BooleanField(default=False, db_default=False)
    """Whether its deeds are done in the CRM, marked as test data."""
    parent = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    parent_turn = models.PositiveIntegerField(default=0, db_default=0)
    """The turn of the parent after which it goes its own way."""
    used_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-used_at", "-id"], name="sandbox_recent"),
        ]

    def __str__(self) -> str:
        return self.name or f"rehearsal of {self.agent}"

    def as_answer(self) -> dict[str, object]:
        """Return the rehearsal as lists show it."""
        stage = self.stage
        return {
            "id": self.pk,
            "agent": self.agent,
            "name": self.name,
            "kept": bool(self.name),
            "shared": self.shared,
            "live": self.live,
            "timer_preset": self.timer_preset,
            "speed": self.speed,
            "content": self.content,
            "parent": self.parent_id,
            "parent_turn": self.parent_turn,
            "turn": stage.get("turn", 0),
            "mode": (stage.get("state") or {}).get("mode", ""),
            "status": "handed_off" if stage.get("handed_over") else "active",
            "session_tokens": stage.get("tokens", 0),
            "created_by": self.created_by,
            "created_at": self.created_at,
            "used_at": self.used_at,
        }


class SandboxTurn(Owned):
    """One turn of a rehearsal: what was asked, what came of it, and where it stood after."""

    session = models.ForeignKey(
        SandboxSession, models.CASCADE, related_name="turns", db_index=False
    )
    number = models.PositiveIntegerField()
    kept = models.BinaryField()
    """Question, answer and stage, packed; see `agents.sandbox.history`."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="sandbox_turn_once"),
        ]

    def __str__(self) -> str:
        return f"turn {self.number}"

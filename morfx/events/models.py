"""What happened, one row each: audit trail, feed, trigger, webhook source and backtest material."""

from __future__ import annotations

from django.db import models

from morfx.tenancy.rows import Owned


class Event(Owned):
    """A recorded fact: who did what, through what, because of what."""

    name = models.TextField()
    facts = models.JSONField(default=dict)
    who = models.TextField()
    via = models.TextField()
    operation = models.TextField(default="")
    cause = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="effects", db_index=False
    )
    depth = models.PositiveSmallIntegerField(default=0)
    unheard = models.BooleanField(default=False)
    """Recorded past the depth limit: nothing reacted to it."""

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-id"], name="event_recent"),
            models.Index(fields=["workspace", "name", "-id"], name="event_by_name"),
            models.Index(fields=["workspace", "cause"], name="event_by_cause"),
        ]

    def __str__(self) -> str:
        return f"{self.name} by {self.who}"

    def as_answer(self) -> dict[str, object]:
        """Return the event as answers show it."""
        from .ledger import sentence

        return {
            "id": self.pk,
            "name": self.name,
            "facts": self.facts,
            "actor": self.who,
            "via": self.via,
            "operation": self.operation,
            "cause": self.cause_id,
            "depth": self.depth,
            "unheard": self.unheard,
            "sentence": sentence(self),
            "created_at": self.created_at,
        }

"""What happened, one row each: audit trail, feed, trigger, webhook source and backtest material."""

from __future__ import annotations

from django.db import models
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from morfx.tenancy.rows import Owned


def _about(what: str) -> models.GeneratedField:
    """Return a column with the id that the facts have under a name; null when they have none."""
    return models.GeneratedField(
        expression=Cast(KT(f"facts__{what}"), models.UUIDField()),
        output_field=models.UUIDField(null=True),
        db_persist=True,
    )


def _index(what: str) -> models.Index:
    return models.Index(
        fields=["workspace", f"about_{what}", "-id"],
        name=f"event_by_{what}",
        condition=models.Q(**{f"about_{what}__isnull": False}),
    )


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

    about_conversation = _about("conversation")
    about_contact = _about("contact")
    about_order = _about("order")

    class Meta:
        indexes = [
            *(_index(what) for what in ("conversation", "contact", "order")),
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

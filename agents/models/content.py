"""What an agent says in a workspace, version by version."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from morfx.tenancy.rows import Owned


class AgentVersion(Owned):
    """One version of an agent's content: texts, examples, field notes, thresholds and timers.

    There is at most one draft, which people write in, and at most one published version, which
    the agent speaks by; none published means the agent's own. What was once published is never
    written again: the database refuses it.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        OLD = "old"

    agent = models.TextField()
    number = models.PositiveIntegerField()
    """From 1, in the order in which drafts were begun; 0 is what the agent's code brings."""
    state = models.TextField(choices=State.choices, default=State.DRAFT)
    content = models.JSONField(default=dict)
    """The whole of it, in the shape of `agents.content.documents`."""
    revision = models.PositiveIntegerField(default=0)
    """Rises with every change of the draft; who edits says which one they saw."""
    based_on = models.PositiveIntegerField(default=0)
    """The version the draft was begun from."""
    note = models.TextField(default="", blank=True)
    """What changed, in the words of who published it."""
    edited_by = models.TextField(default="", blank=True)
    published_by = models.TextField(default="", blank=True)
    """Who, as an actor's `who`."""
    edited_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True)
    """When it was last put in force."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "agent", "number"], name="agent_version_number_once"
            ),
            models.UniqueConstraint(
                fields=["workspace", "agent"],
                name="agent_version_one_published",
                condition=Q(state="published"),
            ),
            models.UniqueConstraint(
                fields=["workspace", "agent"],
                name="agent_version_one_draft",
                condition=Q(state="draft"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent} v{self.number} ({self.state})"

    def as_answer(self) -> dict[str, object]:
        """Return the version as lists show it, without its content."""
        return {
            "id": self.pk,
            "agent": self.agent,
            "version": self.number,
            "state": self.state,
            "revision": self.revision,
            "based_on": self.based_on,
            "note": self.note,
            "edited_by": self.edited_by,
            "published_by": self.published_by,
            "created_at": self.created_at,
            "edited_at": self.edited_at,
            "published_at": self.published_at,
        }

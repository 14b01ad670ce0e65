"""Things people have to do."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from morfx.tenancy.rows import Owned

from .contacts import Contact
from .orders import Order


class Task(Owned):
    """Something to do, linked to at most one contact, order or conversation."""

    class Priority(models.TextChoices):
        LOW = "low"
        MEDIUM = "medium"
        HIGH = "high"
        URGENT = "urgent"

    class Status(models.TextChoices):
        PENDING = "pending"
        IN_PROGRESS = "in_progress"
        COMPLETED = "completed"

    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    status = models.TextField(choices=Status.choices, default=Status.PENDING)
    priority = models.TextField(choices=Priority.choices, default=Priority.MEDIUM)
    due_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_by = models.TextField(default="")
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="tasks")
    order = models.ForeignKey(Order, models.CASCADE, null=True, related_name="tasks")
    conversation_id = models.UUIDField(null=True)
    """A conversation lives a floor above; its id is enough here."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="task_one_link",
                condition=Q(contact__isnull=True, order__isnull=True)
                | Q(contact__isnull=True, conversation_id__isnull=True)
                | Q(order__isnull=True, conversation_id__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "status", "due_at", "id"], name="task_due"),
            models.Index(fields=["workspace", "conversation_id"], name="task_of_conversation"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def linked(self) -> dict[str, object] | None:
        """Return what the task is about: `{kind, id}`."""
        for kind in ("contact", "order", "conversation"):
            if value := getattr(self, f"{kind}_id"):
                return {"kind": kind, "id": value}
        return None

    def as_answer(self) -> dict[str, object]:
        """Return the task as answers show it."""
        return {
            "id": self.pk,
            "title": self.title,
            "description": self.description,
            "status": self.status,
            "priority": self.priority,
            "due_at": self.due_at,
            "assigned_to": self.assigned_to_id,
            "linked": self.linked,
            "completed_at": self.completed_at,
            "created_at": self.created_at,
        }

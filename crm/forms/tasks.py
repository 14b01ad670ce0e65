"""Forms about tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from morfx.operations.actor import Actor
from morfx.operations.forms import OperationForm
from morfx.web.sentences import read
from morfx.workspaces.models import Membership

from ..models import Task
from ..operations import tasks

PRIORITIES = [
    ("low", _("Low")),
    ("medium", _("Medium")),
    ("high", _("High")),
    ("urgent", _("Urgent")),
]
MOMENT = "%Y-%m-%dT%H:%M"


class TaskForm(OperationForm):
    """What the forms for a new and for an old task have in common."""

    ask = ("title", "description", "due", "priority", "assigned_to")
    labels: ClassVar[Mapping[str, Any]] = {
        "title": _("Title"),
        "description": _("Description"),
        "due": _("Due"),
        "priority": _("Priority"),
        "assigned_to": _("Whose task it is"),
    }
    widgets: ClassVar[Mapping[str, forms.Widget]] = {
        "description": forms.Textarea(attrs={"rows": 3}),
        "due": forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
    }

    def __init__(
        self, actor: Actor, data: Any, given: Mapping[str, Any], initial: Mapping[str, Any]
    ) -> None:
        super().__init__(actor, data, given=given, initial=dict(initial))
        self.fields["due"].input_formats = [MOMENT, f"{MOMENT}:%S"]  # type: ignore[attr-defined]
        self.fields["priority"].choices = PRIORITIES  # type: ignore[attr-defined]
        members = Membership.objects.select_related("user").order_by("user__name", "pk")
        people = [(member.user_id, str(member.user)) for member in members]
        self.fields["assigned_to"] = forms.TypedChoiceField(
            label=self.labels["assigned_to"],
            choices=[("", _("Nobody's yet")), *people],
            coerce=int,
            empty_value=None,
            required=False,
        )


class NewTask(TaskForm):
    """Asks for a new task; `given` says what it is about."""

    operation = tasks.create

    def __init__(self, actor: Actor, data: Any, given: Mapping[str, Any]) -> None:
        initial = {"priority": "medium", "assigned_to": actor.user_id}
        super().__init__(actor, data, given, initial)


class EditTask(TaskForm):
    """Asks for a task's fields; an emptied date or person is cleared."""

    operation = tasks.update

    def __init__(self, actor: Actor, data: Any, task: Task) -> None:
        initial = {
            "title": read(task.title),
            "description": read(task.description),
            "due": task.due_at,
            "priority": task.priority,
            "assigned_to": task.assigned_to_id,
        }
        super().__init__(actor, data, {"task": task}, initial)

    def clean(self) -> dict[str, Any]:
        """Say what was emptied."""
        data = super().clean() or self.cleaned_data
        data["clear"] = [n for n in ("due", "assigned_to") if data.get(n, "") is None]
        return data

"""Tasks are made, changed, completed and reopened."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from morfx.events.ledger import record
from morfx.operations.actor import Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import NotFound, Refused
from morfx.operations.inputs import Also, Label, Text
from morfx.workspaces.models import Membership

from .. import conversations
from ..facts import TaskCompleted, TaskCreated, TaskReopened, TaskUpdated
from ..models import Task
from .changes import Changes, apply
from .inputs import LockedTask, Moment, TheContact, TheOrder

Priority = Literal["low", "medium", "high", "urgent"]
Status = Literal["pending", "in_progress", "completed"]
Due = Annotated[Moment, Also("due_at", "due_date")]
Assignee = Annotated[int, Also("assigned_to_id", "assignee")]
"""A member's user id."""


@operation("crm.task.create", needs="contacts.create")
def create(
    actor: Actor,
    *,
    title: Label,
    description: Text = "",
    due: Due | None = None,
    priority: Priority = "medium",
    assigned_to: Assignee | None = None,
    contact: TheContact | None = None,
    order: TheOrder | None = None,
    conversation: Annotated[UUID, Also("conversation_id")] | None = None,
) -> Task:
    """Create a task, about one thing at most.

    With several given it takes the most specific: the conversation, then the order, then the
    contact.
    """
    _refuse_stranger(assigned_to)
    if conversation is not None:
        _refuse_unknown(conversation)
        order = contact = None
    elif order is not None:
        contact = None
    task = Task.objects.create(
        title=title,
        description=description,
        due_at=due,
        priority=priority,
        assigned_to_id=assigned_to,
        created_by=actor.who,
        contact=contact,
        order=order,
        conversation_id=conversation,
    )
    record(TaskCreated(priority=priority, due_at=due, assigned_to=assigned_to, **_about(task)))
    return task


@operation("crm.task.update", needs="contacts.edit")
def update(
    actor: Actor,
    *,
    task: LockedTask,
    title: Label | None = None,
    description: Text | None = None,
    due: Due | None = None,
    priority: Priority | None = None,
    assigned_to: Assignee | None = None,
    status: Status | None = None,
    clear: list[Literal["due", "assigned_to"]] | None = None,
) -> Task:
    """Change what is given of a task; `clear` empties its due date or its assignee.

    The status decides whether it counts as completed, and since when.
    """
    _refuse_stranger(assigned_to)
    wanted = {
        "title": title,
        "description": description,
        "due_at": due,
        "priority": priority,
        "assigned_to_id": assigned_to,
        "status": status,
    }
    was_completed = task.status == Task.Status.COMPLETED
    changes = apply(task, wanted)
    for name in clear or []:
        changes |= _empty(task, name)
    if not changes:
        return task
    is_completed = task.status == Task.Status.COMPLETED
    if is_completed != was_completed:
        task.completed_at = timezone.now() if is_completed else None
        del changes["status"]
        record((TaskCompleted if is_completed else TaskReopened)(**_about(task)))
    task.save()
    if changes:
        record(TaskUpdated(changes=changes, **_about(task)))
    return task


@operation("crm.task.complete", needs="contacts.edit")
def complete(actor: Actor, *, task: LockedTask) -> Task:
    """Complete a task. Does nothing when it is completed already."""
    return update(actor, task=task, status="completed")


class About(TypedDict):
    """What every fact says of its task."""

    task: UUID
    title: str
    contact: UUID | None
    order: UUID | None
    conversation: UUID | None


def _about(task: Task) -> About:
    return {
        "task": task.pk,
        "title": task.title,
        "contact": task.contact_id,
        "order": task.order_id,
        "conversation": task.conversation_id,
    }


def _empty(task: Task, name: Literal["due", "assigned_to"]) -> Changes:
    field = {"due": "due_at", "assigned_to": "assigned_to_id"}[name]
    old = getattr(task, field)
    setattr(task, field, None)
    return {field: {"old": old, "new": None}} if old is not None else {}


def _refuse_stranger(user: int | None) -> None:
    if user is not None and not Membership.objects.filter(user_id=user).exists():
        raise Refused(
            _("This person is not a member."), field="assigned_to", code="MEMBER_NOT_FOUND"
        )


def _refuse_unknown(conversation: UUID) -> None:
    if not conversations.exists(conversation):
        raise NotFound("conversation", code="CONVERSATION_NOT_FOUND")

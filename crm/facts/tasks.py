"""What happens to tasks. Each says what its task is about: at most one of three."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from morfx.events.ledger import Fact
from morfx.web.sentences import read

from .fields import listed
from .screens import screens


@dataclass(frozen=True, kw_only=True)
class TaskCreated(Fact):
    """There is something to do."""

    name = "task.created"
    task: UUID
    title: str
    priority: str
    due_at: datetime | None = None
    assigned_to: int | None = None
    contact: UUID | None = None
    order: UUID | None = None
    conversation: UUID | None = None

    def describe(self) -> str:
        return _("The task “%(title)s” was created.") % {"title": read(self.title)}

    def pokes(self) -> Iterable[str]:
        return _shown(self)


@dataclass(frozen=True, kw_only=True)
class TaskUpdated(Fact):
    """Fields of a task changed: `changes` is `{field: {old, new}}`."""

    name = "task.updated"
    task: UUID
    title: str
    changes: Mapping[str, Mapping[str, object]]
    contact: UUID | None = None
    order: UUID | None = None
    conversation: UUID | None = None

    def describe(self) -> str:
        shown = {"title": read(self.title), "fields": listed(self.changes)}
        return _("%(fields)s of the task “%(title)s” changed.") % shown

    def pokes(self) -> Iterable[str]:
        return _shown(self)


@dataclass(frozen=True, kw_only=True)
class TaskCompleted(Fact):
    """A task is done."""

    name = "task.completed"
    task: UUID
    title: str
    contact: UUID | None = None
    order: UUID | None = None
    conversation: UUID | None = None

    def describe(self) -> str:
        return _("The task “%(title)s” was completed.") % {"title": read(self.title)}

    def pokes(self) -> Iterable[str]:
        return _shown(self)


@dataclass(frozen=True, kw_only=True)
class TaskReopened(Fact):
    """A completed task is to be done after all."""

    name = "task.reopened"
    task: UUID
    title: str
    contact: UUID | None = None
    order: UUID | None = None
    conversation: UUID | None = None

    def describe(self) -> str:
        return _("The task “%(title)s” was reopened.") % {"title": read(self.title)}

    def pokes(self) -> Iterable[str]:
        return _shown(self)


def _shown(fact: TaskCreated | TaskUpdated | TaskCompleted | TaskReopened) -> Iterable[str]:
    return screens("tasks", contact=fact.contact, order=fact.order, conversation=fact.conversation)

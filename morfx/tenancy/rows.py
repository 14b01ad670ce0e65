"""What every owned row has: a time-ordered id, a workspace, and a manager that filters by it."""

from __future__ import annotations

import os
import threading
import time
from datetime import datetime
from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from django.db import models

from . import current_id

_last = 0
_making = threading.Lock()


def new_id() -> UUID:
    """Return a UUID version 7 (RFC 9562): ids made later sort later.

    The twelve bits after the milliseconds are their fraction (RFC 9562, 6.2, method 3), and
    within a process no two share a moment; only clocks of different machines can disagree.
    """
    global _last
    with _making:
        moment = max(_last + 1, (time.time_ns() << 12) // 1_000_000)
        _last = moment
    milliseconds, fraction = moment >> 12, moment & 0xFFF
    noise = int.from_bytes(os.urandom(8), "big") >> 2
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | noise)


def id_at(moment: datetime, position: int = 0) -> UUID:
    """Return an id that sorts by a moment, then by a position among what shares it.

    For rows that stand for something that happened earlier than they were written, so that the
    order of their ids is the order in which things came, however long writing them took. Moments
    before 1970 are taken for its beginning: the format knows none.
    """
    fine = max(0, int(moment.timestamp() * 1_000_000)) * 4096 // 1000
    milliseconds, fraction = fine >> 12, fine & 0xFFF
    noise = (position & 0x3FFF) << 48 | int.from_bytes(os.urandom(6), "big")
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | noise)


M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class OwnedManager(models.Manager[M_co]):
    """Filters by the current workspace, so that its indexes serve; the policies hold anyway."""

    def get_queryset(self) -> models.QuerySet[M_co]:
        rows = super().get_queryset()
        workspace = current_id()
        return rows.filter(workspace_id=workspace) if workspace else rows


class WorkspaceKey(models.ForeignKey[models.Model, models.Model]):
    """The foreign key to a row's workspace: the current one, unless the row says otherwise.

    Migrations know it as a plain foreign key with a default. Type checkers are not told of the
    default, because they take a column that has one for a nullable column.
    """

    def get_default(self) -> Any:
        """Return the current workspace's id."""
        return current_id()

    def deconstruct(self) -> Any:
        """Return the field as migrations write it."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, {**kwargs, "default": current_id}


class Owned(models.Model):
    """A row of one workspace: the current one, unless it says otherwise."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = WorkspaceKey(
        "workspaces.Workspace", models.CASCADE, related_name="+", db_index=False, editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager[Self]] = OwnedManager()

    class Meta:
        abstract = True

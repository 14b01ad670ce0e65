"""What every owned row has: a time-ordered id, a workspace, and a manager that filters by it."""

from __future__ import annotations

import os
import time
from typing import Self, TypeVar
from uuid import UUID

from django.db import models

from . import current_id


def new_id() -> UUID:
    """Return a UUID version 7 (RFC 9562): ids made later sort later, to the millisecond."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    value &= ~(0xF << 76) & ~(0x3 << 62)
    return UUID(int=value | (0x7 << 76) | (0x2 << 62))


M = TypeVar("M", bound=models.Model, covariant=True)


class OwnedManager(models.Manager[M]):
    """Filters by the current workspace, so that its indexes serve; the policies hold anyway."""

    def get_queryset(self) -> models.QuerySet[M]:
        rows = super().get_queryset()
        workspace = current_id()
        return rows.filter(workspace_id=workspace) if workspace else rows


class Owned(models.Model):
    """A row of one workspace: the current one, unless it says otherwise."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace = models.ForeignKey(
        "workspaces.Workspace",
        models.CASCADE,
        related_name="+",
        db_index=False,
        editable=False,
        default=current_id,
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects: models.Manager[Self] = OwnedManager()

    class Meta:
        abstract = True

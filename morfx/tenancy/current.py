"""Which workspace this thread or task works for, as a context variable and a setting's text.

Only tenancy sets it; the database backend reads it at each transaction's start.
"""

from __future__ import annotations

from contextvars import ContextVar
from uuid import UUID

NAME = "app.workspace_id"
EVERYWHERE = UUID(int=2**128 - 1)
"""The value that opens every workspace's rows; see `tenancy.everywhere`."""

workspace_id: ContextVar[UUID | None] = ContextVar("workspace_id", default=None)


def setting() -> str:
    """Return the setting's text for a new transaction; empty when no workspace is current."""
    value = workspace_id.get()
    return str(value) if value else ""

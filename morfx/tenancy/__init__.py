"""Whose rows these are: the lowest floor, which everything else stands on.

`within(workspace)` makes a workspace current for a block: for the managers, which filter by it
so that indexes serve, and for PostgreSQL's row policies, which hold whatever a query says. The
one door across workspaces is `everywhere(reason)`; each passage is counted and logged.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import structlog
from django.db import DatabaseError, connection
from prometheus_client import Counter

from . import current

__all__ = ["current_id", "everywhere", "within"]

log = structlog.get_logger()
passages = Counter("morfx_everywhere", "Passages through the door across workspaces.", ["reason"])


def current_id() -> UUID | None:
    """Return the current workspace's id; None outside of any, and everywhere."""
    value = current.workspace_id.get()
    return None if value == current.EVERYWHERE else value


@contextmanager
def within(workspace_id: UUID) -> Iterator[None]:
    """Make a workspace current for the block, inside or outside a transaction."""
    with _set(workspace_id):
        yield


@contextmanager
def everywhere(reason: str) -> Iterator[None]:
    """Open every workspace's rows for the block: the one door, counted and logged by reason.

    For work that cannot know its workspace yet (whose webhook is this?) or that sweeps them all.
    Keep the block as small as the question.
    """
    passages.labels(reason=reason).inc()
    log.debug("everywhere", reason=reason)
    with _set(current.EVERYWHERE):
        yield


@contextmanager
def _set(value: UUID) -> Iterator[None]:
    token = current.workspace_id.set(value)
    _tell_the_transaction()
    try:
        yield
    finally:
        current.workspace_id.reset(token)
        try:
            _tell_the_transaction()
        except DatabaseError:
            # The transaction is broken and will be rolled back, and the setting with it.
            log.debug("tenancy left to the rollback")


def _tell_the_transaction() -> None:
    if connection.in_atomic_block and not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, true)", [current.NAME, current.setting()])

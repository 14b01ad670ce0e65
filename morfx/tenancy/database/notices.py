"""Telling other processes, after the commit, that something is there to be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.db import connection

if TYPE_CHECKING:
    from .base import DatabaseWrapper


def after_commit(channel: str, payload: str) -> None:
    """NOTIFY a channel once the current transaction has committed; at once outside of any.

    The same notice twice in a transaction is one; see `DatabaseWrapper.notify_after_commit`.
    """
    cast("DatabaseWrapper", connection).notify_after_commit(channel, payload)

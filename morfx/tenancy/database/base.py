"""PostgreSQL as Django speaks it: the workspace set in every transaction, notices after it."""

from __future__ import annotations

import os
from functools import cache, partial
from typing import Any
from uuid import UUID

import psycopg
import structlog
from django.db.backends.postgresql import base
from django.db.backends.utils import CursorWrapper

from .. import current

log = structlog.get_logger()

NOTIFY = """
SELECT pg_notify(channel, payload) FROM unnest(%s::text[], %s::text[]) AS notice(channel, payload)
"""


class DatabaseWrapper(base.DatabaseWrapper):
    """Tells PostgreSQL at each transaction's start which workspace's rows may be seen.

    The setting is local to the transaction, so that nothing leaks through the pool to the next
    user of the connection. Without one, row policies show no rows at all.
    """

    def get_connection_params(self) -> dict[str, Any]:
        """Let the driver's own loader, in C, read moments; Django's is in Python, ten times slower.

        Both give the same: the time zone of a connection is UTC.
        """
        found: dict[str, Any] = super().get_connection_params()
        found["context"] = _adapters(found["context"])
        return found

    def create_cursor(self, name: str | None = None) -> Any:
        """Return a cursor, of the server when it has a name.

        Django's own looks here whether moments come in the time zone it wants; ours always do.
        """
        if not name:
            return self.connection.cursor()
        cursors: Any = base.ServerSideCursor
        return cursors(
            self.connection, name=name, scrollable=False, withhold=self.connection.autocommit
        )

    def _set_autocommit(self, autocommit: bool) -> None:
        """Begin a transaction and say whose rows it may see, in one message.

        The driver itself always stays in autocommit mode: it would send BEGIN on its own.
        """
        with self.wrap_database_errors:
            if not self.connection.autocommit:
                self.connection.autocommit = True
            if not autocommit:
                self.connection.execute(f"BEGIN{_setting()}")

    def preparing_cursor(self) -> CursorWrapper:
        """Return a cursor whose statements PostgreSQL prepares when they are repeated.

        Their parameters are bound by the server; see `morfx.tenancy.compiled`.
        """
        if self.queries_logged:  # by a cursor that can say what it executed
            return self.cursor()
        self.ensure_connection()
        cursors: Any = base.ServerBindingCursor
        prepared: CursorWrapper = self._prepare_cursor(cursors(self.connection))  # type: ignore[attr-defined]
        return prepared

    # -- notices -------------------------------------------------------------------------------

    def notify_after_commit(self, channel: str, payload: str) -> None:
        """NOTIFY once this transaction has committed; a rollback, also to a savepoint, forgets it.

        All notices of a transaction leave in one statement. Never inside the transaction: NOTIFY
        takes one global lock until the commit is on disk.
        """
        self.on_commit(partial(self._notice, channel, payload))

    def run_and_clear_commit_hooks(self) -> None:
        """Run what waited for the commit, then send its notices together."""
        before = self.__dict__.get("notices")
        self.__dict__["notices"] = notices = dict[tuple[str, str], None]()
        try:
            super().run_and_clear_commit_hooks()
        finally:
            self.__dict__["notices"] = before
            self._send(notices)

    def _notice(self, channel: str, payload: str) -> None:
        waiting = self.__dict__.get("notices")
        if waiting is not None:
            waiting[channel, payload] = None
        elif not self.in_atomic_block:
            self._send({(channel, payload): None})

    def _send(self, notices: dict[tuple[str, str], None]) -> None:
        """Send notices; who misses one finds out by looking, which everybody does now and then."""
        if not notices:
            return
        channels, payloads = zip(*notices, strict=True)
        try:
            with self.cursor() as cursor:
                cursor.execute(NOTIFY, [list(channels), list(payloads)])
        except Exception as error:
            log.warning("notices not sent", error=repr(error))


@cache
def _adapters(context: Any) -> Any:
    found = psycopg.adapt.AdaptersMap(context)
    loader = psycopg.adapters.get_loader(base.TIMESTAMPTZ_OID, psycopg.pq.Format.TEXT)
    assert loader is not None
    found.register_loader("timestamptz", loader)
    return found


def _setting() -> str:
    setting = current.setting()
    return f"; SET LOCAL {current.NAME} = '{UUID(setting)}'" if setting else ""


def _forget_connections_of_the_parent() -> None:
    """Start a forked child without its parent's pools, whose threads did not survive the fork."""
    base.DatabaseWrapper._connection_pools = {}  # type: ignore[attr-defined]


os.register_at_fork(after_in_child=_forget_connections_of_the_parent)

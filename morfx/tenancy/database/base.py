"""PostgreSQL as Django speaks it, with the current workspace set in every transaction."""

from __future__ import annotations

import os

from django.db.backends.postgresql import base

from .. import current


class DatabaseWrapper(base.DatabaseWrapper):
    """Tells PostgreSQL at each transaction's start which workspace's rows may be seen.

    The setting is local to the transaction, so that nothing leaks through the pool to the next
    user of the connection. Without one, row policies show no rows at all.
    """

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if not autocommit and (setting := current.setting()):
            with self.wrap_database_errors:
                self.connection.execute("SELECT set_config(%s, %s, true)", [current.NAME, setting])


def _forget_connections_of_the_parent() -> None:
    """Start a forked child without its parent's pools, whose threads did not survive the fork."""
    base.DatabaseWrapper._connection_pools = {}  # type: ignore[attr-defined]


os.register_at_fork(after_in_child=_forget_connections_of_the_parent)

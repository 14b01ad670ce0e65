"""The connection on which a process keeps the books of jobs: claims, leases, ends, heartbeats.

It is apart from Django's: in autocommit mode, LISTENing, open to every workspace (a queue serves
them all), and it need not wait for the disk: a claim that a crash forgets is claimed again, an
end that it forgets is a job that runs again and finds its work done.
"""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection

from morfx.tenancy import current, passages

from . import work

Row = tuple[Any, ...]


class Link:
    """One connection, made when needed and again when lost; threads take turns."""

    def __init__(self, title: str, *, listens: str = "") -> None:
        self.title, self.listens = title, listens
        self.told = True
        self._connection: psycopg.Connection[Row] | None = None
        self._lock = threading.RLock()

    def rows(self, sql: str, values: Mapping[str, Any] | Sequence[Any] = ()) -> list[Row]:
        """Run one statement; return its rows. Raises OperationalError when the link is lost."""
        with self._lock:
            try:
                cursor = self._open().execute(sql, values)
                return cursor.fetchall() if cursor.description else []
            except psycopg.Error:  # lost, or of no use: a read-only server, a plan that is stale
                self.close()
                raise

    def wait(self, seconds: float, interrupt: int) -> None:
        """Wait until the queue is told of work, `interrupt` can be read, or time is up.

        The lock is not held: other threads may use the link meanwhile.
        """
        with self._lock:
            file = self._open().fileno()
        until = time.monotonic() + seconds
        while not self.told:
            left = max(0.0, until - time.monotonic())
            heard, _, _ = select.select([file, interrupt], [], [], left)
            if file not in heard:
                return
            with self._lock:
                self._listen()

    def close(self) -> None:
        """Give the connection up; the next statement makes another."""
        with self._lock:
            lost, self._connection = self._connection, None
            if lost is not None:
                lost.close()

    def _listen(self) -> None:
        link = self._open()
        try:
            link.pgconn.consume_input()
        except psycopg.OperationalError:
            self.close()
            raise
        while notice := link.pgconn.notifies():
            self.told |= notice.extra.decode() == self.listens

    def _open(self) -> psycopg.Connection[Row]:
        if self._connection is None or self._connection.closed:
            passages.labels(reason="keep the books of jobs").inc()
            parameters = connection.get_connection_params()
            for name in ("context", "cursor_factory"):
                parameters.pop(name, None)
            parameters.setdefault("connect_timeout", 5)
            parameters["application_name"] = f"morfx jobs {self.title} {os.getpid()}"
            options = f"-c {current.NAME}={current.EVERYWHERE} -c synchronous_commit=off"
            link = psycopg.connect(**parameters, autocommit=True, options=options)
            link.add_notify_handler(self._hear)
            if self.listens:
                link.execute(f"LISTEN {work.CHANNEL}")
            self._connection, self.told = link, True
        return self._connection

    def _hear(self, notice: psycopg.Notify) -> None:
        self.told |= notice.payload == self.listens

"""The simulator's memory: one SQLite file that outlives the process, `kill -9` included.

Write-ahead logging with `synchronous=NORMAL` keeps every committed row when the process dies (only
a power cut may lose the last ones), which is what an acknowledged send or message needs here.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SCHEMA = (Path(__file__).parent / "schema.sql").read_text()


@dataclass(frozen=True, order=True)
class Waiting:
    """A webhook on its way: lanes are emptied in order of position, one at a time."""

    position: int
    id: int
    lane: str
    not_before: float
    phone_number_id: str


@dataclass(frozen=True, order=True)
class Due:
    """A planned happening, by the time (seconds since 1970) at which it happens."""

    at: float
    id: int


class Transaction:
    """One open write to the world, and what the courier must hear once it is committed."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.waiting: list[Waiting] = []
        self.due: list[Due] = []
        self.unanswered = False
        """Whether webhooks must wait until the caller has its answer (`Courier.answered`)."""

    def run(self, sql: str, *values: object) -> sqlite3.Cursor:
        """Execute one statement."""
        return self.db.execute(sql, values)

    def insert(self, sql: str, *values: object) -> int:
        """Insert one row and give its id."""
        row = self.db.execute(sql, values).lastrowid
        assert row is not None
        return row

    def one(self, sql: str, *values: object) -> sqlite3.Row | None:
        """Give the first row, or None."""
        rows = self.db.execute(sql, values).fetchall()
        return rows[0] if rows else None

    def all(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """Give every row."""
        return self.db.execute(sql, values).fetchall()

    def number(self, sql: str, *values: object) -> int:
        """Give the one integer that a query counts."""
        return int(self.db.execute(sql, values).fetchone()[0])


class World:
    """Everything this WhatsApp remembers; only one process at a time may open it."""

    def __init__(self, path: Path | str, *, lasting: bool = True) -> None:
        """Open or create the world; one that need not last never waits for the disk.

        Raises sqlite3.OperationalError when another process still has it after five seconds.
        """
        self.committed: Callable[[Transaction], None] = lambda _: None
        """Hears of every change in the order of the changes."""
        self._lock = threading.RLock()
        self._db = sqlite3.connect(
            path, timeout=5, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        self._db.row_factory = sqlite3.Row
        self._db.execute(f"PRAGMA synchronous={'NORMAL' if lasting else 'OFF'}")
        self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(f"BEGIN; {SCHEMA} COMMIT;")
        columns = {row["name"] for row in self._db.execute("PRAGMA table_info(deliveries)")}
        if "filling_until" not in columns:  # a world of an earlier version
            self._db.execute(
                "ALTER TABLE deliveries ADD COLUMN filling_until REAL NOT NULL DEFAULT 0"
            )

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Hold the world for one all-or-nothing change (never across a network call)."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            transaction = Transaction(self._db)
            try:
                yield transaction
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
            self.committed(transaction)

    def close(self) -> None:
        """Fold the write-ahead log into the file and let go of it."""
        with self._lock:
            self._db.close()

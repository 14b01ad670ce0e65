"""A data folder: one owner at a time, held by a file lock that dies with its process."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO


class DataFolder:
    """The folder that holds the embedded database, the logs and the mail of one installation."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None

    def take(self, who: str) -> bool:
        """Try to become the owner; False when another living process is."""
        self.path.mkdir(parents=True, exist_ok=True)
        lock = (self.path / "owner.lock").open("a+")
        os.set_inheritable(lock.fileno(), False)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        lock.truncate(0)
        lock.write(f"{who} (process {os.getpid()})")
        lock.flush()
        self._lock = lock
        return True

    def owner(self) -> str:
        """Return who holds the folder, in words."""
        try:
            return (self.path / "owner.lock").read_text().strip() or "another process"
        except OSError:
            return "another process"

    def release(self) -> None:
        """Let others take the folder."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

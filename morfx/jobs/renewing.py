"""Keeping leases alive while their jobs run, however long that takes."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from .claims import LEASE, Claimed
from .link import Link

RENEW_EVERY = 3.0
RENEW = """
UPDATE jobs_job SET ready_at = now() + %(lease)s
FROM unnest(%(ids)s::bigint[], %(leases)s::uuid[]) AS held(id, lease)
WHERE jobs_job.id = held.id AND jobs_job.lease = held.lease
"""

log = structlog.get_logger()


class Renewer:
    """One thread per process that renews the leases of the jobs running in it."""

    def __init__(self) -> None:
        self.held: dict[int, tuple[Claimed, float]] = {}
        self.pid = os.getpid()
        self.link = Link("renew")
        self.changed = threading.Condition()
        self.watchers: list[Callable[[float, set[str]], None]] = []
        threading.Thread(target=self._loop, name="lease renewer", daemon=True).start()

    def _loop(self) -> None:
        while True:
            with self.changed:
                self.changed.wait_for(lambda: bool(self.held))
            time.sleep(RENEW_EVERY)
            try:
                self.renew()
            except Exception as error:
                log.warning("leases not renewed", error=repr(error))

    def renew(self) -> None:
        """Renew what runs now, and tell who watches how long the longest has run, and where."""
        running = list(self.held.values())
        if not running:
            return
        ids, leases = [row.id for row, _ in running], [str(row.lease) for row, _ in running]
        self.link.rows(RENEW, {"lease": LEASE, "ids": ids, "leases": leases})
        longest = time.monotonic() - min(since for _, since in running)
        for tell in self.watchers:
            tell(longest, {row.queue for row, _ in running})


_renewer: Renewer | None = None
_making = threading.Lock()


def renewer() -> Renewer:
    """Return this process's renewer."""
    global _renewer
    with _making:
        if _renewer is None or _renewer.pid != os.getpid():
            _renewer = Renewer()
        return _renewer


@contextmanager
def renewed(row: Claimed) -> Iterator[None]:
    """Keep a lease alive for the block."""
    ours = renewer()
    first = not ours.held
    ours.held[row.id] = row, time.monotonic()
    if first:
        with ours.changed:
            ours.changed.notify()
    try:
        yield
    finally:
        ours.held.pop(row.id, None)

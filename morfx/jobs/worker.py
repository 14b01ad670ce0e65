"""A worker process: claims, and runs what it claimed; quick jobs in turn, others on threads.

Each worker claims for itself. django-q2's own way (one pusher claims, a queue between processes
hands on, one monitor hears of the end) stalls for ever when a process is killed that holds the
queue's lock; here no process waits for another.
"""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import structlog
from django.conf import settings
from django.db import connection

from . import heartbeat, lease, work
from .claims import Claimed, Claims
from .holders import give_back, holder
from .renewing import renewer

log = structlog.get_logger()

AFTER_AN_ERROR = 0.5
MOST, BATCH_SECONDS = 10, 0.05
"""How many quick jobs are claimed together: as many as should be done in this time."""
STUCK_BATCH = 0.25
"""Seconds after which the jobs behind one that takes long are given to others."""


class Loop(threading.Thread):
    """Claims one queue's jobs and runs them, one after the other, until told to stop."""

    def __init__(self, queue: str, worker: Worker, *, together: bool = False) -> None:
        super().__init__(name=f"claims {queue}", daemon=True)
        self.worker = worker
        self.claims = Claims(queue, together=together)

    def run(self) -> None:
        """Go on until told to stop, whatever happens."""
        while not self.worker.stopping.is_set():
            try:
                self.go_on()
            except Exception as error:
                lost = isinstance(error, psycopg.OperationalError)
                (log.warning if lost else log.exception)("jobs not claimed", error=repr(error))
                self.claims.link.close()
                connection.close()
                self.worker.stopping.wait(AFTER_AN_ERROR)

    def go_on(self) -> None:
        """Claim once and run what there is; wait when that was all."""
        room = self.room()
        rows = self.claim(room)
        if rows:
            self.take(rows)
        if len(rows) < room:
            connection.close()
            self.claims.wait(self.worker.interrupt)

    def claim(self, most: int) -> list[Claimed]:
        """Claim, and say that this queue is served."""
        rows = self.claims.claim(most) if most and not self.worker.stopping.is_set() else []
        self.worker.alive()
        heartbeat.beat(self.claims.link, self.claims.queue)
        return rows

    def room(self) -> int:
        """Return how many jobs may be claimed now."""
        raise NotImplementedError

    def take(self, rows: list[Claimed]) -> None:
        """Run what was claimed."""
        raise NotImplementedError


class InTurn(Loop):
    """Runs jobs on its own thread; a few are claimed together when they are tiny."""

    _seconds = BATCH_SECONDS
    waiting: deque[Claimed]

    def room(self) -> int:
        """Claim what should take no more than BATCH_SECONDS."""
        return max(1, min(MOST, int(BATCH_SECONDS / max(self._seconds, 1e-4))))

    def take(self, rows: list[Claimed]) -> None:
        """Run them in order; those behind one that takes long are given back."""
        self.waiting = deque(rows)
        release = threading.Timer(STUCK_BATCH, self._release)
        if len(rows) > 1:
            release.start()
        while not self.worker.stopping.is_set():
            try:
                row = self.waiting.popleft()
            except IndexError:
                break
            started = time.monotonic()
            lease.run(row)
            self._seconds += (time.monotonic() - started - self._seconds) / 8
            self.worker.done += 1
        release.cancel()
        self._release()

    def _release(self) -> None:
        rows: list[Claimed] = []
        while self.waiting:
            try:
                rows.append(self.waiting.popleft())
            except IndexError:
                break
        if rows:
            unclaim(self.claims, rows)


class OnThreads(Loop):
    """Runs each job on a thread of its own; claims only for threads that are free."""

    def __init__(self, queue: str, worker: Worker, threads: int) -> None:
        super().__init__(queue, worker, together=True)
        self.threads = threads
        self.running = 0
        self.changed = threading.Condition()
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix=queue)

    def room(self) -> int:
        """Wait a moment for a free thread; return how many are."""
        with self.changed:
            self.changed.wait_for(lambda: self.running < self.threads, timeout=1.0)
            return self.threads - self.running

    def take(self, rows: list[Claimed]) -> None:
        """Start them all."""
        with self.changed:
            self.running += len(rows)
        for row in rows:
            self.pool.submit(self._run, row)

    def _run(self, row: Claimed) -> None:
        try:
            lease.run(row)
        finally:
            connection.close()
            with self.changed:
                self.running -= 1
                self.worker.done += 1
                self.changed.notify()


class Worker:
    """What one process does: its loops, its end."""

    def __init__(self, queues: Mapping[str, int], pulse: Any) -> None:
        self.pulse, self.done = pulse, 0
        self.stopping = threading.Event()
        self.interrupt, self._bell = os.pipe()
        self.loops: list[Loop] = [
            OnThreads(queue, self, threads) if threads else InTurn(queue, self)
            for queue, threads in queues.items()
        ]

    def serve(self) -> None:
        """Work until SIGTERM, or until it is time for a fresh process; then finish what runs."""
        signal.signal(signal.SIGTERM, lambda *_: self.stop())
        renewer().watchers.append(self._busy)
        self.alive()
        for loop in self.loops:
            loop.start()
        while not select.select([self.interrupt], [], [], 1.0)[0]:
            if self.done >= settings.JOBS_PER_PROCESS and self.in_turn:
                self.stop()
        self.stopping.set()
        self._drain(time.monotonic() + settings.DRAIN_SECONDS)

    def stop(self) -> None:
        """Ring the bell that makes everybody claim nothing any more; for a signal handler."""
        os.write(self._bell, b".")

    @property
    def in_turn(self) -> bool:
        """Tell whether this process runs one job at a time."""
        return isinstance(self.loops[0], InTurn)

    def alive(self) -> None:
        """Tell the guard that this process works."""
        self.pulse.value = time.monotonic()

    def _busy(self, longest: float, queues: set[str]) -> None:
        """Hear that jobs run: a sign of life, unless a quick one runs for much too long."""
        for loop in self.loops:
            if loop.claims.queue in queues:
                heartbeat.beat(loop.claims.link, loop.claims.queue)
        if longest < settings.JOB_TIMEOUT or not self.in_turn:
            self.alive()

    def _drain(self, deadline: float) -> None:
        """Let what runs end; give back what does not, so that another begins it at once."""
        for loop in self.loops:
            loop.join(max(0.0, deadline - time.monotonic()))
        while renewer().held and time.monotonic() < deadline:
            time.sleep(0.02)
        try:
            give_back(self.loops[0].claims.link, [holder()], counted=False)
        except psycopg.Error as error:
            log.warning("leases not given back", error=repr(error))


def unclaim(claims: Claims, rows: list[Claimed]) -> None:
    """Give back jobs that were claimed and not begun."""
    claims.link.rows(
        "UPDATE jobs_job SET lease = NULL, ready_at = greatest(due_at, now()), "
        "attempts = attempts - 1 WHERE lease = ANY(%s) AND id = ANY(%s)",
        [[row.lease for row in rows], [row.id for row in rows]],
    )
    claims.link.rows("SELECT pg_notify(%s, %s)", [work.CHANNEL, claims.queue])


def serve(queues: Mapping[str, int], pulse: Any) -> None:
    """Be a worker process, and end without waiting for threads that do not end."""
    try:
        Worker(queues, pulse).serve()
    except BaseException:
        log.exception("worker ended")
        os._exit(1)
    os._exit(0)

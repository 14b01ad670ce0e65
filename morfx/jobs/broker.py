"""django-q2's broker over our job rows: claimed with SKIP LOCKED, woken by LISTEN, leased.

django-q2 gives the processes; what is claimed, leased, finished or retried stands in the rows
(see `lease`), so acknowledging here has nothing left to do. A queue named in THREADED runs its
jobs on threads inside one worker process: agent turns wait on a model, and waiting is cheap
there.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import structlog
from django.conf import settings
from django.db import connection
from django_q.brokers import Broker as BaseBroker
from django_q.conf import Conf
from django_q.signing import SignedPackage

from morfx.tenancy import current, passages

from . import heartbeat, lease, work

log = structlog.get_logger()

CLAIM = """
UPDATE jobs_job SET
  lease = CASE WHEN due_at > now() THEN NULL ELSE gen_random_uuid() END,
  ready_at = CASE WHEN due_at > now() THEN due_at ELSE now() + %(lease)s END
WHERE id IN (
  SELECT id FROM jobs_job WHERE queue = %(queue)s AND ready_at <= now()
  ORDER BY ready_at LIMIT %(most)s FOR UPDATE SKIP LOCKED)
RETURNING id, name, lease::text, workspace_id::text
"""
"""Claims what is ready. A timer that was set again while its holder died is ready before it is
due; it gets no lease and waits for its due time."""
NEXT = "SELECT extract(epoch FROM min(ready_at) - now()) FROM jobs_job WHERE queue = %s"
LONGEST_WAIT = 1.0
AFTER_AN_ERROR = 1.0
HEARTBEAT = (0, "heartbeat", "", None)


class Broker(BaseBroker):
    """Claims rows of one queue, named like the cluster."""

    def __init__(self, list_key: str | None = None) -> None:
        super().__init__(list_key or Conf.CLUSTER_NAME)
        self._connection: psycopg.Connection[Any] | None = None

    def dequeue(self) -> list[tuple[int, str]] | None:
        """Claim what is ready; else wait until something is, at most a second.

        Now and then the cluster's own heartbeat comes first. A lost connection is made again.
        """
        try:
            if heartbeat.due():
                return [(0, _package(*HEARTBEAT, function="morfx.jobs.heartbeat.beat"))]
            return self._claim()
        except psycopg.OperationalError as error:
            log.warning("jobs cannot be claimed", error=repr(error))
            self._connection = None
            time.sleep(AFTER_AN_ERROR)
            return None

    def _claim(self) -> list[tuple[int, str]] | None:
        link = self._link()
        values = {"lease": lease.LEASE, "queue": self.list_key, "most": Conf.BULK}
        claimed = link.execute(CLAIM, values).fetchall()
        if claimed:
            held = [row for row in claimed if row[2] is not None]
            return [(row[0], _package(*row, function=self._function)) for row in held]
        row = link.execute(NEXT, [self.list_key]).fetchone()
        due = float(row[0]) if row and row[0] is not None else LONGEST_WAIT
        for _notice in link.notifies(timeout=min(LONGEST_WAIT, max(0.0, due)), stop_after=1):
            pass
        return None

    @property
    def _function(self) -> str:
        threaded = self.list_key in settings.THREADED_QUEUES
        return "morfx.jobs.broker.run_on_a_thread" if threaded else "morfx.jobs.lease.run"

    def _link(self) -> psycopg.Connection[Any]:
        """Return the claiming connection: of this process alone, autocommit, LISTENing.

        It sees every workspace (a queue serves them all) and need not wait for the disk: a claim
        that a crash forgets is claimed again.
        """
        if self._connection is None or self._connection.closed:
            passages.labels(reason="claim jobs").inc()
            parameters = connection.get_connection_params()
            parameters.pop("context", None)
            parameters.pop("cursor_factory", None)
            parameters["application_name"] = f"morfx jobs {self.list_key}"
            options = f"-c {current.NAME}={current.EVERYWHERE} -c synchronous_commit=off"
            self._connection = psycopg.connect(**parameters, autocommit=True, options=options)
            self._connection.execute(f"LISTEN {work.CHANNEL}")
        return self._connection

    def enqueue(self, task: str) -> int:
        """Refuse: jobs are made with `@job` and `.later()`."""
        raise NotImplementedError("Enqueue with `@job` and `.later()`.")

    def acknowledge(self, task_id: int) -> None:
        """Do nothing: the run itself removed its row, under its lease."""

    fail = acknowledge

    def ping(self) -> bool:
        """Tell whether the queue answers."""
        return True

    def queue_size(self) -> int:
        """Return how many jobs are ready."""
        sql = "SELECT count(*) FROM jobs_job WHERE queue = %s AND ready_at <= now()"
        row = self._link().execute(sql, [self.list_key]).fetchone()
        return int(row[0]) if row else 0

    def info(self) -> str:
        """Name the broker."""
        return "MorfX jobs in PostgreSQL"


def _package(job_id: int, name: str, token: str, workspace: str | None, *, function: str) -> str:
    """Return a claimed job as the signed task that django-q2's processes hand on."""
    task: dict[str, Any] = {"id": f"{job_id}:{token}", "name": name, "func": function}
    task |= {"args": (job_id, token, workspace) if job_id else (), "kwargs": {}, "started": None}
    return str(SignedPackage.dumps(task))


_slots = threading.BoundedSemaphore(settings.TURN_THREADS)
_threads: ThreadPoolExecutor | None = None


def run_on_a_thread(job_id: int, token: str, workspace: str | None) -> None:
    """Run a claimed job on a thread of this process; waits while all of them are busy."""
    global _threads
    if _threads is None:
        _threads = ThreadPoolExecutor(settings.TURN_THREADS, thread_name_prefix="turn")
    _slots.acquire()
    future = _threads.submit(lease.run, job_id, token, workspace)
    future.add_done_callback(lambda _: _slots.release())

"""Running a claimed job under its lease: begun, renewed, finished or failed only by its holder."""

from __future__ import annotations

import os
import random
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from morfx import tenancy

from . import heartbeat, work
from .models import Job

LEASE = timedelta(seconds=10)
RENEW_EVERY = 3.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0

log = structlog.get_logger()


class LeaseLost(Exception):
    """Somebody else holds the job now; whatever this run did in its transaction is undone."""


def run(job_id: int, lease: str, workspace_id: str | None) -> None:
    """Run one claimed job to its end; this is what django-q2's workers call. Never raises."""
    token, workspace = UUID(lease), work.as_uuid(workspace_id)
    place = tenancy.within(workspace) if workspace else tenancy.everywhere("run a system job")
    with place:
        try:
            row = _begin(job_id, token)
            if row is not None:
                _attempt(row, token)
        except Exception:
            log.exception("job runner failed", job=job_id)
        finally:
            connection.close() if not connection.in_atomic_block else None


def _begin(job_id: int, token: UUID) -> Job | None:
    """Take up a claimed job; None when there is nothing to run (any more).

    Between claim and begin its lease may have passed to somebody else, and a timer may have been
    moved or cancelled. One whose processes died as often as it may fail is parked.
    """
    with transaction.atomic():
        held = Job.objects.select_for_update().filter(pk=job_id, lease=token)
        row = held.first()
        if row is None:
            return None
        if row.due_at >= work.FOREVER:
            row.delete()
            return None
        if row.due_at > timezone.now():
            held.update(lease=None, ready_at=row.due_at)
            work.wake_after_commit(row.queue)
            return None
        function = work.registry.get(row.name)
        if _tried_out(row, function):
            _park(row, held, "The process that ran it ended each time.", function)
            return None
        row.attempts += 1
        row.ready_at = timezone.now() + LEASE
        row.save(update_fields=["attempts", "ready_at"])
        return row


def _attempt(row: Job, token: UUID) -> None:
    function = work.registry.get(row.name)
    started = time.monotonic()
    try:
        if function is None:
            raise LookupError(f"No job is called {row.name} in this version of the code.")
        with renewed(row.pk, token):
            with nullcontext() if function.network else transaction.atomic():
                if function.every:
                    with transaction.atomic():
                        function.later(key=row.key, after=function.every)
                function.call(**row.args)
                if not function.network:
                    _finish(row, token)
            if function.network:
                with transaction.atomic():
                    _finish(row, token)
    except LeaseLost:
        log.warning("lease lost", job=row.pk, name=row.name)
    except work.Again as again:
        with transaction.atomic():
            _put_off(row, token, again.seconds)
    except Exception as error:
        with transaction.atomic():
            _fail(row, token, error, function)
    else:
        log.debug("job done", job=row.pk, name=row.name, seconds=time.monotonic() - started)


def _finish(row: Job, token: UUID) -> None:
    """Remove a finished job; a timer that was set again meanwhile stays for its new due time."""
    held = Job.objects.filter(pk=row.pk, lease=token)
    if held.filter(Q(version=row.version) | _cancelled(row)).delete()[0]:
        return
    again = held.values_list("due_at", "queue").first()
    if again is None:
        raise LeaseLost
    held.update(lease=None, ready_at=again[0])
    work.wake_after_commit(again[1])


def _fail(row: Job, token: UUID, error: Exception, job: work.JobFunction[Any] | None) -> None:
    """Note a failure: again after a pause that doubles, with jitter; parked when tries run out.

    A periodic job is never parked, because nobody would start it again. A timer that was
    cancelled meanwhile is forgotten; one that was set again keeps its new due time.
    """
    held = Job.objects.filter(pk=row.pk, lease=token)
    log.warning("job failed", job=row.pk, name=row.name, attempt=row.attempts, error=repr(error))
    if held.filter(_cancelled(row)).delete()[0]:
        return
    text = "".join(traceback.format_exception(error))[-8000:]
    if held.exclude(version=row.version).update(lease=None, ready_at=F("due_at"), error=text):
        return
    if _tried_out(row, job):
        _park(row, held, text, job)
        return
    due = timezone.now() + timedelta(seconds=pause_after(row.attempts))
    held.update(lease=None, ready_at=due, due_at=due, error=text)


def _put_off(row: Job, token: UUID, seconds: float) -> None:
    """Let a job that could not run yet wait; see `work.Again`."""
    held = Job.objects.filter(pk=row.pk, lease=token)
    if held.filter(_cancelled(row)).delete()[0]:
        return
    if held.exclude(version=row.version).update(lease=None, ready_at=F("due_at")):
        return
    due = timezone.now() + timedelta(seconds=seconds)
    held.update(lease=None, ready_at=due, due_at=due, attempts=F("attempts") - 1)
    work.wake_after_commit(row.queue)


def _tried_out(row: Job, job: work.JobFunction[Any] | None) -> bool:
    """Tell whether a job has had all its attempts; a periodic one never has."""
    return row.attempts >= (job.tries if job else 1) and not (job and job.every)


def _park(row: Job, held: QuerySet[Job], error: str, job: work.JobFunction[Any] | None) -> None:
    """Put a job aside where an admin sees it, and do what its author wants instead."""
    log.error("job parked", job=row.pk, name=row.name, error=error[-300:])
    held.update(lease=None, ready_at=work.FOREVER, parked_at=timezone.now(), error=error)
    if job and job.otherwise:
        job.otherwise.later(**row.args)


def _cancelled(row: Job) -> Q:
    """Match a timer that lost its key while it ran: somebody cancelled it."""
    return Q(key=None) if row.key is not None else Q(pk__in=[])


def pause_after(attempt: int) -> float:
    """Return seconds to wait after a failed attempt (from 1): doubling, capped, half random."""
    whole = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1))
    return whole / 2 + random.uniform(0, whole / 2)  # noqa: S311


# -- renewing -------------------------------------------------------------------------------


class Renewer:
    """One thread per process that renews the leases of the jobs running in it."""

    def __init__(self) -> None:
        self.held: dict[int, UUID] = {}
        self.pid = os.getpid()
        self.changed = threading.Condition()
        threading.Thread(target=self._loop, name="lease renewer", daemon=True).start()

    def _loop(self) -> None:
        while True:
            with self.changed:
                self.changed.wait_for(lambda: bool(self.held))
            time.sleep(RENEW_EVERY)
            try:
                self._renew(dict(self.held))
            except Exception:
                log.exception("leases not renewed")

    def _renew(self, held: dict[int, UUID]) -> None:
        if not held:
            return
        with tenancy.everywhere("renew leases"), transaction.atomic():
            for job_id, token in sorted(held.items()):
                Job.objects.filter(pk=job_id, lease=token).update(ready_at=timezone.now() + LEASE)
        heartbeat.beat()
        connection.close()


_renewer: Renewer | None = None
_making = threading.Lock()


@contextmanager
def renewed(job_id: int, token: UUID) -> Iterator[None]:
    """Keep a lease alive for the block, however long it takes."""
    global _renewer
    with _making:
        if _renewer is None or _renewer.pid != os.getpid():
            _renewer = Renewer()
        renewer = _renewer
    with renewer.changed:
        renewer.held[job_id] = token
        renewer.changed.notify()
    try:
        yield
    finally:
        renewer.held.pop(job_id, None)

"""Running a claimed job under its lease: renewed, finished or failed only by its holder."""

from __future__ import annotations

import random
import time
import traceback
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Greatest, Now
from pydantic import ValidationError

from morfx import tenancy

from . import clock, heartbeat, work
from .claims import Claimed
from .models import Job
from .renewing import renewed, renewer

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
DEATHS = 4
"""Attempts beyond its tries when processes end under a job: it need not be the job's doing."""
STALE_AFTER = 3.0
"""Seconds after its claim from which a job looks whether it still is ours before it starts."""
UNKNOWN = "This version of the code does not know this job: "
NEWER_WITHIN = timedelta(hours=1)
"""How long a job that this version does not understand waits for a newer one, uncounted."""
UNKNOWN_PAUSES = 5.0, 60.0

FINISH = """
DELETE FROM jobs_job WHERE id = %s AND lease = %s AND (version = %s OR key IS DISTINCT FROM %s)
RETURNING id
"""
"""A timer that was set again meanwhile has a new version; one that was cancelled has no key."""
STILL_OURS = "SELECT version, due_at > clock_timestamp() FROM jobs_job WHERE id = %s AND lease = %s"

log = structlog.get_logger()


class LeaseLost(Exception):
    """Somebody else holds the job now; whatever this run did in its transaction is undone."""


class Moved(Exception):
    """The timer was set again or cancelled between its claim and its start."""


def run(row: Claimed) -> None:
    """Run one claimed job to its end. Never raises; a lost database leaves it to its lease."""
    if row.workspace:
        place = tenancy.within(row.workspace)
    else:
        place = tenancy.everywhere("run a system job")
    with place:
        try:
            _attempt(row)
        except Exception:
            log.exception("job runner failed", job=row.id)
            if not connection.in_atomic_block:
                connection.close()


def _attempt(row: Claimed) -> None:
    function = work.registry.get(row.name)
    started = time.monotonic()
    try:
        if function is None:
            _wait_for_newer(row, UNKNOWN + row.name)
        elif row.attempts > function.tries + DEATHS and not function.every:
            _note(row, _park, "The process that ran it ended each time.", function)
        else:
            _call(row, function)
    except LeaseLost:
        log.warning("lease lost", job=row.id, name=row.name)
    except Moved:
        _note(row, _let_go)
    except work.Again as again:
        _note(row, _put_off, again.seconds)
    except ValidationError as error:
        if function is not None and error.title == function.function.__name__ and _is_young(row):
            return _wait_for_newer(row, _traceback(error))
        _note(row, _fail, error, function, error=_traceback(error))
    except Exception as error:
        _note(row, _fail, error, function, error=_traceback(error))
    else:
        log.debug("job done", job=row.id, name=row.name, seconds=time.monotonic() - started)


def _call(row: Claimed, function: work.JobFunction[Any]) -> None:
    """Run the body, and remove the row: in the body's transaction unless it talks to others."""
    with renewed(row):
        if function.network:
            if function.every:
                with transaction.atomic():
                    _start(row, function)
            elif _may_have_changed(row):
                _see_that_it_is_ours(_row_of_the_books(STILL_OURS, row.id, row.lease))
            function.call(**row.args)
            _finish_alone(row)
        else:
            with transaction.atomic():
                _start(row, function)
                function.call(**row.args)
                _finish(row)


def _may_have_changed(row: Claimed) -> bool:
    """Only a timer can be moved or cancelled, only a process that slept can have lost its lease."""
    return row.key is not None or clock.boottime() - row.since > STALE_AFTER


def _start(row: Claimed, function: work.JobFunction[Any]) -> None:
    """See that the job is still ours and wanted, where that may have changed since its claim.

    A periodic job sets itself again first, whatever becomes of this call.
    """
    if _may_have_changed(row):
        with connection.cursor() as cursor:
            cursor.execute(STILL_OURS, [row.id, row.lease])
            _see_that_it_is_ours(cursor.fetchone())
    if function.every:
        function.later(key=row.key, after=function.every)


def _see_that_it_is_ours(found: Sequence[Any] | None) -> None:
    if found is None:
        raise LeaseLost
    if found[1]:
        raise Moved


def _row_of_the_books(sql: str, *values: Any) -> Sequence[Any] | None:
    """Ask one thing about a job, on the books' own link where there is one."""
    if heartbeat.in_cluster():
        return next(iter(renewer().link.rows(sql, values)), None)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: Sequence[Any] | None = cursor.fetchone()
        return found


def _finish(row: Claimed) -> None:
    """Remove a finished job; a timer that was set again meanwhile stays for its new due time."""
    with connection.cursor() as cursor:
        cursor.execute(FINISH, [row.id, row.lease, row.version, row.key])
        if cursor.rowcount:
            return
    if not Job.objects.filter(pk=row.id, lease=row.lease).update(lease=None, ready_at=F("due_at")):
        raise LeaseLost
    work.wake_after_commit(row.queue)


def _finish_alone(row: Claimed) -> None:
    """Remove a job whose effects are already committed: one statement on the books' own link."""
    values = [row.id, row.lease, row.version, row.key]
    if heartbeat.in_cluster() and renewer().link.rows(FINISH, values):
        return
    with transaction.atomic():
        _finish(row)


# -- what else may become of it -------------------------------------------------------------


def _note(row: Claimed, outcome: Any, *values: Any, error: str = "") -> None:
    """Write an outcome in a transaction of its own, unless the job was taken back meanwhile.

    A timer that was cancelled while it ran is forgotten; one that was set again keeps its new due
    time. On a connection that the database has cut, this opens a new one.
    """
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    with transaction.atomic():
        held = Job.objects.filter(pk=row.id, lease=row.lease)
        if row.key is not None and held.filter(key=None).delete()[0]:
            return
        anew = held.exclude(version=row.version)
        if not anew.update(lease=None, ready_at=F("due_at"), error=error):
            outcome(row, held, *values)
        work.wake_after_commit(row.queue)


def _let_go(row: Claimed, held: QuerySet[Job]) -> None:
    """Leave a job to its due time, as if it had not been claimed."""
    held.update(lease=None, ready_at=Greatest(F("due_at"), Now()), attempts=F("attempts") - 1)


def _fail(
    row: Claimed, held: QuerySet[Job], error: Exception, job: work.JobFunction[Any] | None
) -> None:
    """Note a failure: again after a pause that doubles, with jitter; parked when tries run out.

    A periodic job is never parked, because nobody would start it again; nor is one for which the
    database went away.
    """
    log.warning("job failed", job=row.id, name=row.name, attempt=row.attempts, error=repr(error))
    text = _traceback(error)
    lost = isinstance(error, OperationalError | InterfaceError) and row.attempts < DEATHS
    if row.attempts >= (job.tries if job else 1) and not (lost or (job and job.every)):
        _park(row, held, text, job)
    else:
        due = _in(pause_after(row.attempts))
        held.update(lease=None, ready_at=due, due_at=due, set_at=Now(), error=text)


def _put_off(row: Claimed, held: QuerySet[Job], seconds: float) -> None:
    """Let a job that could not run yet wait; see `work.Again`."""
    due, once_less = _in(seconds), F("attempts") - 1
    held.update(lease=None, ready_at=due, due_at=due, set_at=Now(), attempts=once_less)


def _park(row: Claimed, held: QuerySet[Job], error: str, job: work.JobFunction[Any] | None) -> None:
    """Put a job aside where an admin sees it, and do what its author wants instead."""
    log.error("job parked", job=row.id, name=row.name, error=error[-300:])
    parked = held.update(lease=None, ready_at=work.FOREVER, parked_at=Now(), error=error)
    if parked and job and job.otherwise:
        job.otherwise.later(**row.args)


def _wait_for_newer(row: Claimed, error: str) -> None:
    """Put back what only a newer version of the code can run; doctor tells after an hour."""

    def put_back(row: Claimed, held: QuerySet[Job]) -> None:
        first, longest = UNKNOWN_PAUSES
        age = (datetime.now(row.created_at.tzinfo) - row.created_at).total_seconds()
        due, once_less = _in(min(longest, max(first, age / 4))), F("attempts") - 1
        held.update(lease=None, ready_at=due, attempts=once_less, error=error)

    say = log.info if _is_young(row) else log.error
    say("job not understood; left for a newer version", job=row.id, name=row.name)
    _note(row, put_back)


def _is_young(row: Claimed) -> bool:
    return datetime.now(row.created_at.tzinfo) - row.created_at < NEWER_WITHIN


def _in(seconds: float) -> Any:
    """Return the moment some seconds from now, by the database's clock."""
    return Now() + timedelta(seconds=seconds)


def _traceback(error: Exception) -> str:
    return "".join(traceback.format_exception(error))[-8000:]


def pause_after(attempt: int) -> float:
    """Return seconds to wait after a failed attempt (from 1): doubling, capped, half random."""
    whole = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(30, max(0, attempt - 1)))
    return whole / 2 + random.uniform(0, whole / 2)  # noqa: S311

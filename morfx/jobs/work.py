"""Jobs: plain functions that run later, at least once, and never twice at the same time.

    @job()
    def remind(task: UUID) -> None: ...

    remind.later(task=task.pk)                                    # in this transaction
    remind.later(task=task.pk, after=3600, key=f"remind:{task.pk}")   # a timer: again moves it

A job that stays in the database runs inside one transaction together with its own removal: its
effects happen exactly once. One that talks to the network is declared with `network=True`, opens
its own short transactions, and must be safe to run again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Generic, ParamSpec, overload
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone
from pydantic import ConfigDict, validate_call
from pydantic_core import to_jsonable_python

from morfx.tenancy import current_id
from morfx.tenancy.database import notices

from .models import Job

P = ParamSpec("P")

registry: dict[str, JobFunction[Any]] = {}
CHANNEL = "morfx_jobs"
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""When a parked or cancelled job is due."""


class Again(Exception):
    """Raised by a job that cannot run yet: it is put off, which does not count as an attempt.

    A timer that was set again or cancelled meanwhile keeps what it was told.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


class JobFunction(Generic[P]):
    """A registered function; called directly it just runs."""

    def __init__(
        self,
        function: Callable[P, None],
        *,
        name: str = "",
        queue: str = "quick",
        network: bool = False,
        tries: int = 8,
        every: float = 0.0,
        otherwise: JobFunction[Any] | None = None,
    ) -> None:
        self.function = function
        self.otherwise = otherwise
        self.call = validate_call(config=ConfigDict(arbitrary_types_allowed=True))(function)
        self.queue, self.network, self.tries, self.every = queue, network, tries, every
        self.name = name or job_name(function)
        self.__doc__ = function.__doc__
        if self.name in registry:
            raise ValueError(f"Two jobs are called {self.name}.")
        registry[self.name] = self

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> None:
        self.function(*args, **kwargs)

    def later(self, *, key: str | None = None, after: float = 0.0, **kwargs: Any) -> None:
        """Enqueue a call in the current transaction.

        With `key` it is a timer: setting the same key again moves it and replaces what it
        carries, even while its earlier call runs. `after` is in seconds.
        """
        _set(self, after, key, to_jsonable_python(kwargs))
        wake_after_commit(self.queue)

    def at(self, due: datetime, *, key: str | None = None, **kwargs: Any) -> None:
        """Enqueue a call for a moment that was reckoned from this machine's time; see `later`."""
        after = (due - timezone.now()).total_seconds()
        self.later(key=key, after=after, **kwargs)


def enqueue(calls: Iterable[tuple[JobFunction[Any], dict[str, Any]]]) -> None:
    """Enqueue many calls in the current transaction, in one statement."""
    rows = [
        Job(queue=function.queue, name=function.name, args=to_jsonable_python(args))
        for function, args in calls
    ]
    Job.objects.bulk_create(rows)
    for queue in {row.queue for row in rows}:
        wake_after_commit(queue)


SET = """
INSERT INTO jobs_job (workspace_id, queue, name, args, key, version, due_at, ready_at, set_at,
                      attempts, error, created_at)
SELECT %(workspace)s::uuid, %(queue)s::text, %(name)s::text, %(args)s::jsonb, %(key)s::text, 1,
       due, due, clock_timestamp(), 0, '', clock_timestamp()
FROM (SELECT clock_timestamp() + %(after)s * interval '1 second' AS due) AS moment
"""
"""A due time is reckoned by the database's clock alone: the clock of a machine may be wrong."""
AGAIN = """
ON CONFLICT (key) DO UPDATE SET
  queue = excluded.queue, name = excluded.name, args = excluded.args, due_at = excluded.due_at,
  set_at = excluded.set_at, version = jobs_job.version + 1, attempts = 0, error = '',
  parked_at = NULL,
  ready_at = CASE WHEN jobs_job.lease IS NULL THEN excluded.due_at ELSE jobs_job.ready_at END
"""


def _set(job: JobFunction[Any], after: float, key: str | None, args: dict[str, Any]) -> None:
    values: dict[str, Any] = {"workspace": current_id(), "queue": job.queue, "name": job.name}
    values |= {"key": key, "args": json.dumps(args), "after": after}
    with connection.cursor() as cursor:
        cursor.execute(SET if key is None else SET + AGAIN, values)


def cancel(key: str) -> None:
    """Forget a timer; harmless when there is none. A call that already runs goes on.

    One that is claimed but has not begun is found cancelled when it would begin.
    """
    Job.objects.filter(key=key, lease__isnull=True).delete()
    Job.objects.filter(key=key).update(key=None, due_at=FOREVER)


def job_name(function: Callable[..., Any]) -> str:
    """Return the stored name of a job: its package and its own, `inbox.deliver`."""
    return f"{function.__module__.rpartition('.')[0]}.{function.__name__}"


@overload
def job(function: Callable[P, None], /) -> JobFunction[P]: ...


@overload
def job(
    *,
    queue: str = "quick",
    network: bool = False,
    tries: int = 8,
    every: float = 0.0,
    otherwise: JobFunction[Any] | None = None,
) -> Callable[[Callable[P, None]], JobFunction[P]]: ...


def job(
    function: Callable[P, None] | None = None,
    /,
    *,
    queue: str = "quick",
    network: bool = False,
    tries: int = 8,
    every: float = 0.0,
    otherwise: JobFunction[Any] | None = None,
) -> Any:
    """Register a function as a job.

    `network` leaves transactions to the body; `tries` bounds the attempts before the job is
    parked; `every` (seconds) makes it periodic, one for the whole system. `otherwise` is called
    with the same arguments when the job is parked, for who must not be left waiting.
    """

    def register(function: Callable[P, None]) -> JobFunction[P]:
        return JobFunction(
            function, queue=queue, network=network, tries=tries, every=every, otherwise=otherwise
        )

    return register(function) if function is not None else register


def wake_after_commit(queue: str) -> None:
    """Tell waiting clusters, after the commit, that a queue has work."""
    notices.after_commit(CHANNEL, queue)


def run_again(parked: Job) -> None:
    """Give a parked job a fresh row of attempts, now."""
    Job.objects.filter(pk=parked.pk, parked_at__isnull=False).update(
        parked_at=None, attempts=0, lease=None, due_at=Now(), ready_at=Now(), set_at=Now()
    )
    wake_after_commit(parked.queue)


def as_uuid(text: str | None) -> UUID | None:
    """Parse a UUID that travelled as text."""
    return UUID(text) if text else None

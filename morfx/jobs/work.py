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

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, ParamSpec, overload
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from pydantic import ConfigDict, validate_call
from pydantic_core import to_jsonable_python

from morfx.tenancy import current_id

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
        self.at(timezone.now() + timedelta(seconds=after), key=key, **kwargs)

    def at(self, due: datetime, *, key: str | None = None, **kwargs: Any) -> None:
        """Enqueue a call for a moment; see `later`."""
        args = to_jsonable_python(kwargs)
        if key is None:
            Job.objects.create(
                queue=self.queue, name=self.name, args=args, due_at=due, ready_at=due
            )
        else:
            _set_timer(self, due, key, args)
        wake_after_commit(self.queue)


SET_TIMER = """
INSERT INTO jobs_job (workspace_id, queue, name, args, key, version, due_at, ready_at,
                      attempts, error, created_at)
VALUES (%(workspace)s, %(queue)s, %(name)s, %(args)s::jsonb, %(key)s, 1, %(due)s, %(due)s,
        0, '', now())
ON CONFLICT (key) DO UPDATE SET
  queue = excluded.queue, name = excluded.name, args = excluded.args, due_at = excluded.due_at,
  version = jobs_job.version + 1, attempts = 0, error = '', parked_at = NULL,
  ready_at = CASE WHEN jobs_job.lease IS NULL THEN excluded.due_at ELSE jobs_job.ready_at END
"""


def _set_timer(job: JobFunction[Any], due: datetime, key: str, args: dict[str, Any]) -> None:
    import json

    values = {"workspace": current_id(), "queue": job.queue, "name": job.name, "key": key}
    with connection.cursor() as cursor:
        cursor.execute(SET_TIMER, {**values, "args": json.dumps(args), "due": due})


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
    """Tell waiting clusters, after the commit, that a queue has work.

    Never inside the transaction: NOTIFY takes one global lock until the commit is on disk.
    """
    pending = {entry[1] for entry in connection.run_on_commit}
    waker = _wakers.setdefault(queue, _Waker(queue))
    if waker not in pending:
        transaction.on_commit(waker)


class _Waker:
    def __init__(self, queue: str) -> None:
        self.queue = queue

    def __call__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, self.queue])


_wakers: dict[str, _Waker] = {}


def run_again(parked: Job) -> None:
    """Give a parked job a fresh row of attempts, now."""
    Job.objects.filter(pk=parked.pk, parked_at__isnull=False).update(
        parked_at=None, attempts=0, lease=None, due_at=timezone.now(), ready_at=timezone.now()
    )
    wake_after_commit(parked.queue)


def as_uuid(text: str | None) -> UUID | None:
    """Parse a UUID that travelled as text."""
    return UUID(text) if text else None

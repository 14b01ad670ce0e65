"""Ask one client after another until one answers; the table of failures decides how to go on.

All tries are told, the failed ones too: they may have cost money, and somebody will ask why the
embedded model answered. When none could, `ModelsUnavailableError` says so: a person answers then.
Waiting has an end: with `until`, a model elsewhere is asked only while there is time, for no
longer than is left, and the model in this process answers when there is none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar
from uuid import UUID

from agents.engine.values import Comprehension
from agents.errors import ClaudeApiError, ModelError, ModelsUnavailableError

from .breaker import Breaker
from .failures import TABLE, Failure, Remedy
from .guard import is_refusal
from .protocol import (
    Completion,
    CompletionRequest,
    ComprehensionRequest,
    Converser,
    ModelAnswer,
    ModelClient,
    Outcome,
    Remote,
    Usage,
)
from .watch import NobodyWatches, Watch

Value = TypeVar("Value")
Request = TypeVar("Request", ComprehensionRequest, CompletionRequest)

MAX_RETRIES = 1
"""Further tries with one client. The SDK's own are off: one layer, and each try counted."""

FIRST_WAIT = 0.5
LONGEST_WAIT = 2.0
"""Seconds; who is asked to wait longer goes to the next client instead: a customer is waiting."""

LEAST_TIME = 1.0
"""Seconds that must be left for a model elsewhere to be asked at all."""


@dataclass(frozen=True)
class Link:
    """A client and the breaker in front of it; shared by all chains of a process."""

    client: ModelClient
    breaker: Breaker = field(default_factory=Breaker)


@dataclass(frozen=True, kw_only=True)
class FailedTry:
    """Why a client did not answer. `alarm`: an operator must hear of it."""

    client: str
    failure: str
    message: str
    alarm: bool = False


@dataclass(frozen=True, kw_only=True)
class ChainAnswer(Generic[Value]):
    """An answer, who gave it, and everything that was tried on the way."""

    value: Value
    usage: Usage
    """The try that answered; the last of `tries`."""
    tries: tuple[Usage, ...]
    failures: tuple[FailedTry, ...] = ()

    @property
    def alarms(self) -> tuple[FailedTry, ...]:
        """Return the failures that will not heal by themselves."""
        return tuple(failed for failed in self.failures if failed.alarm)


@dataclass
class _Run:
    """One walk along the chain."""

    purpose: str
    until: float
    """When there is no more time, on the chain's clock."""
    tries: list[Usage] = field(default_factory=list)
    failures: list[FailedTry] = field(default_factory=list)

    def pass_over(self, client: str, why: str, message: str) -> None:
        """Note that a client was not asked."""
        self.failures.append(FailedTry(client=client, failure=why, message=message))


class Chain:
    """Clients in the order they are asked. `clock` and `sleep` are seconds, for tests."""

    def __init__(
        self,
        links: Sequence[Link],
        *,
        watch: Watch | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.links = tuple(links)
        self._watch = watch or NobodyWatches()
        self._clock = clock
        self._sleep = sleep

    def comprehend(
        self, request: ComprehensionRequest, *, until: float = float("inf")
    ) -> ChainAnswer[Comprehension]:
        """Understand one message; raise `ModelsUnavailableError` when no client could.

        `until` is when waiting ends, on the chain's clock.
        """
        asking = [(link, link.client.comprehend) for link in self.links]
        return self._walk(asking, request, _Run("comprehend", until))

    def complete(
        self, request: CompletionRequest, *, until: float = float("inf")
    ) -> ChainAnswer[Completion]:
        """Continue a conversation with the clients that can; raise likewise when none could."""
        able = [
            (link, link.client.complete)
            for link in self.links
            if isinstance(link.client, Converser)
        ]
        return self._walk(able, request, _Run("complete", until))

    def _walk(
        self,
        asking: Sequence[tuple[Link, Callable[[Request], ModelAnswer[Value]]]],
        request: Request,
        run: _Run,
    ) -> ChainAnswer[Value]:
        """Ask one after another."""
        for link, ask in asking:
            name = link.client.name
            if isinstance(link.client, Remote):
                self._watch.consult(name, link.breaker)
                if run.until - self._clock() < LEAST_TIME:
                    run.pass_over(name, "no_time", "the time for models is over")
                    continue
            if not link.breaker.allows():
                run.pass_over(name, "resting", "breaker open")
                continue
            answer = self._ask(link, ask, request, run)
            if answer is not None:
                return ChainAnswer(
                    value=answer.value,
                    usage=answer.usage,
                    tries=tuple(run.tries),
                    failures=tuple(run.failures),
                )
        raise ModelsUnavailableError(
            run.tries, [f"{failed.client}: {failed.failure}" for failed in run.failures]
        )

    def _ask(
        self,
        link: Link,
        ask: Callable[[Request], ModelAnswer[Value]],
        request: Request,
        run: _Run,
    ) -> ModelAnswer[Value] | None:
        """Ask one client, again if the table says so; `None` when it could not answer."""
        for retries_left in range(MAX_RETRIES, -1, -1):
            try:
                answer = self._try(link, ask, request, run)
            except ModelError as error:
                wait = self._note(link, error, run)
                if not retries_left or wait is None or not self._is_time(link, wait, run):
                    return None
                self._sleep(wait)
                request = _told(request, error)
            else:
                if link.breaker.succeeded():
                    self._watch.closed(link.client.name)
                run.tries.append(answer.usage)
                return answer
        return None

    def _try(
        self,
        link: Link,
        ask: Callable[[Request], ModelAnswer[Value]],
        request: Request,
        run: _Run,
    ) -> ModelAnswer[Value]:
        """Make one call, a row of the ledger before it is made; whatever fails is a ModelError."""
        row = forecast = None
        if isinstance(link.client, Remote):
            forecast = link.client.forecast(request)
            row = self._watch.begin(forecast, run.purpose)
            left = run.until - self._clock()
            request = request if left == float("inf") else replace(request, seconds=left)
        try:
            answer = ask(request)
        except ModelError as error:
            error.usage = replace(error.usage, row=row)
            raise
        except Exception as error:  # a client must never take the turn down with it
            if is_refusal(error):
                raise
            raise _broken(link.client.name, error, forecast, row) from error
        return answer if row is None else replace(answer, usage=replace(answer.usage, row=row))

    def _is_time(self, link: Link, wait: float, run: _Run) -> bool:
        """Tell whether another try fits into what is left."""
        is_here = not isinstance(link.client, Remote)
        return is_here or run.until - self._clock() - wait >= LEAST_TIME

    def _note(self, link: Link, error: ModelError, run: _Run) -> float | None:
        """Write a failed try down. Return how long to wait for another, `None` for no other."""
        row, name = TABLE[error.failure], link.client.name
        run.tries.append(error.usage)
        run.failures.append(
            FailedTry(client=name, failure=error.failure.value, message=str(error), alarm=row.alarm)
        )
        asked = error.retry_after if isinstance(error, ClaudeApiError) else None
        if row.counts:
            too_long = asked if asked is not None and asked > LONGEST_WAIT else 0.0
            if link.breaker.failed(rest=max(row.rest, too_long)):
                self._watch.opened(name, link.breaker, error.failure, str(error))
        elif link.breaker.succeeded():
            self._watch.closed(name)
        if row.alarm:
            self._watch.failed(name, error.failure, str(error))
        if row.remedy is Remedy.TELL:
            return 0.0 if isinstance(error, ClaudeApiError) and error.again else None
        wait = FIRST_WAIT if asked is None else asked
        return wait if row.remedy is Remedy.RETRY and wait <= LONGEST_WAIT else None


def _told(request: Request, error: ModelError) -> Request:
    """Return what to ask the second time: the same, or with what was wrong."""
    return getattr(error, "again", None) or request


def _broken(client: str, error: Exception, forecast: Usage | None, row: UUID | None) -> ModelError:
    """Dress a fault of our own code as a failure like the others; its text stays inside.

    A model elsewhere may have been asked before we failed, so that the most it costs is noted.
    """
    outcome = Outcome.UNKNOWN if forecast else Outcome.FAILED
    usage = replace(
        forecast or Usage(client=client, asked_model="", model=""),
        outcome=outcome,
        failure=Failure.BROKEN_CLIENT.value,
        row=row,
    )
    return ModelError(f"{type(error).__name__}: {error}", Failure.BROKEN_CLIENT, usage)

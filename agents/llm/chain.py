"""Ask one client after another until one answers; the table of failures decides how to go on.

All tries are told, the failed ones too: they may have cost money, and somebody will ask why the
embedded model answered. When none could, `ModelsUnavailableError` says so: a person answers then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

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
    Usage,
)

Value = TypeVar("Value")
Request = TypeVar("Request")

MAX_RETRIES = 1
"""Further tries with one client. The SDK's own are off: one layer, and each try counted."""

FIRST_WAIT = 0.5
LONGEST_WAIT = 2.0
"""Seconds; who is asked to wait longer goes to the next client instead: a customer is waiting."""


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

    tries: list[Usage] = field(default_factory=list)
    failures: list[FailedTry] = field(default_factory=list)


class Chain:
    """Clients in the order they are asked."""

    def __init__(
        self, links: Sequence[Link], *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.links = tuple(links)
        self._sleep = sleep

    def comprehend(self, request: ComprehensionRequest) -> ChainAnswer[Comprehension]:
        """Understand one message; raise `ModelsUnavailableError` when no client could."""
        return self._walk([(link, link.client.comprehend) for link in self.links], request)

    def complete(self, request: CompletionRequest) -> ChainAnswer[Completion]:
        """Continue a conversation with the clients that can; raise likewise when none could."""
        able = [
            (link, link.client.complete)
            for link in self.links
            if isinstance(link.client, Converser)
        ]
        return self._walk(able, request)

    def _walk(
        self,
        asking: Sequence[tuple[Link, Callable[[Request], ModelAnswer[Value]]]],
        request: Request,
    ) -> ChainAnswer[Value]:
        """Ask one after another."""
        run = _Run()
        for link, ask in asking:
            if not link.breaker.allows():
                run.failures.append(
                    FailedTry(client=link.client.name, failure="resting", message="breaker open")
                )
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
                answer = ask(request)
            except ModelError as error:
                wait = _note(link, error, run)
                if not retries_left or wait is None:
                    return None
                self._sleep(wait)
            except Exception as error:  # a client must never take the turn down with it
                if is_refusal(error):
                    raise
                _note(link, _broken(link.client.name, error), run)
                return None
            else:
                link.breaker.succeeded()
                run.tries.append(answer.usage)
                return answer
        return None


def _note(link: Link, error: ModelError, run: _Run) -> float | None:
    """Write a failed try down. Return how long to wait for another, `None` for no other."""
    row = TABLE[error.failure]
    run.tries.append(error.usage)
    run.failures.append(
        FailedTry(
            client=link.client.name,
            failure=error.failure.value,
            message=str(error),
            alarm=row.alarm,
        )
    )
    asked = error.retry_after if isinstance(error, ClaudeApiError) else None
    wait = FIRST_WAIT if asked is None else asked
    if not row.counts:
        link.breaker.succeeded()
    else:
        too_long = asked if asked is not None and asked > LONGEST_WAIT else 0.0
        link.breaker.failed(rest=max(row.rest, too_long))
    return wait if row.remedy is Remedy.RETRY and wait <= LONGEST_WAIT else None


def _broken(client: str, error: Exception) -> ModelError:
    """Dress a fault of our own code as a failure like the others; its text stays inside."""
    usage = Usage(
        client=client,
        asked_model="",
        model="",
        outcome=Outcome.FAILED,
        failure=Failure.BROKEN_CLIENT.value,
    )
    return ModelError(f"{type(error).__name__}: {error}", Failure.BROKEN_CLIENT, usage)

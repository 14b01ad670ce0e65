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
from functools import partial
from typing import TypeVar

from agents.engine.values import Comprehension
from agents.errors import ModelApiError, ModelError, ModelsUnavailableError

from .breaker import Breaker
from .failures import TABLE, Failure, Remedy
from .guard import is_refusal
from .protocol import (
    Completion,
    CompletionRequest,
    ComprehensionRequest,
    Converser,
    Listener,
    MediaRequest,
    ModelAnswer,
    ModelClient,
    OnText,
    Outcome,
    Remote,
    Seer,
    Usage,
    talks,
)
from .tries import ChainAnswer, FailedTry, Run, Value
from .watch import NobodyWatches, Watch

Request = TypeVar("Request", ComprehensionRequest, CompletionRequest, MediaRequest)

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
        purpose = "reanalyse" if request.strong else "comprehend"
        return self._walk(asking, request, purpose, until)

    def complete(
        self,
        request: CompletionRequest,
        *,
        until: float = float("inf"),
        on_text: OnText | None = None,
    ) -> ChainAnswer[Completion]:
        """Continue a conversation with the clients that can; raise likewise when none could.

        `on_text` is told all that was said so far, as it comes. When a try breaks off, the next
        begins anew. What is told is to be shown and no more: it counts when this returns.
        """
        able = [
            (
                link,
                partial(link.client.complete, on_text=on_text) if on_text else link.client.complete,
            )
            for link in self.links
            if isinstance(link.client, Converser) and talks(link.client)
        ]
        return self._walk(able, request, "complete", until)

    def transcribe(self, request: MediaRequest, *, until: float = float("inf")) -> ChainAnswer[str]:
        """Turn speech into text by a client that hears; raise likewise when none could."""
        able = [
            (link, partial(_of_a_file, link.client.transcribe))
            for link in self.links
            if isinstance(link.client, Listener) and link.client.hears
        ]
        return self._walk(able, request, "transcribe", until)

    def describe(self, request: MediaRequest, *, until: float = float("inf")) -> ChainAnswer[str]:
        """Put a picture into words by a client that sees; raise likewise when none could."""
        able = [
            (link, partial(_of_a_file, link.client.describe))
            for link in self.links
            if isinstance(link.client, Seer) and link.client.sees
        ]
        return self._walk(able, request, "describe", until)

    def _walk(
        self,
        asking: Sequence[tuple[Link, Callable[[Request], ModelAnswer[Value]]]],
        request: Request,
        purpose: str,
        until: float,
    ) -> ChainAnswer[Value]:
        """Ask one after another."""
        run = Run(purpose, request.agent_id, request.prompt_version, until)
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
        run: Run,
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
        run: Run,
    ) -> ModelAnswer[Value]:
        """Make one call, a row of the ledger before it is made; whatever fails is a ModelError."""
        row = forecast = None
        if isinstance(link.client, Remote):
            forecast = run.stamped(link.client.forecast(request))
            row = self._watch.begin(forecast, run.purpose)
            left = run.until - self._clock()
            request = request if left == float("inf") else replace(request, seconds=left)
        try:
            answer = ask(request)
        except ModelError as error:
            error.usage = run.stamped(error.usage, row)
            raise
        except Exception as error:  # a client must never take the turn down with it
            if is_refusal(error):
                raise
            broken = _broken(link.client.name, error, forecast)
            broken.usage = run.stamped(broken.usage, row)
            raise broken from error
        return replace(answer, usage=run.stamped(answer.usage, row))

    def _is_time(self, link: Link, wait: float, run: Run) -> bool:
        """Tell whether another try fits into what is left."""
        is_here = not isinstance(link.client, Remote)
        return is_here or run.until - self._clock() - wait >= LEAST_TIME

    def _note(self, link: Link, error: ModelError, run: Run) -> float | None:
        """Write a failed try down. Return how long to wait for another, `None` for no other."""
        row, name = TABLE[error.failure], link.client.name
        run.tries.append(error.usage)
        run.failures.append(
            FailedTry(client=name, failure=error.failure.value, message=str(error), alarm=row.alarm)
        )
        asked = error.retry_after if isinstance(error, ModelApiError) else None
        if row.counts:
            too_long = asked if asked is not None and asked > LONGEST_WAIT else 0.0
            if link.breaker.failed(rest=max(row.rest, too_long)):
                self._watch.opened(name, link.breaker, error.failure, str(error))
        elif link.breaker.succeeded():
            self._watch.closed(name)
        if row.alarm:
            self._watch.failed(name, error.failure, str(error))
        if row.remedy is Remedy.TELL:
            return 0.0 if isinstance(error, ModelApiError) and error.again else None
        wait = FIRST_WAIT if asked is None else asked
        return wait if row.remedy is Remedy.RETRY and wait <= LONGEST_WAIT else None


def _of_a_file(
    ask: Callable[[MediaRequest], ModelAnswer[str]], request: MediaRequest
) -> ModelAnswer[str]:
    """Ask about a file; a request that is not taken is then the file's fault, not the model's.

    Else customers with broken pictures would have a model left alone, and operators alarmed.
    """
    try:
        return ask(request)
    except ModelError as error:
        if error.failure in (Failure.BAD_REQUEST, Failure.TOO_LARGE):
            error.failure = Failure.BAD_FILE
            error.usage = replace(error.usage, failure=Failure.BAD_FILE.value)
        raise


def _told(request: Request, error: ModelError) -> Request:
    """Return what to ask the second time: the same, or with what was wrong."""
    return getattr(error, "again", None) or request


def _broken(client: str, error: Exception, forecast: Usage | None) -> ModelError:
    """Dress a fault of our own code as a failure like the others; its text stays inside.

    A model elsewhere may have been asked before we failed, so that the most it costs is noted.
    """
    outcome = Outcome.UNKNOWN if forecast else Outcome.FAILED
    usage = replace(
        forecast or Usage(client=client, asked_model="", model=""),
        outcome=outcome,
        failure=Failure.BROKEN_CLIENT.value,
    )
    return ModelError(f"{type(error).__name__}: {error}", Failure.BROKEN_CLIENT, usage)

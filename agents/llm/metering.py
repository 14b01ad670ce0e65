"""What a call to Claude used, from its answer or, without one, by a cautious estimate.

A call that timed out may have run all the same, and be billed: it is written down with the most it
can have cost (the whole prompt, the longest answer), outcome unknown, marked as an estimate. The
API has no way to ask later what became of it, nor for the balance that is left.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import anthropic
import httpx2
from anthropic.types import Message

from agents.errors import ClaudeApiError

from .failures import TABLE, Failure, failure_of_status
from .pricing import cost
from .protocol import Outcome, Usage

_BY_KIND = {
    "rate_limit_error": Failure.RATE_LIMITED,
    "timeout_error": Failure.TIMED_OUT,
    "api_error": Failure.SERVER,
    "authentication_error": Failure.NOT_ALLOWED,
    "permission_error": Failure.NOT_ALLOWED,
    "not_found_error": Failure.NO_SUCH_MODEL,
    "invalid_request_error": Failure.BAD_REQUEST,
}

CHARACTERS_PER_TOKEN = 3.2
"""Of Spanish text, on the low side, so that an estimate errs to the dear side."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A call that was begun. `started` is on `time.perf_counter`."""

    client: str
    model: str
    prompt_characters: int
    max_tokens: int
    seconds: float
    """The longest it may take."""
    started: float


def meter(message: Message, asked: Asked) -> Usage:
    """Read what a call used from its answer. The model is the one that answered."""
    used = message.usage
    split = used.cache_creation
    usage = _usage(
        asked,
        model=message.model or asked.model,
        input_tokens=used.input_tokens or 0,
        output_tokens=used.output_tokens or 0,
        cache_read_tokens=used.cache_read_input_tokens or 0,
        cache_write_tokens=used.cache_creation_input_tokens or 0,
        cache_write_1h_tokens=split.ephemeral_1h_input_tokens if split else 0,
        request_id=message._request_id or "",
    )
    return replace(usage, cost=cost(usage))


def estimate(asked: Asked, failure: Failure) -> Usage:
    """Say what a call that may have run has cost at most: the whole prompt, the longest answer."""
    usage = _usage(
        asked,
        model=asked.model,
        input_tokens=round(asked.prompt_characters / CHARACTERS_PER_TOKEN),
        output_tokens=asked.max_tokens,
        outcome=Outcome.UNKNOWN,
        failure=failure.value,
        estimated=True,
    )
    return replace(usage, cost=cost(usage))


def forecast(asked: Asked) -> Usage:
    """Say before a call what it may cost at most: what stands in the ledger until it is over."""
    usage = estimate(asked, Failure.CUT_OFF)
    return replace(usage, outcome=Outcome.STARTED, failure="", latency_ms=0)


def body_error(kind: str | None, asked: Asked) -> ClaudeApiError:
    """Name the error that an answer of status 200 turns out to be; it may be billed."""
    failure = failure_of_status(200, kind) if kind else Failure.CUT_OFF
    if failure is Failure.BAD_REQUEST:
        failure = _BY_KIND.get(kind or "", Failure.CUT_OFF)
    return ClaudeApiError(
        f"an error after HTTP 200 ({failure.value})", failure, estimate(asked, failure), status=200
    )


def api_error(error: Exception, asked: Asked) -> ClaudeApiError:
    """Name what went wrong with a call, with what it cost."""
    failure = failure_of(error)
    status = error.status_code if isinstance(error, anthropic.APIStatusError) else None
    if TABLE[failure].outcome is Outcome.UNKNOWN:
        usage = estimate(asked, failure)
    else:
        usage = _usage(asked, model=asked.model, outcome=Outcome.FAILED, failure=failure.value)
    if isinstance(error, anthropic.APIStatusError):
        usage = replace(usage, request_id=error.request_id or "")
    return ClaudeApiError(
        f"{type(error).__name__} ({failure.value})",
        failure,
        usage,
        status=status,
        retry_after=_retry_after(error),
    )


def failure_of(error: Exception) -> Failure:
    """Name the failure an exception of the SDK, or of the transport under it, means."""
    if isinstance(error, anthropic.APIStatusError):
        return failure_of_status(
            error.status_code, error.type, error.error_code, error.api_message or ""
        )
    if isinstance(error, anthropic.APIConnectionError):
        cause = error.__cause__
        if isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout):
            return Failure.UNREACHABLE
        if isinstance(error, anthropic.APITimeoutError):
            return Failure.TIMED_OUT
        return Failure.CUT_OFF
    if isinstance(error, anthropic.CredentialsError | TypeError):
        return Failure.NOT_ALLOWED
    return Failure.CUT_OFF


def _retry_after(error: Exception) -> float | None:
    """Read how long the API asks us to wait, in seconds; `None` if it does not say."""
    if not isinstance(error, anthropic.APIStatusError):
        return None
    headers = error.response.headers
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            return max(float(headers[name]) / unit, 0.0)
        except (KeyError, ValueError):
            continue
    return _until(headers.get("retry-after", ""))


def _until(moment: str) -> float | None:
    """Return the seconds until a moment as HTTP writes it; `None` if it is none."""
    try:
        then = parsedate_to_datetime(moment)
    except ValueError:
        return None
    return max((then - datetime.now(UTC)).total_seconds(), 0.0)


def _usage(asked: Asked, **figures: object) -> Usage:
    """Begin a usage with what is known of the call."""
    latency = round((time.perf_counter() - asked.started) * 1000)
    known = {"client": asked.client, "asked_model": asked.model, "latency_ms": latency}
    return Usage(**{**known, **figures})  # type: ignore[arg-type]

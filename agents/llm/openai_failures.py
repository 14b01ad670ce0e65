"""What goes wrong with a call in the OpenAI dialect, as failures of the one table."""

from __future__ import annotations

from dataclasses import replace

import httpx2

from agents.errors import ModelApiError

from .failures import Failure, failure_in_body
from .metering import Asked, failed, of_no_use
from .openai_reading import Told
from .protocol import CompletionRequest, Usage


def unanswered(error: Exception, asked: Asked) -> ModelApiError:
    """Name what went wrong with a call that has no (whole) answer."""
    failure = failure_of(error)
    why = f"{type(error).__name__} ({failure.value})"
    return ModelApiError(why, failure, failed(asked, failure))


def failure_of(error: Exception) -> Failure:
    """Name the failure an exception of the transport means."""
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout):
        return Failure.UNREACHABLE
    if isinstance(error, httpx2.TimeoutException):
        return Failure.TIMED_OUT
    if isinstance(error, httpx2.UnsupportedProtocol | httpx2.InvalidURL | UnicodeError):
        return Failure.BAD_REQUEST
    return Failure.CUT_OFF


def in_body(told: Told | None, usage: Usage, request_id: str) -> ModelApiError:
    """Name the error that an answer of status 200 turns out to be; it may be billed."""
    failure = failure_in_body(told.kind, told.code, told.message) if told else Failure.CUT_OFF
    usage = replace(usage, failure=failure.value, request_id=request_id or usage.request_id)
    why = f"an error after HTTP 200 ({failure.value})"
    return ModelApiError(why, failure, usage, status=200)


def useless(
    stop: str, failure: Failure, usage: Usage, again: CompletionRequest | None = None
) -> ModelApiError:
    """Name an answer that came and is of no use."""
    why = f"stopped: {stop[:40]} ({failure.value})"
    return ModelApiError(why, failure, of_no_use(usage, failure), status=200, again=again)

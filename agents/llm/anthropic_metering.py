"""What a call to Claude used, and what went wrong with it, from the SDK's answers and errors.

Sources: Anthropic, "Errors", "Prompt caching", "Streaming messages".
"""

from __future__ import annotations

from dataclasses import replace

import anthropic
import httpx2
from anthropic.types import Message

from agents.errors import ClaudeApiError

from .failures import Failure, failure_in_body, failure_of_status
from .metering import Asked, estimate, failed, used, wait_of
from .pricing import priced
from .protocol import Outcome, Usage


def meter(message: Message, asked: Asked, request_id: str = "") -> Usage:
    """Read what a call used from its answer. The model is the one that answered."""
    seen = message.usage
    split = seen.cache_creation
    return priced(
        used(
            asked,
            model=message.model or asked.model,
            input_tokens=seen.input_tokens or 0,
            output_tokens=seen.output_tokens or 0,
            cache_read_tokens=seen.cache_read_input_tokens or 0,
            cache_write_tokens=seen.cache_creation_input_tokens or 0,
            cache_write_1h_tokens=split.ephemeral_1h_input_tokens if split else 0,
            request_id=request_id or getattr(message, "_request_id", None) or "",
        )
    )


def at_most(message: Message | None, asked: Asked, failure: Failure, request_id: str) -> Usage:
    """Say what a stream that broke off cost at most: its own input figures, the longest answer."""
    most = estimate(asked, failure)
    if message is None:
        return replace(most, request_id=request_id)
    known = meter(message, asked, request_id)
    return priced(
        replace(
            known,
            output_tokens=max(known.output_tokens, most.output_tokens),
            outcome=Outcome.UNKNOWN,
            failure=failure.value,
            estimated=True,
        )
    )


def body_error(kind: str | None, asked: Asked) -> ClaudeApiError:
    """Name the error that an answer of status 200 turns out to be; it may be billed."""
    failure = failure_in_body(kind)
    return ClaudeApiError(
        f"an error after HTTP 200 ({failure.value})", failure, estimate(asked, failure), status=200
    )


def api_error(error: Exception, asked: Asked) -> ClaudeApiError:
    """Name what went wrong with a call, with what it cost."""
    failure = failure_of(error)
    status, wait, request_id = None, None, ""
    if isinstance(error, anthropic.APIStatusError):
        status, wait = error.status_code, wait_of(error.response.headers)
        request_id = error.request_id or ""
    usage = failed(asked, failure, request_id)
    return ClaudeApiError(
        f"{type(error).__name__} ({failure.value})",
        failure,
        usage,
        status=status,
        retry_after=wait,
    )


def failure_of(error: Exception) -> Failure:
    """Name the failure an exception of the SDK, or of the transport under it, means."""
    if isinstance(error, anthropic.APIStatusError):
        if error.status_code == 200:
            return failure_in_body(error.type, error.error_code, error.api_message or "")
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
    if isinstance(error, httpx2.TimeoutException):
        return Failure.TIMED_OUT
    if isinstance(error, anthropic.CredentialsError | TypeError):
        return Failure.NOT_ALLOWED
    return Failure.CUT_OFF

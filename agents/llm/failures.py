"""What can go wrong with a model call, and what is done about it: one table.

Any failure falls to the next client, the first time it happens; a person is the last resort.
Only a passing fault that answered at once is worth one more try, and so is a wish for a tool that
the model can put right when it is told, and a way of asking that the client has learned to avoid.
One table for all clients. Sources: Anthropic, "Errors" and "Rate limits" and the error codes of the
SDK's `types.shared.error_details`; OpenAI, "Error codes"; OpenRouter, "Errors"; DeepSeek, "Error
codes".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .protocol import Outcome


class Failure(StrEnum):
    """The classes of failure, by what they mean for us."""

    UNREACHABLE = "unreachable"
    """No connection was made: nothing was asked, nothing is billed."""
    TIMED_OUT = "timed_out"
    CUT_OFF = "cut_off"
    """The connection broke, or a 200 could not be read: it may be billed."""
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    SERVER = "server"
    SPEND_LIMIT = "spend_limit"
    """Credits are gone or a limit is reached; no use before somebody pays or the month turns."""
    NOT_ALLOWED = "not_allowed"
    """The key is wrong, lacks a right, or the organisation is on hold."""
    NO_SUCH_MODEL = "no_such_model"
    BAD_REQUEST = "bad_request"
    """The provider does not take our request: a schema, a parameter."""
    NOT_TAKEN = "not_taken"
    """The server does not know a part of our request that others of its kind do; the client has
    noted it and asks without it from now on."""
    TOO_LARGE = "too_large"
    BAD_FILE = "bad_file"
    """It does not take the customer's picture or sound: broken, too large, or none."""
    REFUSED = "refused"
    """The model declined for reasons of safety."""
    CUT_SHORT = "cut_short"
    """The answer reached the token limit; whatever there is, is not whole."""
    PAUSED = "paused"
    """It stopped in the middle of a long turn of the provider's own tools. We give it none, so
    that there is nothing to send back for it to go on with."""
    UNKNOWN_STOP = "unknown_stop"
    """It stopped for a reason we do not know, so nothing says that the answer is whole."""
    UNKNOWN_TOOL = "unknown_tool"
    """It wants a tool that it was not given."""
    WRONG_INPUT = "wrong_input"
    """What it gives a tool is not of the tool's schema, or is cut off."""
    BAD_OUTPUT = "bad_output"
    """Not JSON, not of our schema, or an intent we do not have."""
    BROKEN_CLIENT = "broken_client"
    """A fault of our own code."""


class Remedy(StrEnum):
    """What to do next. After the last client, the remedy of every failure is a person."""

    RETRY = "retry"
    """Once more with the same client, if the wait is short; then as `NEXT`."""
    TELL = "tell_the_model"
    """Once more with the same client, which is told what was wrong; then as `NEXT`."""
    NEXT = "next_client"


@dataclass(frozen=True, kw_only=True)
class FailureRow:
    """One row of the table."""

    remedy: Remedy
    outcome: Outcome = Outcome.FAILED
    """What the try is written down as: `UNKNOWN` when it may have been billed."""
    counts: bool = True
    """It says something about the provider's health (and not about this one message)."""
    rest: float = 0.0
    """Seconds the client is left alone from the first such failure; 0 leaves it to the count."""
    alarm: bool = False
    """Operators must hear of it: it will not heal by itself."""


HOUR = 3600.0
_BY_HAND = FailureRow(remedy=Remedy.NEXT, rest=600.0, alarm=True)

TABLE: dict[Failure, FailureRow] = {
    Failure.UNREACHABLE: FailureRow(remedy=Remedy.RETRY),
    Failure.TIMED_OUT: FailureRow(remedy=Remedy.NEXT, outcome=Outcome.UNKNOWN),
    Failure.CUT_OFF: FailureRow(remedy=Remedy.RETRY, outcome=Outcome.UNKNOWN),
    Failure.RATE_LIMITED: FailureRow(remedy=Remedy.RETRY),
    Failure.OVERLOADED: FailureRow(remedy=Remedy.RETRY),
    Failure.SERVER: FailureRow(remedy=Remedy.RETRY),
    Failure.SPEND_LIMIT: FailureRow(remedy=Remedy.NEXT, rest=HOUR, alarm=True),
    Failure.NOT_ALLOWED: _BY_HAND,
    Failure.NO_SUCH_MODEL: FailureRow(remedy=Remedy.NEXT, counts=False, alarm=True),
    Failure.BAD_REQUEST: FailureRow(remedy=Remedy.NEXT, alarm=True),
    Failure.NOT_TAKEN: FailureRow(remedy=Remedy.RETRY, counts=False),
    Failure.TOO_LARGE: FailureRow(remedy=Remedy.NEXT, counts=False),
    Failure.BAD_FILE: FailureRow(remedy=Remedy.NEXT, counts=False),
    Failure.REFUSED: FailureRow(remedy=Remedy.NEXT, counts=False),
    Failure.CUT_SHORT: FailureRow(remedy=Remedy.NEXT, counts=False),
    Failure.PAUSED: FailureRow(remedy=Remedy.NEXT, counts=False),
    Failure.UNKNOWN_STOP: FailureRow(remedy=Remedy.NEXT, counts=False, alarm=True),
    Failure.UNKNOWN_TOOL: FailureRow(remedy=Remedy.TELL, counts=False),
    Failure.WRONG_INPUT: FailureRow(remedy=Remedy.TELL, counts=False),
    Failure.BAD_OUTPUT: FailureRow(remedy=Remedy.NEXT, counts=False),
    Failure.BROKEN_CLIENT: FailureRow(remedy=Remedy.NEXT, counts=False, alarm=True),
}

SPEND_CODES = frozenset({
    "enforced_spend_limit_reached",
    "contract_spend_limit_reached",
    "linked_organization_spend_limit_reached",
    "linked_organization_billing_unavailable",
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
})  # fmt: skip

_BY_CODE = {
    "organization_on_hold": Failure.NOT_ALLOWED,
    "invalid_api_key": Failure.NOT_ALLOWED,
    "account_deactivated": Failure.NOT_ALLOWED,
    "model_not_found": Failure.NO_SUCH_MODEL,
    "context_length_exceeded": Failure.TOO_LARGE,
    "string_above_max_length": Failure.TOO_LARGE,
    "content_filter": Failure.REFUSED,
    "content_policy_violation": Failure.REFUSED,
    "rate_limit_exceeded": Failure.RATE_LIMITED,
}
"""What says more than the status it comes with."""

_BY_KIND = {
    "rate_limit_error": Failure.RATE_LIMITED,
    "overloaded_error": Failure.OVERLOADED,
    "timeout_error": Failure.TIMED_OUT,
    "api_error": Failure.SERVER,
    "server_error": Failure.SERVER,
    "authentication_error": Failure.NOT_ALLOWED,
    "permission_error": Failure.NOT_ALLOWED,
    "not_found_error": Failure.NO_SUCH_MODEL,
    "invalid_request_error": Failure.BAD_REQUEST,
    "request_too_large": Failure.TOO_LARGE,
}
"""What a kind means where no status says it: in an answer of status 200."""

_BY_STATUS = {
    401: Failure.NOT_ALLOWED,
    402: Failure.SPEND_LIMIT,
    403: Failure.NOT_ALLOWED,
    404: Failure.NO_SUCH_MODEL,
    408: Failure.TIMED_OUT,
    413: Failure.TOO_LARGE,
    429: Failure.RATE_LIMITED,
    504: Failure.TIMED_OUT,
    529: Failure.OVERLOADED,
}

_TOO_LONG = ("prompt is too long", "maximum context length", "exceeds the available context size")
"""A prompt that does not fit has been seen as a plain 400 whose message says so."""


def failure_of_status(
    status: int, kind: str | None = None, error_code: str | None = None, message: str = ""
) -> Failure:
    """Name the failure an HTTP error answer means.

    `kind` is `error.type`, `error_code` is `error.details.error_code` of Anthropic and `error.code`
    of the others. An empty credit balance has been seen as a plain 400 whose message says so.
    """
    if found := _named(kind, error_code, message):
        return found
    if found := _BY_STATUS.get(status):
        return found
    return Failure.SERVER if status >= 500 or status == 409 else Failure.BAD_REQUEST


def failure_in_body(kind: str | None, error_code: str | None = None, message: str = "") -> Failure:
    """Name the failure that an error after HTTP 200 means; one that names nothing broke off."""
    if found := _named(kind, error_code, message):
        return found
    if found := _BY_KIND.get(kind or ""):
        return found
    if error_code and error_code.isdecimal() and len(error_code) == 3:
        return failure_of_status(int(error_code))
    return Failure.CUT_OFF


def _named(kind: str | None, error_code: str | None, message: str) -> Failure | None:
    """Name the failure that codes and words say, whatever the status."""
    if kind == "billing_error" or SPEND_CODES & {error_code, kind}:
        return Failure.SPEND_LIMIT
    said = message.lower()
    if "credit balance" in said:
        return Failure.SPEND_LIMIT
    if kind == "overloaded_error":
        return Failure.OVERLOADED
    if found := _BY_CODE.get(error_code or ""):
        return found
    return Failure.TOO_LARGE if any(words in said for words in _TOO_LONG) else None

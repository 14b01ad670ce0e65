"""What can go wrong with a model call, and what is done about it: one table.

Any failure falls to the next client, the first time it happens; a person is the last resort.
Only a passing fault that answered at once is worth one more try, and so is a wish for a tool that
the model can put right when it is told. Sources: Anthropic, "Errors" and "Rate limits"; the error
codes of the SDK's `types.shared.error_details`.
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
    TOO_LARGE = "too_large"
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
    Failure.TOO_LARGE: FailureRow(remedy=Remedy.NEXT, counts=False),
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
})  # fmt: skip

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


def failure_of_status(
    status: int, kind: str | None = None, error_code: str | None = None, message: str = ""
) -> Failure:
    """Name the failure an HTTP error answer means.

    `kind` is `error.type`, `error_code` is `error.details.error_code`. An empty credit balance has
    been seen as a plain 400 whose message says so.
    """
    if error_code in SPEND_CODES or kind == "billing_error":
        return Failure.SPEND_LIMIT
    if "credit balance" in message.lower():
        return Failure.SPEND_LIMIT
    if error_code == "organization_on_hold":
        return Failure.NOT_ALLOWED
    if kind == "overloaded_error":
        return Failure.OVERLOADED
    if found := _BY_STATUS.get(status):
        return found
    return Failure.SERVER if status >= 500 or status == 409 else Failure.BAD_REQUEST

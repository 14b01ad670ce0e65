"""What became of a request to WhatsApp: accepted, rejected, or honestly unknown.

`Unknown` is the reason this module exists. WhatsApp takes no idempotency key, so a request that may
have been read must never be sent again blindly: the status webhook that carries our reference
settles it. Only what certainly was not acted upon is `Rejected`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.exceptions import SSLError as TransportSSLError

from .errors import Action, ErrorRow, Hold, row_for, row_for_http
from .payload_fields import Raw, objects, text_at
from .raw_json import open_json


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """WhatsApp has it. The answer may teach us the person's ids."""

    provider_id: str
    wa_id: str | None = None
    user_id: str | None = None
    message_status: str = ""
    """`accepted`, or `held_for_quality_assessment` / `paused` for a template under watch."""


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """It was certainly not sent. `retry_after` is in seconds, `None` when waiting is useless."""

    code: int | None
    title: str
    details: str
    action: Action
    retryable: bool
    retry_after: float | None = None
    hold: Hold = Hold.NONE
    http_status: int | None = None

    @property
    def stops(self) -> bool:
        """Tell whether the number must send nothing more until somebody puts it right."""
        return self.hold is Hold.NUMBER and not self.retryable


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """It may have been sent. Never retry it; wait for the status webhook."""

    reason: str


Outcome = Accepted | Rejected | Unknown


def refused_before_sending(title: str, details: str, action: Action) -> Rejected:
    """Build the outcome of a message we did not even try to send."""
    return Rejected(code=None, title=title, details=details, action=action, retryable=False)


def outcome_of_exception(error: requests.RequestException) -> Rejected | Unknown:
    """Tell a connection that never stood (nothing was written) from one that broke."""
    if isinstance(error, requests.ConnectTimeout) or _never_connected(error):
        return Rejected(
            code=None,
            title="no connection",
            details=_what_broke(error),
            action=Action.RETRY,
            retryable=True,
            retry_after=5.0,
        )
    if isinstance(error, ValueError):
        return refused_before_sending("bad address", _what_broke(error), Action.TELL_ADMIN)
    return Unknown(reason=_what_broke(error))


def outcome_of_answer(response: requests.Response, now: datetime | None = None) -> Outcome:
    """Read WhatsApp's answer. `now` is for a `Retry-After` given as a date."""
    body = _object(response.content)
    if response.ok and not 300 <= response.status_code < 400:
        return _accepted(body, response.status_code)
    error = body.get("error")
    if isinstance(error, dict) and (code := whole(error.get("code"))) is not None:
        return _rejected(response, row_for(code), code, error, now)
    if response.status_code >= 500 or response.status_code == 408:
        return Unknown(reason=f"HTTP {response.status_code} without WhatsApp's error")
    return _rejected(response, row_for_http(response.status_code), None, body, now)


def retry_after(header: str | None, now: datetime | None = None) -> float | None:
    """Read a `Retry-After` header, seconds or a date, as seconds; `None` if it is neither."""
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            due = parsedate_to_datetime(header)
        except ValueError:
            return None
        due = due if due.tzinfo else due.replace(tzinfo=UTC)
        seconds = (due - (now or datetime.now(UTC))).total_seconds()
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def whole(value: object) -> int | None:
    """Read an error code: a whole number, or one in a string."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return None


def _accepted(body: Raw, status: int) -> Accepted | Unknown:
    """Read a 2xx: without a message id we cannot know what it accepted."""
    message = next(objects(body.get("messages")), {})
    provider_id = text_at(message, "id")
    if provider_id is None:
        return Unknown(reason=f"HTTP {status} without a message id")
    contact = next(objects(body.get("contacts")), {})
    return Accepted(
        provider_id=provider_id,
        wa_id=text_at(contact, "wa_id"),
        user_id=text_at(contact, "user_id"),
        message_status=text_at(message, "message_status") or "",
    )


def _rejected(
    response: requests.Response, row: ErrorRow, code: int | None, error: Raw, now: datetime | None
) -> Rejected:
    """Put the table's row and the answer's own words together."""
    retryable = row.retryable or error.get("is_transient") is True
    asked = retry_after(response.headers.get("Retry-After"), now)
    wait = max(asked or 0.0, row.wait)
    data = error.get("error_data")
    details = text_at(data, "details") if isinstance(data, dict) else None
    title = next(
        (found for key in ("error_user_title", "title", "message", "error") if
         (found := text_at(error, key))), f"HTTP {response.status_code}",
    )  # fmt: skip
    return Rejected(
        code=code,
        title=title,
        details=details or text_at(error, "error_user_msg") or text_at(error, "details") or "",
        action=row.action,
        retryable=retryable,
        retry_after=wait if retryable or wait else None,
        hold=row.hold,
        http_status=response.status_code,
    )


def _object(content: bytes) -> Raw:
    """Open an answer; anything that is no JSON object is an empty one."""
    try:
        value = open_json(content)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _never_connected(error: requests.RequestException) -> bool:
    """Say whether the connection failed before a byte was written: refused, no such host, TLS."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(reason, TransportSSLError):
        return "CERTIFICATE_VERIFY_FAILED" in str(reason)
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _what_broke(error: requests.RequestException) -> str:
    """Say what broke, for people; the text of a transport error may hold an address or a token."""
    if isinstance(error, requests.exceptions.SSLError):
        return "the secure connection failed"
    if isinstance(error, requests.ConnectTimeout):
        return "nobody answered at its address"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, ValueError):
        return "the address cannot be used"
    return "nobody listens at its address" if _never_connected(error) else "the connection broke"

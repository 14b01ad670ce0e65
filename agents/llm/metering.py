"""What a call used when its provider does not say: a cautious estimate, marked as one.

A call that timed out may have run all the same, and be billed: it is written down with the most it
can have cost (the whole prompt, the longest answer), outcome unknown. APIs have no way to ask
later what became of a call, nor for the balance that is left.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from .failures import TABLE, Failure
from .pricing import priced
from .protocol import Outcome, Usage

CHARACTERS_PER_TOKEN = 3.2
"""Of Spanish text, on the low side, so that an estimate errs to the dear side."""


LONGEST_REST = 3600.0
"""Seconds; who asks for more is asked again after an hour all the same."""


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
    audio_seconds: float = 0.0
    """Of sound to be listened to."""


def used(asked: Asked, **figures: Any) -> Usage:
    """Begin a usage with what is known of the call."""
    latency = round((time.perf_counter() - asked.started) * 1000)
    known: dict[str, Any] = {
        "client": asked.client,
        "asked_model": asked.model,
        "model": asked.model,
        "latency_ms": latency,
    }
    return Usage(**{**known, **figures})


def estimate(asked: Asked, failure: Failure | None = None) -> Usage:
    """Say what a call that may have run has cost at most: the whole prompt, the longest answer."""
    usage = used(
        asked,
        input_tokens=tokens_in(asked.prompt_characters),
        output_tokens=asked.max_tokens,
        audio_seconds=asked.audio_seconds,
        outcome=Outcome.UNKNOWN,
        failure=failure.value if failure else "",
        estimated=True,
    )
    return priced(usage)


def tokens_in(characters: int) -> int:
    """Return how many tokens so many characters are, about, rather too many than too few."""
    return round(characters / CHARACTERS_PER_TOKEN)


def forecast(asked: Asked) -> Usage:
    """Say before a call what it may cost at most: what stands in the ledger until it is over."""
    return replace(estimate(asked), outcome=Outcome.STARTED, latency_ms=0)


def failed(asked: Asked, failure: Failure, request_id: str = "") -> Usage:
    """Write down a call that brought nothing: free of charge, or at most so dear, by the table."""
    if TABLE[failure].outcome is Outcome.UNKNOWN:
        return replace(estimate(asked, failure), request_id=request_id)
    return used(asked, outcome=Outcome.FAILED, failure=failure.value, request_id=request_id)


def of_no_use(usage: Usage, failure: Failure) -> Usage:
    """Write a call down as one whose answer is of no use; it is billed all the same."""
    return replace(usage, outcome=Outcome.FAILED, failure=failure.value)


def wait_of(headers: Mapping[str, str]) -> float | None:
    """Read how long an API asks us to wait, in seconds; `None` if it does not say."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) / unit
        except (KeyError, ValueError):
            continue
        return min(max(seconds, 0.0), LONGEST_REST) if seconds == seconds else None
    return _until(headers.get("retry-after", ""))


def _until(moment: str) -> float | None:
    """Return the seconds until a moment as HTTP writes it; `None` if it is none."""
    try:
        then = parsedate_to_datetime(moment)
    except (ValueError, TypeError, OverflowError):
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return min(max((then - datetime.now(UTC)).total_seconds(), 0.0), LONGEST_REST)

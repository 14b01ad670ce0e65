"""How far an outgoing message has come, folded from events in any order and number.

What is kept is a set, the earliest moment of every step that was ever reported, plus one error;
the status is *read off* that set. Adding to a set has no order and no count, so every
permutation and every repetition of the same events ends the same.

The rule for failure: **proof of arrival wins, whichever came first.** A message reported as
delivered, read or played is not failed; a failed one stays failed through `accepted`, and is lifted
only by such a proof (some partners report `delivered` after `failed`). `read` implies
`delivered`, which WhatsApp skips when the chat is open on the phone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Step(StrEnum):
    """A stage of an outgoing message. `accepted` is WhatsApp's "sent": it has the message."""

    PLANNED = "planned"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    READ = "read"
    PLAYED = "played"
    FAILED = "failed"


_RANK = {step: rank for rank, step in enumerate(Step)}
PROOF = (Step.PLAYED, Step.READ, Step.DELIVERED)
_WIRE = {
    "sent": Step.ACCEPTED,
    "delivered": Step.DELIVERED,
    "read": Step.READ,
    "played": Step.PLAYED,
    "failed": Step.FAILED,
}


@dataclass(frozen=True, kw_only=True, order=True)
class Failure:
    """Why it failed, as the provider said it. `code` is -1 when none was given."""

    at: datetime
    code: int = -1
    title: str = ""
    details: str = ""


@dataclass(frozen=True, kw_only=True)
class StatusEvent:
    """One report. `at` is the provider's moment, or the moment of receipt when it gave none."""

    step: Step
    at: datetime
    code: int = -1
    title: str = ""
    details: str = ""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Everything reported so far. Build it with `Progress()` and `fold`, or from stored values."""

    times: Mapping[Step, datetime] = field(default_factory=dict)
    """The earliest moment each step was reported."""
    failure: Failure | None = None
    """The earliest error reported, kept even when a proof of arrival overrules it."""

    @property
    def step(self) -> Step:
        """Read the status off what was reported."""
        for proof in PROOF:
            if proof in self.times:
                return proof
        if Step.FAILED in self.times:
            return Step.FAILED
        return Step.ACCEPTED if Step.ACCEPTED in self.times else Step.PLANNED

    @property
    def error(self) -> Failure | None:
        """Return the error that counts: none once the message has arrived."""
        return self.failure if self.step is Step.FAILED else None

    def at(self, step: Step) -> datetime | None:
        """Return when `step` was reached, at the latest: a later step implies the earlier ones."""
        if step is Step.FAILED:
            return self.times.get(step)
        later = [
            when
            for reached, when in self.times.items()
            if reached is not Step.FAILED and _RANK[reached] >= _RANK[step]
        ]
        return min(later, default=None)


def step_named(wire: str) -> Step | None:
    """Translate WhatsApp's word for a status; `None` for one that says nothing about progress."""
    return _WIRE.get(wire)


def fold(current: Progress, event: StatusEvent) -> Progress:
    """Add one report. Commutative and idempotent over events, as `merge` is over progresses."""
    failure = None
    if event.step is Step.FAILED:
        failure = Failure(at=event.at, code=event.code, title=event.title, details=event.details)
    return merge(current, Progress(times={event.step: event.at}, failure=failure))


def fold_all(events: Iterable[StatusEvent], start: Progress | None = None) -> Progress:
    """Fold many reports into one progress."""
    progress = start or Progress()
    for event in events:
        progress = fold(progress, event)
    return progress


def merge(one: Progress, other: Progress) -> Progress:
    """Join two progresses of the same message: associative, commutative, idempotent."""
    times = dict(one.times)
    for step, when in other.times.items():
        times[step] = min(when, times.get(step, when))
    failures = [failure for failure in (one.failure, other.failure) if failure is not None]
    return Progress(times=times, failure=min(failures, default=None))

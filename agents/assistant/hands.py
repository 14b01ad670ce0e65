"""What the assistant does in one answer: reads, and changes, each a step of the trace.

Whether a call is retried is decided here, never by what is called: a retryable refusal is tried
again, a change under the same proposal, so that it happens once whatever is lost on the way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from agents.models import AssistantLine, AssistantProposal
from agents.operations import proposals
from morfx.operations.actor import Actor
from morfx.operations.catalogue import Lookup, find, lookups
from morfx.operations.errors import RateLimited, Refused

from .deeds import DEEDS, READS, Why
from .values import Call, Step

MOST_RETRIES = 2
WAITS = (0.2, 0.6)
"""Seconds before each retry: somebody is looking at the screen."""

MOST_AT_ONCE = 3
"""Changes carried out without asking in one answer; those after them ask."""

R = TypeVar("R")


@dataclass(kw_only=True)
class Hands:
    """The member's own hands, for the length of one answer."""

    actor: Actor
    line: AssistantLine
    is_model: bool = False
    """A model decides what is called; else the member's own words do, by rules."""
    has_hearsay: bool = False
    """Free text of others was read: what a model wants next may be their wish, so that it asks."""
    steps: list[Step] = field(default_factory=list)
    sleep: Callable[[float], None] = time.sleep

    def call(self, call: Call) -> Step:
        """Make a call by name, note the step and return it; never raises a refusal."""
        if call.name in READS:
            step = self._read(call)
        elif call.name in DEEDS:
            step = self._change(call)
        else:
            step = _refused(call, _unknown(call.name), 1)
        self.steps.append(step)
        return step

    def _read(self, call: Call) -> Step:
        entry = lookups[call.name]
        try:
            data, tries = self._patiently(lambda: entry.submit(self._hand, call.inputs))
        except _GaveUp as gave_up:
            return _refused(call, gave_up.refusal, gave_up.tries)
        self.has_hearsay = self.has_hearsay or READS[call.name]
        return Step(call=call, came="read", data=data, tries=tries)

    def _change(self, call: Call) -> Step:
        try:
            proposal, tries = self._patiently(lambda: self._propose(call))
            if proposal is None:
                return Step(call=call, came="nothing", tries=tries)
            if proposal.status == AssistantProposal.Status.DRY or proposal.why_ask:
                return _proposed(call, proposal, tries)
            done, more = self._patiently(lambda: proposals.confirm(self.actor, proposal=proposal))
        except _GaveUp as gave_up:
            return _refused(call, gave_up.refusal, gave_up.tries)
        return Step(
            call=call,
            came="done",
            data=done.result,
            events=tuple(done.events),
            proposal=done.pk,
            tries=tries + more - 1,
        )

    def _propose(self, call: Call) -> AssistantProposal | None:
        return proposals.propose(
            self.actor,
            line=self.line,
            operation=call.name,
            inputs=dict(call.inputs),
            why=self._why(),
        )

    def _why(self) -> Why:
        if self.has_hearsay and self.is_model:
            return "hearsay"
        done = sum(step.came == "done" for step in self.steps)
        return "many" if done >= MOST_AT_ONCE else ""

    @property
    def _hand(self) -> Actor:
        return proposals.hand_of(self.actor)

    def _patiently(self, do: Callable[[], R]) -> tuple[R, int]:
        """Do something, again if it says it may work later; raise _GaveUp with the refusal."""
        for number in range(1, MOST_RETRIES + 2):
            try:
                return do(), number
            except Refused as refusal:
                if number > MOST_RETRIES or not _is_worth_it(refusal):
                    raise _GaveUp(refusal, number) from refusal
                self.sleep(WAITS[number - 1])
        raise AssertionError("unreachable")


class _GaveUp(Exception):
    """A call was refused for good, after so many tries."""

    def __init__(self, refusal: Refused, tries: int) -> None:
        super().__init__(refusal.message)
        self.refusal, self.tries = refusal, tries


def tools_of(actor: Actor) -> list[Lookup[Any, Any] | Any]:
    """Return what the member could call by name of what the assistant knows: never more."""
    reads = [lookups[name] for name in READS if name in lookups]
    changes = [entry for name in DEEDS if (entry := find(name))]
    return [
        entry
        for entry in [*reads, *changes]
        if actor.may(entry.needs) and actor.allowed(entry.name)
    ]


def _is_worth_it(refusal: Refused) -> bool:
    if isinstance(refusal, RateLimited):
        return refusal.retry_after <= 1
    return refusal.retryable


def _proposed(call: Call, proposal: AssistantProposal, tries: int) -> Step:
    is_dry = proposal.status == AssistantProposal.Status.DRY
    return Step(
        call=call,
        came="shown" if is_dry else "proposed",
        events=tuple(proposal.preview),
        proposal=proposal.pk,
        why_ask=proposal.why_ask,
        tries=tries,
    )


def _refused(call: Call, refusal: Refused, tries: int) -> Step:
    answer: Mapping[str, Any] = refusal.as_answer()
    return Step(call=call, came="refused", refusal=answer, tries=tries)


def _unknown(name: str) -> Refused:
    return Refused(
        _("The assistant cannot do that: %(name)s.") % {"name": name[:80]}, code="UNKNOWN_TOOL"
    )

"""A talk as one reads it from top to bottom: days, words, timers, silences, hand-overs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.utils import timezone
from django.utils.safestring import SafeString

from morfx.web.sentences import read

from .markup import marked_up
from .talk import Bubble, Talk, Turn

Kind = Literal[
    "day", "customer", "person", "agent", "timer", "taken", "given", "changed", "silent", "over"
]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the chat."""

    kind: Kind
    at: datetime
    turn: Turn | None = None
    bubble: Bubble | None = None
    text: str = ""
    number: int = 0
    """Which bubble of its turn this is."""

    @property
    def on_a_phone(self) -> SafeString:
        """Return its words as WhatsApp shows them."""
        return marked_up(self.bubble.text if self.bubble else self.text)


def lines(talk: Talk) -> list[Line]:
    """Return the chat's lines, with a line for each new day, the present one too."""
    found: list[Line] = []
    day: date | None = None
    for line in sorted(_all(talk), key=lambda one: one.at):
        local = timezone.localtime(line.at).date()
        if local != day:
            found.append(Line(kind="day", at=line.at))
            day = local
        found.append(line)
    if found and timezone.localtime(talk.clock).date() != day:
        found.append(Line(kind="day", at=talk.clock))
    return found


def _all(talk: Talk) -> Iterator[Line]:
    over = ""
    for turn in talk.turns:
        yield from _opening(turn)
        for number, bubble in enumerate(turn.bubbles, 1):
            at = bubble.held_at or bubble.at
            yield Line(kind="agent", at=at, turn=turn, bubble=bubble, number=number)
        yield from _silence(turn)
        if turn.handed_over and not over:
            at = turn.bubbles[-1].at if turn.bubbles else turn.at
            yield Line(kind="over", at=at, turn=turn, text=read(turn.handed_over))
        over = turn.handed_over


def _opening(turn: Turn) -> Iterator[Line]:
    if turn.role == "customer":
        yield Line(kind="customer", at=turn.at, turn=turn, text=turn.text)
    elif turn.role == "person":
        kind: Kind = "person" if turn.text else "taken"
        yield Line(kind=kind, at=turn.at, turn=turn, text=turn.text)
    elif turn.role in ("tester", "given"):
        changed: Kind = "changed" if turn.role == "tester" else "given"
        yield Line(kind=changed, at=turn.at, turn=turn)
    for step in turn.steps:
        if step.timer:
            yield Line(kind="timer", at=step.at, turn=turn, text=step.timer)


def _silence(turn: Turn) -> Iterator[Line]:
    silence = read(str(turn.plain.get("silent_because") or ""))
    if turn.role == "customer" and silence and not turn.bubbles:
        yield Line(kind="silent", at=turn.at, turn=turn, text=silence)

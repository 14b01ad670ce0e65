"""A rehearsal as its pages read it: typed values made of what `agents.sandbox.read` answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from agents.engine.registry import AgentDefinition

WARNED_AT = 40_000
"""Tokens of one conversation from which testers are warned."""

Fate = Literal["said", "coming", "held"]


@dataclass(frozen=True, kw_only=True)
class Bubble:
    """One message of the agent; `fate` tells whether its moment came, comes, or never did."""

    text: str
    at: datetime
    kind: str = "text"
    media: str = ""
    key: str = ""
    fate: Fate = "said"
    held_at: datetime | None = None
    """When it was held back, if it was: who interrupted spoke then."""


@dataclass(frozen=True, kw_only=True)
class Due:
    """A timer that is set."""

    key: str
    level: int
    at: datetime
    leads_to: str
    seconds: float
    """From the rehearsal's present moment."""

    @property
    def left(self) -> str:
        """Return the time until then as a clock shows it."""
        minutes, seconds = divmod(round(self.seconds), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What one model took for one turn; the cost is in US dollars."""

    model: str
    input: int
    output: int
    cost: Decimal

    @property
    def total(self) -> int:
        """Return the tokens in and out."""
        return self.input + self.output


@dataclass(frozen=True, kw_only=True)
class Step:
    """One decision of a turn; `timer` says what the timer leads to that woke the agent, if any."""

    at: datetime
    timer: str = ""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One thing that happened and what the agent made of it."""

    number: int
    at: datetime
    role: str
    """Who began it: customer, person, tester, given (back to the agent), or the clock."""
    text: str
    kind: str
    steps: tuple[Step, ...]
    bubbles: tuple[Bubble, ...]
    mode: str
    mode_before: str
    tokens: int
    spent: tuple[Spent, ...]
    plain: Mapping[str, Any] = field(default_factory=dict)
    """The turn as it was answered, for the panels."""

    @property
    def timer(self) -> str:
        """Return what the first timer that ran out leads to; empty when none did."""
        return next((step.timer for step in self.steps if step.timer), "")

    @property
    def handed_over(self) -> str:
        """Return why people have the conversation after it; empty while the agent has it."""
        return str(self.plain.get("handed_over") or "")

    @property
    def before(self) -> int:
        """Return the number of the turn to go back to in order to be before this one."""
        return self.number - 1

    @property
    def deeds(self) -> list[Mapping[str, Any]]:
        """Return what it did, or would have done, in the CRM."""
        return [one for one in self.plain.get("effects") or [] if one.get("effect") == "Do"]


@dataclass(frozen=True, kw_only=True)
class Talk:
    """A rehearsal: how it was set up, where it stands, and every turn of it."""

    pk: str
    agent: AgentDefinition | None
    agent_id: str
    name: str
    is_shared: bool
    is_mine: bool
    is_live: bool
    preset: str
    seconds: Mapping[int, float]
    """Seconds per timer level."""
    speed: float
    clock: datetime
    paced: bool
    is_with_people: bool
    mode: str
    state: Mapping[str, Any]
    tokens: int
    turns: tuple[Turn, ...]
    timers: tuple[Due, ...]
    plain: Mapping[str, Any] = field(default_factory=dict)

    @property
    def coming(self) -> list[Bubble]:
        """Return the bubbles whose moment has not come."""
        return [one for turn in self.turns for one in turn.bubbles if one.fate == "coming"]

    @property
    def last(self) -> int:
        """Return the number of the newest turn; 0 when there is none."""
        return self.turns[-1].number if self.turns else 0

    @property
    def is_costly(self) -> bool:
        """Tell whether testers are to be warned of the tokens it took."""
        return self.tokens >= WARNED_AT

    @property
    def cost(self) -> Decimal:
        """Return what the models cost, as far as it is known."""
        return sum((one.cost for turn in self.turns for one in turn.spent), Decimal())

    def called(self, mode: str) -> str:
        """Name a mode of the agent's flow."""
        return self.agent.words.mode(mode) if self.agent and mode else mode

    def turn(self, number: int) -> Turn | None:
        """Return a turn by its number."""
        return next((one for one in self.turns if one.number == number), None)


def moment(plain: Any) -> datetime:
    """Read a moment as answers carry it."""
    return plain if isinstance(plain, datetime) else datetime.fromisoformat(str(plain))

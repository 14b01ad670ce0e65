"""Where a rehearsal stands: a value, written as JSON and read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from pydantic import TypeAdapter

from agents.engine.values import Say, State, Turn

OPENING = datetime(2026, 1, 5, 14, 0, tzinfo=UTC)
"""When every rehearsal begins on its own clock, so that one script always gives one state."""

CUSTOMER = "573000000000"
"""The made-up number the customer of a rehearsal writes from."""


def made_up_id(name: str) -> str:
    """Return the id that stands for a row a rehearsal does not make; the same name, the same id."""
    return str(uuid5(NAMESPACE_OID, f"morfx.sandbox:{name}"))


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A timer that is set, and when it runs out."""

    name: str
    level: int
    due: datetime


@dataclass(frozen=True, kw_only=True)
class Coming:
    """A bubble on its way: said at a moment that the clock has not reached."""

    say: Say
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Everything a rehearsal must remember between two calls."""

    state: State
    now: datetime = OPENING
    active_at: datetime = OPENING
    timers: tuple[Waiting, ...] = ()
    coming: tuple[Coming, ...] = ()
    said: tuple[Turn, ...] = ()
    turns: int = 0
    """Turns of the present session: a day of silence ends it, as in production."""
    steps: int = 0
    """Decisions ever made here; they name the made-up rows."""
    tokens: int = 0
    cost: Decimal = Decimal(0)
    """What the models cost since the session began, in US dollars."""
    made: Mapping[str, str] = field(default_factory=dict)
    """Made-up rows that later deeds refer to: `$last_order`."""
    handed_over: str = ""
    """Why people took over; the agent is silent from then on."""
    owned: bool = False
    """A person has the conversation: they wrote, or took it over."""
    paced: bool = False
    """The tester has moved the clock since the last words: from here they keep the time."""
    contact: Mapping[str, str] = field(default_factory=dict)
    """What the CRM would know of the customer by now."""
    real: Mapping[str, str] = field(default_factory=dict)
    """Live: the rows that stand behind made-up ids."""
    speed: float | None = None
    """Where the tester set another than the rehearsal's own."""
    preset: str | None = None
    levels: Mapping[int, float | None] = field(default_factory=dict)
    """Seconds of timer levels, where they are not the preset's; None: that level is off."""
    turn: int = 0
    """The number of the newest turn that was kept."""
    turned_at: datetime = OPENING
    """The clock when that turn was over."""


_json: TypeAdapter[Stage] = TypeAdapter(Stage)


def stored(stage: Stage) -> Any:
    """Return a stage as plain data."""
    return _json.dump_python(stage, mode="json")


def read(plain: Any) -> Stage:
    """Read a stored stage."""
    return _json.validate_python(plain)

"""Where a rehearsal stands: a value, written as JSON and read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
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
    made: Mapping[str, str] = field(default_factory=dict)
    """Made-up rows that later deeds refer to: `$last_order`."""
    handed_over: str = ""
    """Why people took over; the agent is silent from then on."""
    paced: bool = False
    """The tester has moved the clock since the last words: from here they keep the time."""


_json: TypeAdapter[Stage] = TypeAdapter(Stage)


def stored(stage: Stage) -> Any:
    """Return a stage as plain data."""
    return _json.dump_python(stage, mode="json")


def read(plain: Any) -> Stage:
    """Read a stored stage."""
    return _json.validate_python(plain)

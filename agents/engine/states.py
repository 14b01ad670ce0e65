"""A session's state as JSON and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from .values import State


def read_state(stored: Mapping[str, Any], initial_mode: str) -> State:
    """Read a stored state; what is missing has its default."""
    return State(
        mode=str(stored.get("mode") or initial_mode),
        data={str(name): str(value) for name, value in (stored.get("data") or {}).items()},
        selection=stored.get("selection"),
        intents_seen=tuple(stored.get("intents_seen") or ()),
        said=tuple(stored.get("said") or ()),
        marks=dict(stored.get("marks") or {}),
    )


def stored_state(state: State) -> dict[str, Any]:
    """Return a state as it is stored."""
    stored = dataclasses.asdict(state)
    stored["intents_seen"], stored["said"] = list(state.intents_seen), list(state.said)
    stored["data"], stored["marks"] = dict(state.data), dict(state.marks)
    return stored

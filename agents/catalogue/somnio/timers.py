"""The five levels of waiting: which one a state is in, and when it is due.

There is one timer per conversation. The mark `waiting_since` is the moment from which the current
level counts; without it nothing is being waited for. While data is collected it is the moment of
the first datum, and further data only change the level: what has passed stays passed.
"""

from __future__ import annotations

from datetime import UTC, datetime

from agents.catalogue.somnio.fields import FIELDS, MINIMUM, missing
from agents.catalogue.somnio.transitions import COLLECTING, OFFERING, SUMMARY
from agents.engine.values import CancelTimer, SetTimer, State, World

TIMER = "somnio"
WAITING = "waiting_since"

NO_DATA, PARTIAL, ENOUGH, NO_CHOICE, UNCONFIRMED = range(5)


def moment(now: datetime) -> str:
    """Write a moment as the marks keep it: ISO 8601 in UTC."""
    return now.astimezone(UTC).isoformat()


def level_of(state: State) -> int | None:
    """Name the level that `state` waits at, or None when it waits for nothing."""
    if WAITING not in state.marks:
        return None
    if state.mode == OFFERING:
        return UNCONFIRMED if state.selection else NO_CHOICE
    if state.mode == SUMMARY:
        return UNCONFIRMED
    if state.mode != COLLECTING:
        return None
    if not missing(state.data, MINIMUM):
        return ENOUGH
    return PARTIAL if has_data(state) else NO_DATA


def has_data(state: State) -> bool:
    """Tell whether the customer has given anything at all."""
    return any(state.data.get(name) for name in FIELDS)


def due_in(state: State, level: int, world: World) -> SetTimer | None:
    """Return the timer for `level`, with what is left of its time; None if levels are off."""
    if level not in world.timers:
        return None
    elapsed = (world.now - datetime.fromisoformat(state.marks[WAITING])).total_seconds()
    seconds = max(0.0, world.timers[level] - max(0.0, elapsed))
    return SetTimer(name=TIMER, level=level, seconds=seconds)


def settle(before: State, after: State, world: World) -> tuple[CancelTimer | None, SetTimer | None]:
    """Return what to cancel first and what to set last, so that the timer fits the new state.

    Nothing when neither the level nor its start changed: further data do not restart a timer.
    """
    old, new = level_of(before), level_of(after)
    restarted = before.marks.get(WAITING) != after.marks.get(WAITING)
    if new is None:
        return (CancelTimer(name=TIMER) if old is not None else None), None
    if old == new and not restarted:
        return None, None
    started = due_in(after, new, world)
    replaces = old is not None and (restarted or before.mode != after.mode or started is None)
    return (CancelTimer(name=TIMER) if replaces else None), started

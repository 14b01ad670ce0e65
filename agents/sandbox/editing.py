"""A tester changes how a rehearsal stands: what they write is checked, and taken whole or not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from agents.engine.registry import AgentDefinition
from agents.engine.states import read_state, stored_state
from agents.engine.values import State
from morfx.operations.errors import Refused
from morfx.operations.inputs import without_nul

from .play import Rehearsal
from .stage import Stage, Waiting


def _moment(text: str) -> str:
    """Return a moment as marks keep it. Raises ValueError."""
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return text


Word = Annotated[str, Field(max_length=1000)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Moment = Annotated[str, Field(max_length=40), AfterValidator(_moment)]

NONE = ("selection",)
"""What of a state may be nothing."""


class WrittenState(BaseModel):
    """A state as a tester writes it; what they leave out stays as it is."""

    model_config = ConfigDict(extra="forbid", strict=True)

    mode: Name | None = None
    data: dict[Name, Word] | None = None
    selection: Name | None = None
    intents_seen: Annotated[list[Name], Field(max_length=500)] | None = None
    said: Annotated[list[Name], Field(max_length=500)] | None = None
    marks: dict[Name, Moment] | None = None


def edited(rehearsal: Rehearsal, asked: Mapping[str, Any]) -> Stage:
    """Return the stage with the tester's changes: state, preset, seconds of levels, speed.

    Timers that run are started again where their level lasts another time now, and forgotten
    where it is off. Raises Refused with a sentence that says what is wrong.
    """
    stage = rehearsal.stage
    if asked.get("state") is not None:
        stage = replace(stage, state=state_of(rehearsal, asked["state"]))
    if asked.get("speed") is not None:
        stage = replace(stage, speed=asked["speed"])
    if asked.get("timer_preset") is not None:
        stage = replace(stage, preset=asked["timer_preset"], levels={})
    if asked.get("timers") is not None:
        own = levels_of(rehearsal.agent, asked["timers"])
        stage = replace(stage, levels={**stage.levels, **own})
    before = rehearsal.levels
    after = replace(rehearsal, stage=stage).levels
    return replace(stage, timers=tuple(_restarted(stage, before, after)))


def _restarted(
    stage: Stage, before: Mapping[int, float], after: Mapping[int, float]
) -> list[Waiting]:
    kept = []
    for timer in stage.timers:
        seconds = after.get(timer.level)
        if seconds is None:
            continue
        if seconds != before.get(timer.level):
            timer = replace(timer, due=stage.now + timedelta(seconds=seconds))
        kept.append(timer)
    return kept


def levels_of(
    agent: AgentDefinition, written: Mapping[str, float | None]
) -> dict[int, float | None]:
    """Return seconds by level; None switches a level off. Raises Refused for a level not there."""
    known = {level for preset in agent.presets.values() for level in preset}
    levels = {int(level): seconds for level, seconds in written.items()}
    if strange := sorted(set(levels) - known):
        raise Refused(
            _("There is no timer level %(level)s.") % {"level": strange[0]}, field="timers"
        )
    return levels


def state_of(rehearsal: Rehearsal, written: str | Mapping[str, Any]) -> State:
    """Return the state a tester wrote, as JSON text or as data. Raises Refused."""
    plain = _parsed(written) if isinstance(written, str) else written
    if not isinstance(plain, Mapping):
        raise _wrong(_("A state is an object: { … }."))
    try:
        checked = WrittenState.model_validate(plain)
    except ValidationError as error:
        raise _wrong(_sentence(error)) from None
    given = checked.model_dump(exclude_unset=True)
    before = stored_state(rehearsal.stage.state)
    wanted = {name: value for name, value in given.items() if value is not None or name in NONE}
    state = read_state({**before, **wanted}, rehearsal.agent.flow(()).initial_mode)
    _known_to(rehearsal, state)
    return state


def _parsed(text: str) -> Any:
    try:
        return without_nul(json.loads(text))
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        raise _wrong(_("This is not JSON: see line %(line)s, column %(column)s.") % place) from None
    except (ValueError, RecursionError):
        raise _wrong(_("A state is an object: { … }.")) from None


def _known_to(rehearsal: Rehearsal, state: State) -> None:
    """Refuse what the agent's flow would not know: a mode, a field or a product not there."""
    agent = rehearsal.agent
    if agent.words.modes and state.mode not in agent.words.modes:
        raise _strange(_("There is no mode %(name)s."), state.mode, agent.words.modes)
    for name in state.data:
        if name not in agent.fields:
            raise _strange(_("There is no field %(name)s."), name, agent.fields)
    sold = rehearsal.world.products
    if state.selection is not None and sold and state.selection not in sold:
        raise _strange(_("There is no product %(name)s."), state.selection, sold)


def _strange(sentence: str, name: str, known: Mapping[str, Any]) -> Refused:
    there = _("There are: %(known)s.") % {"known": ", ".join(known)}
    return Refused(" ".join((sentence % {"name": name}, there)), field="state")


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return _("A state has no %(name)s. It has: %(known)s.") % {
            "name": name,
            "known": ", ".join(WrittenState.model_fields),
        }
    return f"{name}: {first['msg']}"


def _wrong(sentence: str) -> Refused:
    return Refused(sentence, field="state")

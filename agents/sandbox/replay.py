"""A kept conversation once more, on one version of the content or another: what is different?

The script is what the tester asked, with the time that passed in between. Nothing is kept of a
replay, and nothing done: a live rehearsal is replayed dry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic_core import to_jsonable_python

from morfx.operations.errors import Refused

from .answers import answer_of
from .history import counted, is_kept, perform_again
from .play import Rehearsal
from .stage import Stage

COMPARED = (
    "replies",
    "mode",
    "intent",
    "class",
    "confidence",
    "alternatives",
    "fields",
    "state",
    "timers",
    "effects",
    "silent_because",
    "handed_over",
)
"""What of an answer says what the customer saw and what was decided."""

LIVE_ONLY = ("live", "result")
"""What an effect tells of rows, which a replay does not write."""


def play_again(rehearsal: Rehearsal, script: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Play a script from where a rehearsal stands; return each turn's answer as plain data."""
    answers = []
    for asked in script:
        rehearsal = _next(rehearsal, rehearsal.stage)
        try:
            began = perform_again(rehearsal, asked)
        except Refused as refusal:
            answers.append({"refused": refusal.as_answer()})
            continue
        if is_kept(asked, rehearsal):
            rehearsal.stage = counted(rehearsal.stage)
        answers.append(to_jsonable_python(answer_of(rehearsal, since=began)))
    return answers


def differences(
    turns: Sequence[Mapping[str, Any]], answers: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Compare kept turns with a replay's answers, turn by turn."""
    return [_compared(turn, again) for turn, again in zip(turns, answers, strict=True)]


def _compared(turn: Mapping[str, Any], again: Mapping[str, Any]) -> dict[str, Any]:
    if "refused" in again:
        found = {"refused": {"kept": None, "again": again["refused"]}}
    else:
        was, now = decided(turn["answer"]), decided(again)
        found = {
            name: {"kept": was[name], "again": now[name]}
            for name in COMPARED
            if was[name] != now[name]
        }
    return {
        "turn": turn["turn"],
        "asked": turn["asked"],
        "same": not found,
        "differences": found,
        "kept": _shown(turn["answer"]),
        "again": _shown(again),
    }


def decided(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is compared of an answer: times as distances from its clock, because one pause
    more or less moves everything after it; and no rows, which a replay does not write."""
    plain = to_jsonable_python(answer)
    told = {name: plain.get(name) for name in COMPARED}
    told["replies"] = [_without(reply, ("at",)) for reply in plain.get("replies") or ()]
    told["effects"] = [_without(effect, LIVE_ONLY) for effect in plain.get("effects") or ()]
    state = plain.get("state") or {}
    marks = {
        name: _distance(mark, plain["clock"]) for name, mark in (state.get("marks") or {}).items()
    }
    told["state"] = {**state, "marks": marks}
    return told


def _without(whole: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in whole.items() if name not in names}


def _distance(mark: str, clock: str) -> str:
    """Return a moment as seconds from the clock; a mark that is no moment as it is."""
    try:
        moment = datetime.fromisoformat(mark)
        return f"{(moment - datetime.fromisoformat(clock)).total_seconds():+}"
    except (ValueError, TypeError):
        return mark


def _shown(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a reader wants to see side by side: the words, the mode and the intent."""
    return {
        "replies": [reply["text"] for reply in answer.get("replies", ())],
        "mode": answer.get("mode", ""),
        "intent": answer.get("intent", ""),
        "tokens": answer.get("tokens", 0),
    }


def _next(rehearsal: Rehearsal, stage: Stage) -> Rehearsal:
    return replace(rehearsal, stage=stage, steps=[])

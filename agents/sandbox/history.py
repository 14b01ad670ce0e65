"""The turns of a rehearsal: what was asked, carried out, packed to be kept, and read back."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic_core import to_jsonable_python

from agents.models import SandboxTurn

from .editing import edited
from .play import Rehearsal
from .stage import Stage, read, stored

Asked = Mapping[str, Any]
"""What a tester asked: `do`, what belongs to it, and `waited`: the seconds that passed before."""


def asked_of(stage: Stage, do: str, **more: Any) -> dict[str, Any]:
    """Return what is asked now, with the time that passed unnoticed since the last kept turn."""
    waited = (stage.now - stage.turned_at).total_seconds() if stage.paced else None
    return {"do": do, **more, "waited": waited}


def perform(rehearsal: Rehearsal, asked: Asked) -> datetime:
    """Do what was asked; return the moment from which its replies count."""
    began = rehearsal.stage.now
    if asked["do"] == "say":
        rehearsal.say(asked["text"], asked.get("kind", "text"))
        return rehearsal.spoken_at
    if asked["do"] == "person":
        rehearsal.take_over(asked.get("text", ""))
        return rehearsal.spoken_at
    if asked["do"] == "giveBack":
        rehearsal.give_back()
    elif asked["do"] == "set":
        rehearsal.stage = edited(rehearsal, asked)
        rehearsal.silence = "The tester changed how it stands."
    elif asked.get("to"):
        rehearsal.advance_to_the_next_timer()
    else:
        rehearsal.advance(asked["seconds"])
    return began


def perform_again(rehearsal: Rehearsal, asked: Asked) -> datetime:
    """Do again what was asked once, the time before it included."""
    if asked["waited"] is not None:
        rehearsal.advance(asked["waited"])
    return perform(rehearsal, asked)


def is_kept(asked: Asked, rehearsal: Rehearsal) -> bool:
    """Tell whether something happened that makes a turn: time alone does not."""
    return asked["do"] != "advance" or bool(rehearsal.steps)


def counted(stage: Stage) -> Stage:
    """Return the stage as it is kept after one more turn."""
    return replace(stage, turn=stage.turn + 1, turned_at=stage.now)


def pack(asked: Asked, answer: Mapping[str, Any], stage: Stage) -> bytes:
    """Return a turn as it is stored: JSON, deflated, because one turn repeats itself a lot."""
    whole = {"asked": asked, "answer": answer, "stage": stored(stage)}
    text = json.dumps(to_jsonable_python(whole), ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode(), 6)


def unpack(turn: SandboxTurn) -> dict[str, Any]:
    """Return a kept turn: its number, what was asked, the answer, and the stage as plain data."""
    plain: dict[str, Any] = json.loads(zlib.decompress(bytes(turn.kept)))
    return {"turn": turn.number, **plain}


def stage_after(turn: SandboxTurn) -> Stage:
    """Return where a rehearsal stood after a turn."""
    return read(unpack(turn)["stage"])

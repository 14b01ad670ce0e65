"""What each of the sandbox's panels shows of a talk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from agents.choices import SPEEDS
from agents.views import words
from agents.views.showing import dollars
from agents.views.why import pretty
from morfx.web.sentences import read

from . import doors
from .talk import Spent, Talk, Turn, moment

BUDGET = 50_000
"""Tokens of one conversation an agent has by default."""

LONGEST = 1200
"""Seconds at the end of a slider; the box beside it takes more."""

PRESETS = [("real", _lazy("Real")), ("rapido", _lazy("Fast")), ("instantaneo", _lazy("Instant"))]


def panel(name: str, talk: Talk) -> dict[str, Any]:
    """Return what a panel's template needs."""
    return MAKERS[name](talk)


def newest(talk: Talk) -> list[Turn]:
    """Return the turns, the last one first."""
    return [*reversed(talk.turns)]


def heard(talk: Talk, turn: Turn) -> dict[str, Any] | None:
    """Return what was understood of a turn; None when nobody had to understand."""
    plain = turn.plain
    if not plain.get("class"):
        return None
    confidence, agent = int(plain["confidence"]), talk.agent
    called = agent.words.intent if agent else str
    return {
        "intent": called(str(plain.get("intent") or "")),
        "code": plain.get("intent") or "",
        "kind": words.CLASSES.get(str(plain.get("class")), plain.get("class") or ""),
        "confidence": confidence,
        "band": words.band(confidence),
        "alternatives": [
            {"intent": called(str(other["intent"])), "confidence": other["confidence"]}
            for other in plain.get("alternatives") or []
        ],
        "fields": [
            {"label": agent.words.field(key) if agent else key, "value": value}
            for key, value in (plain.get("fields") or {}).items()
        ],
        "reasoning": read(_reasoning(plain)),
        "source": words.source(str(plain.get("source") or "")),
        "route": words.ROUTES.get(str(plain.get("route") or ""), ""),
    }


def _reasoning(plain: Mapping[str, Any]) -> str:
    """Return why it was understood so, which only the trace tells."""
    comprehensions = [one.get("comprehension") or {} for one in plain.get("trace") or []]
    return str(next((one["reasoning"] for one in comprehensions if one.get("reasoning")), ""))


def deeds(talk: Talk, turn: Turn) -> list[dict[str, Any]]:
    """Return what a turn did in the CRM, or would have done."""
    return [
        {
            "name": one.get("operation", ""),
            "title": words.DEEDS.get(str(one.get("operation")), one.get("operation", "")),
            "error": (one.get("error") or {}).get("message", ""),
            "inputs": pretty(one.get("inputs") or {}),
            "result": pretty(one.get("error") or one.get("live") or one.get("result")),
            "is_live": bool(one.get("live")),
        }
        for one in turn.deeds
    ]


def _tools(talk: Talk) -> dict[str, Any]:
    turns = [{"turn": turn, "deeds": deeds(talk, turn)} for turn in newest(talk) if turn.deeds]
    return {"turns": turns}


def _state(talk: Talk) -> dict[str, Any]:
    return {"json": pretty(talk.state), "may_change": doors.takes("set", "state")}


def _intent(talk: Talk) -> dict[str, Any]:
    rows = [(turn, heard(talk, turn)) for turn in newest(talk)]
    shown = [(turn, what) for turn, what in rows if what or turn.timer]
    return {"turns": [{"turn": turn, "heard": what} for turn, what in shown]}


def _tokens(talk: Talk) -> dict[str, Any]:
    models: dict[str, Spent] = {}
    for turn in talk.turns:
        for one in turn.spent:
            models[one.model] = _sum(models[one.model], one) if one.model in models else one
    return {
        "turns": [
            {"turn": turn, "spent": [priced(one) for one in turn.spent]}
            for turn in newest(talk)
            if turn.spent
        ],
        "models": [priced(one) for one in models.values()],
        "tokens": talk.tokens,
        "cost": dollars(talk.cost),
        "is_near": talk.is_costly,
        "budget": BUDGET,
    }


def _sum(one: Spent, other: Spent) -> Spent:
    return Spent(
        model=one.model,
        input=one.input + other.input,
        output=one.output + other.output,
        cost=one.cost + other.cost,
    )


def priced(one: Spent) -> dict[str, Any]:
    """Return what a model took, with its cost in words."""
    return {"row": one, "cost": dollars(one.cost)}


ACTIONS = {
    "silent": _lazy("it kept listening"),
    "respond": _lazy("it answered"),
    "complete": _lazy("all is known"),
}
"""What the agent did with a message that may give data."""


def _ingest(talk: Talk) -> dict[str, Any]:
    agent, data = talk.agent, talk.state.get("data") or {}
    fields = [*agent.words.wanted] if agent else [*data]
    fields += [name for name in data if name not in fields]
    called = agent.words.field if agent else str
    items = [item for turn in newest(talk) for item in reversed(turn.plain.get("ingest") or [])]
    return {
        "fields": [{"label": called(name), "value": data.get(name, "")} for name in fields],
        "have": sum(1 for name in fields if data.get(name)),
        "wanted": len(fields),
        "items": [_ingested(called, item) for item in items],
    }


def _ingested(called: Callable[[str], str], item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "at": moment(item["at"]),
        "kind": words.CLASSES.get(str(item["class"]), item["class"]),
        "confidence": item["confidence"],
        "action": ACTIONS.get(str(item["action"]), item["action"]),
        "message": item["message"],
        "fields": [
            {"label": called(name), "value": value} for name, value in item["fields"].items()
        ],
    }


def _timers(talk: Talk) -> dict[str, Any]:
    agent = talk.agent
    called = agent.words.level if agent else str
    known = {level for preset in agent.presets.values() for level in preset} if agent else set()
    return {
        "due": talk.timers,
        "levels": [
            {"level": level, "label": called(level), **_slider(talk.seconds.get(level))}
            for level in sorted(known | set(talk.seconds))
        ],
        "preset": talk.preset,
        "presets": PRESETS,
        "may_change": doors.takes("set", "timers"),
        "may_preset": doors.takes("set", "timer_preset"),
    }


def _slider(seconds: float | None) -> dict[str, Any]:
    """Return where a level's slider stands; one that is off has no seconds."""
    return {"seconds": None if seconds is None else int(seconds), "most": _most(seconds)}


def _most(seconds: float | None) -> int:
    return max(LONGEST, int(seconds or 0))


def _trace(talk: Talk) -> dict[str, Any]:
    return {"turns": [{"turn": turn, **decided(turn)} for turn in newest(talk)]}


def decided(turn: Turn) -> dict[str, Any]:
    """Return why a turn went as it did, in sentences and as data."""
    return {
        "why": [read(one) for one in turn.plain.get("why") or []],
        "silent": read(str(turn.plain.get("silent_because") or "")),
        "raw": pretty(turn.plain.get("trace") or []),
    }


def _config(talk: Talk) -> dict[str, Any]:
    speeds: list[tuple[float, Any]] = [*SPEEDS.items()]
    if talk.speed not in SPEEDS:
        speeds.append((talk.speed, _("Own: %(speed)s times") % {"speed": f"{talk.speed:g}"}))
    pinned = str(talk.plain.get("content") or "")
    return {
        "speeds": speeds,
        "may_speed": doors.takes("set", "speed"),
        "is_draft": pinned == "draft",
        "version": talk.plain.get("content_version"),
    }


MAKERS: Mapping[str, Callable[[Talk], dict[str, Any]]] = {
    "tools": _tools,
    "state": _state,
    "intent": _intent,
    "tokens": _tokens,
    "ingest": _ingest,
    "timers": _timers,
    "trace": _trace,
    "config": _config,
}

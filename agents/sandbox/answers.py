"""What a rehearsal tells its tester: the replies, where it stands, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from agents.costs import dollars
from agents.engine.deeds import Applied
from agents.engine.states import stored_state
from agents.engine.trace import trace_of
from agents.engine.turn_rows import FORCED

from .play import PEOPLE, Rehearsal, Step, replies

MOST_SHOWN = 100
"""Characters of a message in the timeline of what was understood."""


def answer_of(rehearsal: Rehearsal, *, since: datetime) -> dict[str, Any]:
    """Return what one call led to; seconds count from `since`, never below zero."""
    steps = rehearsal.steps
    last = steps[-1] if steps else None
    return {
        "replies": [
            {
                "text": say.text,
                "after_seconds": _seconds(at, since),
                "key": say.key,
                "kind": say.kind,
                "media": say.media,
                "at": at,
            }
            for say, at in replies(steps)
        ],
        **standing(rehearsal),
        **_understood(last),
        "effects": [effect for step in steps for effect in step.noted.effects],
        "tokens": sum(step.perception.tokens for step in steps if step.perception),
        "models": [used for step in steps for used in _models(step)],
        "ingest": [item for step in steps for item in _ingested(step)],
        "why": [sentence for step in steps for sentence in step.decision.why],
        "silent_because": _silence(rehearsal, last),
        "trace": [_trace(step) for step in steps],
        "since": since,
    }


def standing(rehearsal: Rehearsal) -> dict[str, Any]:
    """Return where a rehearsal stands now, whatever led there."""
    stage = rehearsal.stage
    return {
        "turn": stage.turn,
        "state": stored_state(stage.state),
        "mode": stage.state.mode,
        "timers": [
            {"key": timer.name, "level": timer.level, "due_in": _seconds(timer.due, stage.now)}
            for timer in sorted(stage.timers, key=lambda timer: timer.due)
        ],
        "levels": {str(level): seconds for level, seconds in sorted(rehearsal.levels.items())},
        "speed": rehearsal.speed,
        "coming": [{"key": one.say.key, "at": one.at} for one in stage.coming],
        "session_tokens": stage.tokens,
        "session_cost": dollars(stage.cost),
        "status": "handed_off" if stage.handed_over else "active",
        "handed_over": stage.handed_over,
        "owner": "person" if stage.owned or stage.handed_over else "bot",
        "paced": stage.paced,
        "content_version": rehearsal.content_version,
        "clock": stage.now,
    }


def _understood(step: Step | None) -> dict[str, Any]:
    """Return what was understood last; a timer is named like an intent, as turns name it."""
    heard = step.perception.heard if step and step.perception else None
    if heard is None or step is None or step.perception is None:
        intent = step.timer if step else ""
        sure = FORCED if intent else None
        return {"intent": intent, "class": "", "confidence": sure, "alternatives": [],
                "fields": {}, "route": "", "source": ""}  # fmt: skip
    return {
        "intent": heard.intent,
        "class": heard.kind,
        "confidence": heard.confidence,
        "alternatives": [
            {"intent": other.intent, "confidence": other.confidence} for other in heard.alternatives
        ],
        "fields": dict(heard.fields),
        "route": step.perception.route,
        "source": heard.source,
    }


def _models(step: Step) -> list[dict[str, Any]]:
    """Return every call of a model a step took; input tokens with what was read from a cache."""
    return [
        {
            "model": usage.model,
            "client": usage.client,
            "input_tokens": usage.tokens - usage.output_tokens,
            "output_tokens": usage.output_tokens,
            "cost": dollars(usage.cost),
            "latency_ms": usage.latency_ms,
            "outcome": str(usage.outcome),
        }
        for usage in (step.perception.usages if step.perception else ())
    ]


def _ingested(step: Step) -> list[dict[str, Any]]:
    """Return what a message gave: its class and fields, and whether the agent kept listening."""
    if step.perception is None:
        return []
    heard, asks = step.perception.heard, step.here.agent.words.wanted
    before, after = step.before.state.data, step.noted.stage.state.data
    is_complete = bool(asks) and all(after.get(name) for name in asks)
    was_complete = all(before.get(name) for name in asks)
    action = "respond" if step.noted.coming else "silent"
    return [
        {
            "message": step.here.text[:MOST_SHOWN],
            "class": heard.kind,
            "confidence": heard.confidence,
            "fields": dict(heard.fields),
            "known": sorted(name for name, value in after.items() if value),
            "action": "complete" if is_complete and not was_complete else action,
            "at": step.at,
        }
    ]


def _trace(step: Step) -> dict[str, Any]:
    """Return a decision's trace as production keeps it; what names rows of its own is empty."""
    applied = Applied(state=step.noted.stage.state, plan="")
    applied.handed_over = step.noted.stage.handed_over
    applied.tools = [
        {"name": effect["operation"], **{k: effect[k] for k in TOLD if k in effect}}
        for effect in step.noted.effects
        if effect["effect"] == "Do"
    ]
    trace = trace_of(step.here, step.perception, step.decision, applied)
    return {"at": step.at, "timer": step.timer, **trace, "messages": []}


TOLD = ("inputs", "result", "error", "live")


def _silence(rehearsal: Rehearsal, last: Step | None) -> str:
    if last is not None:
        return last.decision.silent_because
    return PEOPLE if rehearsal.stage.handed_over else rehearsal.silence


def _seconds(at: datetime, since: datetime) -> float:
    return round(max(0.0, (at - since).total_seconds()), 3)

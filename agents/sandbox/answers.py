"""What a rehearsal tells its tester: the replies, where it stands, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from agents.engine.states import stored_state

from .play import Rehearsal, Step, replies


def answer_of(rehearsal: Rehearsal, *, since: datetime) -> dict[str, Any]:
    """Return what one call led to; seconds count from `since`, never below zero."""
    stage, last = rehearsal.stage, rehearsal.steps[-1] if rehearsal.steps else None
    return {
        "replies": [
            {"text": say.text, "after_seconds": _seconds(at, since), "key": say.key}
            for say, at in replies(rehearsal.steps)
        ],
        "state": stored_state(stage.state),
        "mode": stage.state.mode,
        **_understood(last),
        "timers": [
            {"key": timer.name, "level": timer.level, "due_in": _seconds(timer.due, stage.now)}
            for timer in sorted(stage.timers, key=lambda timer: timer.due)
        ],
        "effects": [effect for step in rehearsal.steps for effect in step.noted.effects],
        "tokens": sum(step.perception.tokens for step in rehearsal.steps if step.perception),
        "session_tokens": stage.tokens,
        "why": [sentence for step in rehearsal.steps for sentence in step.decision.why],
        "silent_because": _silence(rehearsal, last),
        "status": "handed_off" if stage.handed_over else "active",
        "handed_over": stage.handed_over,
        "clock": stage.now,
    }


def _understood(step: Step | None) -> dict[str, Any]:
    """Return what was understood last; a timer is named like an intent, as turns name it."""
    heard = step.perception.heard if step and step.perception else None
    if heard is None or step is None or step.perception is None:
        intent = step.timer if step else ""
        return {"intent": intent, "class": "", "confidence": None, "alternatives": [],
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


def _silence(rehearsal: Rehearsal, last: Step | None) -> str:
    if last is not None:
        return last.decision.silent_because
    if rehearsal.stage.handed_over:
        return "People have this conversation."
    return "Nothing fell due."


def _seconds(at: datetime, since: datetime) -> float:
    return round(max(0.0, (at - since).total_seconds()), 3)

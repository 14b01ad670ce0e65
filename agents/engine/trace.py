"""Why an agent did what it did: the trace of a turn."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from pydantic_core import to_jsonable_python

from agents.llm.protocol import Usage

from .deeds import Applied
from .perceive import Perception
from .situation import Situation
from .states import stored_state
from .values import Comprehension, Decision


def trace_of(
    here: Situation, perception: Perception | None, decision: Decision, applied: Applied
) -> dict[str, Any]:
    """Return everything that explains a turn, as plain data."""
    trace = {
        "agent": here.agent.id,
        "version": here.session.version,
        "prompt_version": here.agent.prompt_version,
        "content_version": here.content_version,
        "messages": [str(message.pk) for message in here.messages],
        "plan": applied.plan,
        "comprehension": _heard(perception.heard) if perception else None,
        "route": perception.route if perception else "",
        "failures": list(perception.failures) if perception else [],
        "models": [_used(usage) for usage in perception.usages] if perception else [],
        "before": stored_state(here.state),
        "after": stored_state(applied.state),
        "why": list(decision.why),
        "silent_because": decision.silent_because,
        "effects": _as_data(decision.effects),
        "tools": applied.tools,
        "handed_over": applied.handed_over,
        "budget": dict(decision.budget),
        "code": decision.budget.get("code", ""),
    }
    plain: dict[str, Any] = to_jsonable_python(trace, fallback=str)
    return plain


def _heard(heard: Comprehension) -> dict[str, Any]:
    return {
        "class": heard.kind,
        "intent": heard.intent,
        "confidence": heard.confidence,
        "alternatives": [
            {"intent": other.intent, "confidence": other.confidence} for other in heard.alternatives
        ],
        "fields": dict(heard.fields),
        "reasoning": heard.reasoning,
        "source": heard.source,
    }


def _used(usage: Usage) -> dict[str, Any]:
    return {
        "client": usage.client,
        "model": usage.model,
        "input": usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens,
        "output": usage.output_tokens,
        "cost": f"{usage.cost:.6f}",
        "latency_ms": usage.latency_ms,
        "outcome": str(usage.outcome),
        "failure": usage.failure,
    }


def _as_data(effects: Iterable[object]) -> list[dict[str, Any]]:
    """Return effects as plain data."""
    return [
        {"effect": type(effect).__name__, **dataclasses.asdict(effect)}  # type: ignore[call-overload]
        for effect in effects
    ]

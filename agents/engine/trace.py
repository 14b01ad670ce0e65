"""Why an agent did what it did: the trace of a turn, and the ledger of what it cost."""

from __future__ import annotations

from typing import Any

from pydantic_core import to_jsonable_python

from agents.llm.protocol import Usage
from agents.models import AgentTurn, ModelCall, Session

from .effects import Applied, as_data
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
        "effects": as_data(decision.effects),
        "tools": applied.tools,
        "handed_over": applied.handed_over,
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


def write_calls(session: Session, turn: AgentTurn, perception: Perception | None) -> None:
    """Write a ledger row for every model call of a turn, the failed ones too."""
    ModelCall.objects.bulk_create(
        ModelCall(
            session=session,
            turn=turn,
            source=usage.client,
            model=usage.model,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cache_write_tokens=usage.cache_write_tokens,
            cache_read_tokens=usage.cache_read_tokens,
            cost=usage.cost,
            latency_ms=usage.latency_ms,
            outcome=str(usage.outcome),
            error=usage.failure,
            request_id=usage.request_id,
        )
        for usage in (perception.usages if perception else ())
    )

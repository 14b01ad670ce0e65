"""Ask an agent what it understands of a text, without any consequence."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from agents.engine.perceive import perceive
from agents.engine.states import read_state
from agents.engine.values import Question
from morfx.operations.actor import Actor
from morfx.operations.catalogue import operation

from .settings import _known


@operation("agents.comprehend", needs="whatsapp.view", talks=True)
def comprehend(
    actor: Actor,
    *,
    agent: str,
    text: Annotated[str, Field(min_length=1, max_length=10_000)],
    state: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what an agent understands: class, intent, confidence, alternatives and fields.

    `state` is a session's state (`mode`, `data`, `selection`…), because "yes" means nothing alone.
    """
    definition = _known(agent)
    given = read_state(state or {}, definition.flow(()).initial_mode)
    heard = perceive(definition, Question(text=text, state=given)).heard
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

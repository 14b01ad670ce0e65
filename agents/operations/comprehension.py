"""Ask an agent what it understands of a text, without any consequence."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import Field

from agents import content
from agents.engine import budgets
from agents.engine.perceive import perceive
from agents.engine.states import read_state
from agents.engine.values import Question
from agents.errors import ModelsUnavailableError
from morfx.operations.actor import Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Refused

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
    definition = content.current(_known(agent).id).agent
    given = read_state(state or {}, definition.flow(()).initial_mode)
    try:
        perception = perceive(definition, Question(text=text, state=given))
    except ModelsUnavailableError as nobody:
        budgets.settle(nobody.tries, "question")
        raise Refused(_("No model could read the message."), code=nobody.code) from None
    budgets.settle(perception.usages, "question")
    heard = perception.heard
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

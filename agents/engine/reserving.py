"""What a call to come may use at most: it is reserved before it is made."""

from __future__ import annotations

from django.conf import settings

from agents.llm import clients
from agents.llm.instructions import MAX_TOKENS
from agents.llm.pricing import cost
from agents.llm.protocol import Usage

from .budgets import Spent
from .registry import AgentDefinition

CHARACTERS_PER_TOKEN = 3.2
"""Of Spanish text, on the low side, so that an estimate errs to the dear side."""

RULES = 1_500
"""Tokens of the engine's own instructions, the answer's schema and the history, about."""


def most_of_a_call(agent: AgentDefinition, text: str, *, strong: bool = False) -> Spent:
    """Return what the next look at a text may use; nothing when only the embedded model looks.

    `strong` is the second look, by the dearer model.
    """
    model = clients.first_model(settings.MODEL_STRONG if strong else settings.MODEL_FAST)
    if not model:
        return Spent()
    prompt = round((len(agent.prompt) + len(text)) / CHARACTERS_PER_TOKEN) + RULES
    usage = Usage(
        client="", asked_model=model, model=model, input_tokens=prompt, output_tokens=MAX_TOKENS
    )
    return Spent(tokens=usage.tokens, money=cost(usage))

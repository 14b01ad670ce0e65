"""From a situation to a decision: perceive, then let the flow decide; or say why neither can be."""

from __future__ import annotations

from dataclasses import replace

from django.db import connection

from . import limits
from .perceive import Perception, perceive
from .situation import Situation
from .values import Decision, Question


def consider(here: Situation) -> tuple[Perception | None, Decision]:
    """Perceive and decide; no transaction is open and no connection held while a model thinks.

    Raises ModelsUnavailableError when no model could answer.
    """
    if not here.text:
        return None, limits.without_words(here)
    if here.tokens_used >= here.setting.budget_tokens_session:
        return None, limits.out_of_budget(here)
    if not connection.in_atomic_block:
        connection.close()
    here = replace(here, state=limits.readable_again(here.state))
    question = Question(text=here.text, state=here.state, history=here.history)
    perception = perceive(here.agent, question)
    flow = here.agent.flow(here.texts)
    return perception, flow.hear(here.state, here.text, perception.heard, here.world)

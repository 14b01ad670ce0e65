"""From a situation to a decision: perceive, then let the flow decide; or say why neither can be."""

from __future__ import annotations

from dataclasses import replace

from agents.errors import ModelsUnavailableError
from agents.llm import calls

from . import limits
from .perceive import Perception, nobody_heard, perceive
from .situation import Situation
from .values import Decision, Question

NOBODY = "No model could read the message."


def consider(here: Situation) -> tuple[Perception | None, Decision]:
    """Perceive and decide; no transaction is open and no connection held while a model thinks.

    When no model could answer, the decision is a person, at once: the customer has waited enough.
    """
    if not here.text:
        return None, limits.without_words(here)
    if here.tokens_used >= here.setting.budget_tokens_session:
        return None, limits.out_of_budget(here)
    here = replace(here, state=limits.readable_again(here.state))
    question = Question(text=here.text, state=here.state, history=here.history)
    try:
        perception = perceive(here.agent, question)
    except ModelsUnavailableError as nobody:
        perception = nobody_heard(nobody)
        decision = limits.to_a_person(here, NOBODY)
    else:
        decision = _decided(here, perception)
    if _is_rehearsed(here):
        calls.settle(perception.usages)
    return perception, decision


def _decided(here: Situation, perception: Perception) -> Decision:
    """Let the flow decide; what the models cost is kept even when it cannot."""
    flow = here.agent.flow(here.texts)
    try:
        return flow.hear(here.state, here.text, perception.heard, here.world)
    except Exception:
        calls.settle(perception.usages)
        raise


def _is_rehearsed(here: Situation) -> bool:
    """Tell a rehearsal, which leaves no turn that could settle its calls."""
    return here.session._state.adding

"""From a situation to a decision: perceive, then let the flow decide; or say why neither can be."""

from __future__ import annotations

from dataclasses import replace

from agents.errors import BudgetExceededError, ModelsUnavailableError
from agents.llm.protocol import Usage

from . import budgets, limits, reading
from .budgets import Spent
from .perceive import Perception, nobody_heard, perceive
from .reserving import most_of_a_call
from .situation import Situation
from .values import Comprehension, Decision, Question

NOBODY = "No model could read the message."


def consider(here: Situation) -> tuple[Perception | None, Decision]:
    """Perceive and decide; no transaction is open and no connection held while a model thinks.

    When no model could answer, the decision is a person, at once: the customer has waited enough.
    """
    listened: tuple[Usage, ...] = ()
    try:
        _hold(here, ())
        if not _is_rehearsed(here):
            listened = reading.listen(here.messages, here.agent.id)
        if not here.text:
            return _unread(listened), limits.without_words(here)
        _hold(here, listened)
    except BudgetExceededError as spent:
        return _unread(listened), limits.out_of_budget(here, spent)
    perception, decision = _understood(here, listened)
    if _is_rehearsed(here):
        budgets.settle(perception.usages, "sandbox")
    return perception, decision


def _understood(here: Situation, listened: tuple[Usage, ...]) -> tuple[Perception, Decision]:
    here = replace(here, state=limits.readable_again(here.state))
    question = Question(text=here.text, state=here.state, history=here.history)
    try:
        perception = perceive(
            here.agent, question, hold=lambda used: _hold(here, (*listened, *used), strong=True)
        )
    except ModelsUnavailableError as nobody:
        perception = nobody_heard(nobody)
        perception = replace(perception, usages=(*listened, *perception.usages))
        return perception, limits.to_a_person(here, NOBODY)
    perception = replace(perception, usages=(*listened, *perception.usages))
    return perception, limits.with_the_rest(here, _decided(here, perception))


def _decided(here: Situation, perception: Perception) -> Decision:
    """Let the flow decide; what the models cost is kept even when it cannot."""
    flow = here.agent.flow(here.texts)
    try:
        return flow.hear(here.state, here.text, perception.heard, here.world)
    except Exception:
        budgets.settle(perception.usages)
        raise


def _hold(here: Situation, used: tuple[Usage, ...], *, strong: bool = False) -> None:
    """Hold the call to come against the hard limits. Raises BudgetExceededError."""
    now = budgets.total(used)
    spent = {scope: before + now for scope, before in here.spent.items()}
    spent["turn"] = now
    spent.setdefault("session", Spent(tokens=here.tokens_used) + now)
    wanted = most_of_a_call(here.agent, here.text, strong=strong)
    budgets.check(budgets.limits_of(here.setting), spent, wanted)


def _unread(listened: tuple[Usage, ...]) -> Perception | None:
    """Return what hearing and seeing cost that found no words; None when it cost nothing."""
    if not listened:
        return None
    heard = Comprehension(kind="pregunta", intent="unreadable", confidence=0, source="")
    return Perception(heard=heard, route="clarify", usages=listened)


def _is_rehearsed(here: Situation) -> bool:
    """Tell a rehearsal, which leaves no turn that could settle its calls."""
    return here.session._state.adding

"""Perceive: one structured call that understands a message, and a second look when unsure.

All of it together, retries included, takes no longer than `MOST_SECONDS`: a customer is waiting.
When the time is over a model elsewhere is not asked any more, and the embedded one answers.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from django.conf import settings

from agents.errors import BudgetExceededError, ModelsUnavailableError
from agents.llm.chain import Chain
from agents.llm.clients import chain_for
from agents.llm.protocol import ComprehensionRequest, Usage

from .registry import AgentDefinition
from .values import Comprehension, Question

Route = Literal["proceed", "reanalyse", "clarify", "handover"]
SHORT_HISTORY = 8
"""Turns of the past a first look gets; a second look gets all that were read."""

MOST_SECONDS = 45.0
"""For both looks, with whatever is tried again."""


@dataclass(frozen=True, kw_only=True)
class Perception:
    """What was understood, how sure, and every call it took."""

    heard: Comprehension
    route: Route
    usages: tuple[Usage, ...] = ()
    failures: tuple[str, ...] = ()

    @property
    def tokens(self) -> int:
        """Return all tokens used, in and out."""
        return sum(usage.tokens for usage in self.usages)


def perceive(
    agent: AgentDefinition,
    question: Question,
    *,
    hold: Callable[[tuple[Usage, ...]], None] = lambda used: None,
) -> Perception:
    """Understand a message with the fast model; look again with the strong one when unsure.

    `hold` is asked before the second look, with what the first one used; when it raises
    BudgetExceededError, the first look counts. Raises ModelsUnavailableError when no model could
    answer.
    """
    until = time.monotonic() + MOST_SECONDS
    chain = chain_for(agent.language, fast=settings.MODEL_FAST, strong=settings.MODEL_STRONG)
    first = chain.comprehend(_request(agent, question, strong=False), until=until)
    seen = Perception(
        heard=first.value,
        route=route(first.value, agent),
        usages=first.tries,
        failures=tuple(f"{f.client}: {f.failure}" for f in first.failures),
    )
    if seen.route == "reanalyse" and seen.heard.source != "embedded":
        try:
            hold(seen.usages)
        except BudgetExceededError as spent:
            seen = replace(seen, failures=(*seen.failures, spent.code))
        else:
            seen = _second_look(chain, agent, question, seen, until)
    return replace(seen, heard=_normalised(agent, question, seen.heard))


def nobody_heard(nobody: ModelsUnavailableError) -> Perception:
    """Return what is left when no model could answer: what it cost, and why."""
    return Perception(
        heard=Comprehension(kind="pregunta", intent="", confidence=0, source=""),
        route="handover",
        usages=nobody.tries,
        failures=nobody.failures,
    )


def _second_look(
    chain: Chain, agent: AgentDefinition, question: Question, first: Perception, until: float
) -> Perception:
    """Ask the strong model; the first look counts when no better one comes of it."""
    try:
        second = chain.comprehend(_request(agent, question, strong=True), until=until)
    except ModelsUnavailableError as nobody:
        usages, failures, heard = nobody.tries, nobody.failures, first.heard
    else:
        usages = second.tries
        failures = tuple(f"{f.client}: {f.failure}" for f in second.failures)
        heard = first.heard if second.value.source == "embedded" else second.value
    return Perception(
        heard=heard,
        route=route(heard, agent),
        usages=(*first.usages, *usages),
        failures=(*first.failures, *failures),
    )


def route(heard: Comprehension, agent: AgentDefinition) -> Route:
    """Return what a confidence leads to: proceed, a second look, a question, or a person."""
    limits = agent.thresholds
    if heard.confidence >= limits["proceed"]:
        return "proceed"
    if heard.confidence >= limits["reanalyse"]:
        return "reanalyse"
    return "clarify" if heard.confidence >= limits["clarify"] else "handover"


def _request(agent: AgentDefinition, question: Question, *, strong: bool) -> ComprehensionRequest:
    history = question.history if strong else question.history[-SHORT_HISTORY:]
    return ComprehensionRequest(
        question=replace(question, history=history),
        system=agent.prompt,
        intents=agent.intents,
        fields=agent.fields,
        strong=strong,
        agent_id=agent.id,
    )


def _normalised(agent: AgentDefinition, question: Question, heard: Comprehension) -> Comprehension:
    if heard.source == "embedded" or not heard.fields:
        return heard
    return replace(heard, fields=agent.normalise(heard.fields, question.state.data))

"""Perceive: one structured call that understands a message, and a second look when unsure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import structlog
from django.conf import settings

from agents.llm.clients import chain_for
from agents.llm.protocol import ComprehensionRequest, Usage

from .registry import AgentDefinition
from .values import Comprehension, Question

log = structlog.get_logger()
Route = Literal["proceed", "reanalyse", "clarify", "handover"]
SHORT_HISTORY = 8
"""Turns of the past a first look gets; a second look gets all that were read."""


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


def perceive(agent: AgentDefinition, question: Question) -> Perception:
    """Understand a message with the fast model; look again with the strong one when unsure."""
    chain = chain_for(agent.language, fast=settings.MODEL_FAST, strong=settings.MODEL_STRONG)
    first = chain.comprehend(_request(agent, question, strong=False))
    usages, failures = list(first.tries), [f"{f.client}: {f.failure}" for f in first.failures]
    heard = first.value
    if route(heard, agent) == "reanalyse" and heard.source != "embedded":
        second = chain.comprehend(_request(agent, question, strong=True))
        usages += second.tries
        failures += [f"{f.client}: {f.failure}" for f in second.failures]
        if second.value.source != "embedded":
            heard = second.value
    for alarm in first.alarms:
        log.error("a model needs an operator", client=alarm.client, failure=alarm.failure)
    return Perception(
        heard=_normalised(agent, question, heard),
        route=route(heard, agent),
        usages=tuple(usages),
        failures=tuple(failures),
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

"""From a stored version to what the engine uses: the agent's definition with that content in it.

The embedded model's language is counted here, once per set of examples and process, and warmed
up: who asks for a content pays for it (tens of milliseconds), the first message does not.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

from agents.engine import registry
from agents.engine.registry import AgentDefinition
from agents.engine.values import Example
from agents.llm import prefix
from agents.llm.embedded.language import AgentLanguage
from agents.llm.embedded.warming import warm

from .documents import Document, by_intent, examples_of, levels, own, template_of
from .values import OWN, Content

LANGUAGES = 32
"""Sets of examples a process keeps counted; about five megabytes each."""


def build(agent: AgentDefinition, number: int, stored: Document) -> Content:
    """Return a version's content, ready."""
    texts = tuple(template_of(row) for row in stored["texts"])
    examples = examples_of(stored["examples"])
    timers = {preset: levels(seconds) for preset, seconds in stored["timers"].items()}
    return Content(
        version=number,
        texts=texts,
        examples=examples,
        fields=MappingProxyType(stored["fields"]),
        thresholds=MappingProxyType(stored["thresholds"]),
        timers=MappingProxyType(timers),
        agent=replace(
            agent,
            texts=texts,
            language=_language(agent, stored["examples"], examples),
            fields=stored["fields"],
            thresholds=stored["thresholds"],
            presets=timers,
            prompt=agent.prompt + _shown(agent, stored["examples"]),
        ),
    )


def build_own(agent: AgentDefinition) -> Content:
    """Return version 0: what the agent's code brings along."""
    return build(agent, OWN, own(agent))


def _language(
    agent: AgentDefinition, stored: dict[str, list[str]], examples: tuple[Example, ...]
) -> AgentLanguage:
    if stored == by_intent(agent.language.examples):
        warm(agent.language)
        return agent.language
    return _languages(agent.id, examples)


@lru_cache(maxsize=LANGUAGES)
def _languages(agent_id: str, examples: tuple[Example, ...]) -> AgentLanguage:
    language = replace(registry.find(agent_id).language, examples=examples)
    warm(language)
    return language


def _shown(agent: AgentDefinition, examples: dict[str, list[str]]) -> str:
    """Return examples for the prompt, so that what the shop adds teaches every model."""
    known = {example.text for example in agent.language.examples}
    own_first = {
        intent: sorted(texts, key=lambda text: text in known) for intent, texts in examples.items()
    }
    return prefix.examples_after(agent.prompt, own_first)

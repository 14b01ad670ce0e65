"""The agents there are: registered in code, complete at start-up, found by id."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.errors import AgentNotFoundError
from agents.llm.embedded.language import AgentLanguage
from morfx.operations.actor import Actor

from .editing import Editing
from .values import Flow
from .words import Words

THRESHOLDS: Mapping[str, int] = {"proceed": 85, "reanalyse": 60, "clarify": 40}
"""Confidence from which a turn proceeds, is looked at again, or asks; below the last: a person."""


@dataclass(frozen=True, kw_only=True)
class AgentDefinition:
    """Everything the engine needs to know of one agent.

    `normalise` turns fields a model read into the agent's own spelling, given what is known.
    `presets` are seconds per timer level. `unreadable` is said to what holds no words.
    """

    id: str
    name: str
    language: AgentLanguage
    flow: Callable[[Sequence[Any]], Flow]
    prompt: str
    intents: tuple[str, ...]
    fields: Mapping[str, str]
    normalise: Callable[[Mapping[str, str], Mapping[str, str]], dict[str, str]]
    presets: Mapping[str, Mapping[int, float]]
    handover_message: str
    unreadable: str
    furnish: Callable[[Actor], None]
    """Gives a workspace what the agent sells from, when it is first switched on there."""
    words: Words = field(default_factory=Words)
    texts: Sequence[Any] = ()
    wordless: frozenset[str] = frozenset({"datos", "irrelevante"})
    """Intents without texts of their own: messages that only give data, or ask nothing."""
    editing: Editing = field(default_factory=Editing)
    operations: frozenset[str] = frozenset()
    """What it may do, by name."""
    permissions: frozenset[str] = frozenset()
    thresholds: Mapping[str, int] = field(default_factory=lambda: THRESHOLDS)

    def title(self, intent: str) -> str:
        """Name an intent as the editor lists it."""
        return str(self.editing.titles.get(intent) or self.words.intent(intent))

    @property
    def prompt_version(self) -> str:
        """Name the wording of the prompt: it changes with every letter of it."""
        return hashlib.sha256(self.prompt.encode()).hexdigest()[:8]


agents: dict[str, AgentDefinition] = {}


def register(definition: AgentDefinition) -> AgentDefinition:
    """Add an agent; raise ValueError when its id is taken."""
    if definition.id in agents:
        raise ValueError(f"Two agents are called {definition.id}.")
    agents[definition.id] = definition
    return definition


def find(agent_id: str) -> AgentDefinition:
    """Return an agent by id. Raises AgentNotFoundError."""
    try:
        return agents[agent_id]
    except KeyError:
        raise AgentNotFoundError(agent_id) from None

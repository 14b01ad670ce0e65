"""What an agent says and goes by, as values: one version of its content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agents.engine.registry import AgentDefinition
from agents.engine.templates import Template
from agents.engine.values import Example

OWN = 0
"""The version that is no row: what the agent's code brings along."""


@dataclass(frozen=True, kw_only=True)
class Content:
    """One version of an agent's content, ready for use.

    `timers` are seconds per level, by preset. `agent` is the definition with this content in it:
    texts, examples (its language is built from them), field notes, thresholds and presets.
    """

    version: int
    texts: tuple[Template, ...]
    examples: tuple[Example, ...]
    fields: Mapping[str, str]
    thresholds: Mapping[str, int]
    timers: Mapping[str, Mapping[int, float]]
    agent: AgentDefinition

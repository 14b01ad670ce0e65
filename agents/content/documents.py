"""A version's content as it is stored: plain data, and back.

{"texts": [{"key", "intent", "visit", "order", "kind", "delay", "text"}, …],
 "examples": {intent: [words, …]},
 "fields": {name: note},
 "thresholds": {"proceed", "reanalyse", "clarify"},
 "timers": {preset: {level: seconds}}}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from agents.engine.registry import AgentDefinition
from agents.engine.templates import Template, TextKind, Visit
from agents.engine.values import Example


class TextRow(TypedDict):
    """One text, stored."""

    key: str
    intent: str
    visit: Visit
    order: int
    kind: TextKind
    delay: float
    text: str


class Document(TypedDict):
    """All of a version, stored."""

    texts: list[TextRow]
    examples: dict[str, list[str]]
    fields: dict[str, str]
    thresholds: dict[str, int]
    timers: dict[str, dict[str, float]]


def own(agent: AgentDefinition) -> Document:
    """Return what the agent's code brings along: version 0."""
    return Document(
        texts=[row_of(text) for text in agent.texts],
        examples=by_intent(agent.language.examples),
        fields=dict(agent.fields),
        thresholds=dict(agent.thresholds),
        timers={
            preset: {str(level): float(seconds) for level, seconds in levels.items()}
            for preset, levels in agent.presets.items()
        },
    )


def document(stored: Mapping[str, Any], agent: AgentDefinition) -> Document:
    """Read what a version stores; a part it lacks, or a field added since, is the agent's own."""
    base = own(agent)
    return Document(
        texts=list(stored.get("texts", base["texts"])),
        examples=_in_order(stored.get("examples", base["examples"]), base["examples"]),
        fields={**base["fields"], **stored.get("fields", {})},
        thresholds={**base["thresholds"], **stored.get("thresholds", {})},
        timers={
            preset: {**levels, **stored.get("timers", {}).get(preset, {})}
            for preset, levels in base["timers"].items()
        },
    )


def _in_order(found: Mapping[str, list[str]], base: Mapping[str, object]) -> dict[str, list[str]]:
    """Return examples with intents in the agent's order: the database keeps none."""
    return {name: found[name] for name in dict.fromkeys([*base, *sorted(found)]) if name in found}


def row_of(text: Template) -> TextRow:
    """Return a text as it is stored."""
    return TextRow(
        key=text.key,
        intent=text.intent,
        visit=text.visit,
        order=text.order,
        kind=text.kind,
        delay=float(text.delay),
        text=text.text,
    )


def template_of(row: TextRow) -> Template:
    """Return a stored text as a value."""
    return Template(
        name=row["key"],
        intent=row["intent"],
        visit=row["visit"],
        order=row["order"],
        kind=row["kind"],
        delay=row["delay"],
        text=row["text"],
    )


def by_intent(examples: Iterable[Example]) -> dict[str, list[str]]:
    """Return examples under their intents, in their order."""
    found: dict[str, list[str]] = {}
    for example in examples:
        found.setdefault(example.intent, []).append(example.text)
    return found


def examples_of(stored: Mapping[str, Iterable[str]]) -> tuple[Example, ...]:
    """Return stored examples as values."""
    return tuple(
        Example(intent=intent, text=text) for intent, texts in stored.items() for text in texts
    )


def levels(stored: Mapping[str, float]) -> dict[int, float]:
    """Return stored seconds by level."""
    return {int(level): seconds for level, seconds in sorted(stored.items())}

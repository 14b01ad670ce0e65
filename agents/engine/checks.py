"""Whether the agents are complete: asked when the application starts, by `doctor` and by tests.

An agent that may call an operation nobody made, or has no words for something it understands,
fails in front of a customer; here it fails before it meets one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import structlog
from django.core.checks import CheckMessage, Error, register

from agents.models import AgentSetting
from morfx.operations.actor import SYSTEM
from morfx.operations.catalogue import operations
from morfx.workspaces.health import Finding, questions
from morfx.workspaces.roles import PERMISSIONS

from . import registry
from .registry import AgentDefinition

log = structlog.get_logger()

STEPS = ("proceed", "reanalyse", "clarify")


def problems(agent: AgentDefinition) -> list[str]:
    """Return what is wrong with an agent, a sentence each; nothing when it is complete."""
    return [
        *_may_do(agent),
        *_routes(agent),
        *_waits(agent),
        *_says(agent),
        *_begins(agent),
    ]


def _may_do(agent: AgentDefinition) -> Iterator[str]:
    for name in sorted(agent.operations):
        operation = operations.get(name)
        if operation is None:
            yield f"There is no operation called {name}."
        elif operation.needs == SYSTEM:
            yield f"{name} is the system's own: no agent may call it."
        elif operation.needs not in agent.permissions:
            yield f"{name} needs the permission {operation.needs}, which the agent has not."
    for name in sorted(agent.permissions - set(PERMISSIONS)):
        yield f"There is no permission called {name}."


def _routes(agent: AgentDefinition) -> Iterator[str]:
    missing = [step for step in STEPS if step not in agent.thresholds]
    if missing:
        yield f"There is no threshold for: {', '.join(missing)}."
        return
    proceed, reanalyse, clarify = (agent.thresholds[step] for step in STEPS)
    if not 100 >= proceed >= reanalyse >= clarify >= 0:
        yield "The thresholds are not in order: proceed, reanalyse, clarify, from 100 to 0."


def _waits(agent: AgentDefinition) -> Iterator[str]:
    wanted = set(AgentSetting.Preset.values)
    if set(agent.presets) != wanted:
        yield f"The timers' presets must be: {', '.join(sorted(wanted))}."
    levels = {level for preset in agent.presets.values() for level in preset}
    for name, preset in sorted(agent.presets.items()):
        if absent := sorted(levels - set(preset)):
            yield f"The preset {name} lacks the levels {', '.join(map(str, absent))}."
        if any(seconds <= 0 for seconds in preset.values()):
            yield f"The preset {name} has a level that does not wait."


def _says(agent: AgentDefinition) -> Iterator[str]:
    keys = [text.key for text in agent.texts]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"Two texts are called {key}."
    told = {text.intent for text in agent.texts}
    for intent in agent.intents:
        parts = [part for part in intent.split("+") if part not in agent.wordless]
        if agent.texts and (silent := [part for part in parts if part not in told]):
            yield f"There is no text for the intent {' + '.join(silent)}."
    for name in ("handover_message", "unreadable", "prompt"):
        if not getattr(agent, name).strip():
            yield f"The agent has no {name}."


def _begins(agent: AgentDefinition) -> Iterator[str]:
    mode = agent.flow(()).initial_mode
    if agent.words.modes and mode not in agent.words.modes:
        yield f"It begins in {mode}, which is none of its modes."


def look_after_all() -> list[str]:
    """Return what is wrong with any agent, each sentence with the agent's id before it."""
    return [
        f"{agent.id}: {problem}"
        for agent in registry.agents.values()
        for problem in problems(agent)
    ]


def finding() -> Finding:
    """Tell `doctor` whether every agent is complete."""
    wrong = look_after_all()
    count = len(registry.agents)
    says = " ".join(wrong) if wrong else f"Agents registered and complete: {count}."
    return Finding("agents", not wrong, says)


def at_start(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Fail `manage.py check`, and so the build, over an agent that is not complete."""
    return [Error(problem, id="agents.E001") for problem in look_after_all()]


def load() -> None:
    """Look, and let `manage.py check` and `doctor` look too; called once, when we start.

    A process that serves tells its log and goes on: the other agents answer all the same.
    """
    register(at_start)
    questions.append(finding)
    for problem in look_after_all():
        log.error("an agent is not complete", problem=problem)

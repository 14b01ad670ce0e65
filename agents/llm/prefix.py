"""The examples a model is shown before the question: as many as make the prompt worth caching.

A prompt is cached only from a length on, and shorter ones are billed in full each time, silently:
4,096 tokens for Claude Haiku 4.5 and Opus 4.5 and later, 2,048 and 1,024 for others. (Anthropic,
"Prompt caching", and anthropic-sdk-python issue 1194, where 1,024 turned out to be 2,048.) Rules
and instructions alone are a third of that. So the rest is filled with what helps most: the agent's
own examples, evenly over the intents. From the second message on, five thousand tokens read from
the cache cost less than twelve hundred that are not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .instructions import RULES

LEAST_CACHED = 4096
"""Tokens of the longest minimum."""

CHARACTERS_PER_TOKEN = 4.0
"""Of our prompts, on the high side, so that a prefix errs to the long side."""

ENOUGH = round(LEAST_CACHED * CHARACTERS_PER_TOKEN)
"""Characters from which a prefix is cached by every model."""

LEAST_OF_EACH = 8
"""Examples of an intent that are shown in any case, if there are so many."""

HEADING = "\n\nExamples of what customers write, by intent:\n"


def examples_after(prompt: str, examples: Mapping[str, Sequence[str]]) -> str:
    """Return the examples to show after a prompt, by intent; of each, the first given come first.

    The same prompt and examples give the same text, letter by letter: it is part of what is cached.
    """
    longest = max(map(len, examples.values()), default=0)
    before = len(RULES) + len(prompt)
    text = ""
    for count in range(min(LEAST_OF_EACH, longest), longest + 1):
        text = _written(examples, count)
        if before + len(text) >= ENOUGH:
            break
    return text


def _written(examples: Mapping[str, Sequence[str]], count: int) -> str:
    lines = [
        f"- {intent}: " + " | ".join(" ".join(text.split()) for text in texts[:count])
        for intent, texts in examples.items()
        if texts
    ]
    return HEADING + "\n".join(lines) if lines else ""


def is_cacheable(system: str) -> bool:
    """Say whether an agent's instructions, after our rules, are long enough to be cached."""
    return len(RULES) + len(system) >= ENOUGH

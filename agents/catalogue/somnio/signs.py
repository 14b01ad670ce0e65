"""Write a cue in one line."""

from __future__ import annotations

import re

from agents.llm.embedded.language import Cue


def sign(
    intent: str, concepts: str = "", *, absent: str = "", words: str = "", strength: int = 88
) -> Cue:
    """Make a cue; `concepts` and `absent` are names parted by spaces, `words` is a pattern."""
    return Cue(
        intent=intent,
        concepts=frozenset(concepts.split()),
        absent=frozenset(absent.split()),
        words=re.compile(words) if words else None,
        strength=strength,
    )

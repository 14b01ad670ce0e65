"""From what a member wrote to the wishes in it; an empty list when the grammar knows none."""

from __future__ import annotations

import re

from .patterns import PATTERNS
from .wish import Wish
from .words import bare, flat

MOST_WISHES = 4
LONGEST = 600
"""Characters of one wish that are matched; what is longer is for a model, or too long."""

FREE_TEXT = frozenset({"note", "task", "send"})
"""Kinds that hold the member's own words, in which nothing is a wish of its own."""

_THEN = re.compile(
    r"\s*(?:;|\n|,?\s+(?:y luego|y despues|y tambien|and then|and also|luego|then)\s)\s*"
)


def wishes(text: str) -> list[Wish]:
    """Read what is wished, in order; none when any part of it is not understood."""
    whole = read(text)
    if whole is not None and whole.kind in FREE_TEXT:
        return [whole]
    parts = [part for part in _split(text) if part]
    found = [read(part) for part in parts[:MOST_WISHES]]
    if len(parts) > 1 and len(parts) <= MOST_WISHES and all(found):
        return [wish for wish in found if wish]
    return [whole] if whole else []


def read(text: str) -> Wish | None:
    """Read one wish; None when no sentence of the grammar fits all of it."""
    text = bare(text)
    if not text or len(text) > LONGEST:
        return None
    plain = flat(text)
    for kind, pattern in PATTERNS:
        if found := pattern.fullmatch(plain):
            spans = {name: found.span(name) for name in found.groupdict()}
            said = {name: text[start:end] for name, (start, end) in spans.items() if start >= 0}
            return Wish(kind=kind, said=said)
    return None


def _split(text: str) -> list[str]:
    plain, parts, start = flat(text), [], 0
    for found in _THEN.finditer(plain):
        parts.append(text[start : found.start()].strip())
        start = found.end()
    return [*parts, text[start:].strip()]

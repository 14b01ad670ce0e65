"""The JSON object in what a model says that was only asked for one, not held to it.

Models without structured output put it in a fence, after their thoughts, or between friendly words.
What is found is checked against the schema like every answer; here it is only found.
"""

from __future__ import annotations

import json
import re
from typing import Any

MOST_STARTS = 200
"""Opening braces that are tried; an answer has a few."""

_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)


def object_in(said: str) -> dict[str, Any]:
    """Return the first JSON object in a text. Raises ValueError when there is none."""
    text = _THOUGHTS.sub("", said)
    decoder = json.JSONDecoder()
    start = text.find("{")
    for _ in range(MOST_STARTS):
        if start < 0:
            break
        try:
            found, _end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            start = text.find("{", start + 1)
            continue
        if isinstance(found, dict):
            return found
    raise ValueError("no JSON object")

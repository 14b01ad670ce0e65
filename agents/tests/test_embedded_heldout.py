"""How well unseen messages are understood. The labelled set shares no text with the examples.

Each row has a `text`, the `mode` it is said in, and what is expected of it: `intent`, `kind`,
`fields`, or several of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from agents.catalogue.somnio.examples import EXAMPLES
from agents.catalogue.somnio.language import LANGUAGE
from agents.engine.values import Comprehension, Question, State
from agents.llm.embedded.client import Embedded
from agents.llm.embedded.spelling import plain

HELD_OUT = Path(__file__).parent / "data" / "somnio_heldout.json"


@cache
def rows() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(HELD_OUT.read_text("utf-8")))


def heard_with(label: str) -> Iterator[tuple[dict[str, Any], Comprehension]]:
    for row in rows():
        if label in row:
            question = Question(text=row["text"], state=State(mode=row["mode"]))
            yield row, Embedded().comprehend(question, LANGUAGE)


def test_the_set_is_large_and_apart_from_the_examples() -> None:
    examples = {plain(e.text) for e in EXAMPLES}
    shared = [row["text"] for row in rows() if "intent" in row and plain(row["text"]) in examples]
    assert len(rows()) >= 400
    assert len(shared) <= len(rows()) * 0.05, shared


def test_intents() -> None:
    results = [(row["intent"] == heard.intent, row["text"]) for row, heard in heard_with("intent")]
    right = sum(ok for ok, _ in results) / len(results)
    print(
        f"intent top-1 {right:.3f} of {len(results)}; wrong: {[t for ok, t in results if not ok]}"
    )
    assert right >= 0.85


def test_classes() -> None:
    results = [(row["kind"] == heard.kind, row["text"]) for row, heard in heard_with("kind")]
    right = sum(ok for ok, _ in results) / len(results)
    print(f"class {right:.3f} of {len(results)}; wrong: {[t for ok, t in results if not ok]}")
    assert right >= 0.90


def test_fields() -> None:
    found = expected = both = 0
    for row, heard in heard_with("fields"):
        found += len(heard.fields)
        expected += len(row["fields"])
        both += len(heard.fields.items() & row["fields"].items())
    score = 2 * both / (found + expected)
    print(f"fields F1 {score:.3f} over {expected} fields")
    assert score >= 0.90


def test_what_is_understood_is_sure_and_what_is_not_is_unsure() -> None:
    pairs = [(row["intent"] == h.intent, h.confidence) for row, h in heard_with("intent")]
    sure = [ok for ok, confidence in pairs if confidence >= 85]
    assert sum(sure) / len(sure) >= 0.90
    assert len(sure) / len(pairs) >= 0.75

"""How well unseen messages are understood.

The unseen set was written in three batches, blind: before the first look nothing was tuned for it.
When first seen its first batch scored 0.941 for intents (of 170 that are no example's words), 0.976
for classes (84) and 0.952 (F1) for fields (114); its second, written after the faults of the first
were mended, 0.957 (70), 0.957 (69) and 0.957 (82); its third 0.898 (59), 0.931 (29) and 1.00 (49).
Together that is 0.936, 0.962 and 0.963. The held-out set, older, had 0.93, 1.00 and 0.95 at its
first look. What they showed was mended in general ways since, so today's scores are no longer
those of unseen messages. The development set was worked with: its score only guards against
going back.

Each row has a `text`, the `mode` it is said in, and what is expected of it: `intent`, `kind`,
`fields`, or several of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from agents.catalogue.somnio.examples import EXAMPLES
from agents.catalogue.somnio.language import LANGUAGE
from agents.engine.values import Comprehension, Question, State
from agents.llm.embedded.client import Embedded
from agents.llm.embedded.spelling import plain

DATA = Path(__file__).parent / "data"
SETS = ("somnio_unseen", "somnio_heldout", "somnio_development")


@cache
def rows(name: str) -> tuple[dict[str, Any], ...]:
    return tuple(json.loads((DATA / f"{name}.json").read_text("utf-8")))


def heard_with(label: str, name: str) -> Iterator[tuple[dict[str, Any], Comprehension]]:
    for row in rows(name):
        if label in row:
            question = Question(text=row["text"], state=State(mode=row["mode"]))
            yield row, Embedded().comprehend(question, LANGUAGE)


@pytest.mark.parametrize("name", SETS)
def test_the_set_is_large_and_apart_from_the_examples(name: str) -> None:
    examples = {plain(e.text) for e in EXAMPLES}
    shared = [
        row["text"] for row in rows(name) if "intent" in row and plain(row["text"]) in examples
    ]
    assert len(rows(name)) >= 150
    assert len(shared) <= len(rows(name)) * 0.05, shared


@pytest.mark.parametrize("name", SETS)
def test_intents(name: str) -> None:
    results = [
        (row["intent"] == heard.intent, row["text"]) for row, heard in heard_with("intent", name)
    ]
    right = sum(ok for ok, _ in results) / len(results)
    print(
        f"intent top-1 {right:.3f} of {len(results)}; wrong: {[t for ok, t in results if not ok]}"
    )
    assert right >= 0.85


@pytest.mark.parametrize("name", SETS)
def test_classes(name: str) -> None:
    results = [(row["kind"] == heard.kind, row["text"]) for row, heard in heard_with("kind", name)]
    right = sum(ok for ok, _ in results) / len(results)
    print(f"class {right:.3f} of {len(results)}; wrong: {[t for ok, t in results if not ok]}")
    assert right >= 0.90


@pytest.mark.parametrize("name", SETS)
def test_fields(name: str) -> None:
    found = expected = both = 0
    for row, heard in heard_with("fields", name):
        found += len(heard.fields)
        expected += len(row["fields"])
        both += len(heard.fields.items() & row["fields"].items())
    score = 2 * both / (found + expected)
    print(f"fields F1 {score:.3f} over {expected} fields")
    assert score >= 0.90


@pytest.mark.parametrize("name", SETS)
def test_what_is_understood_is_sure_and_what_is_not_is_unsure(name: str) -> None:
    pairs = [(row["intent"] == h.intent, h.confidence) for row, h in heard_with("intent", name)]
    sure = [ok for ok, confidence in pairs if confidence >= 85]
    assert sum(sure) / len(sure) >= 0.90
    assert len(sure) / len(pairs) >= 0.75

"""What one content says otherwise than another, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypedDict

from .documents import Document, TextRow

Kind = Literal["texts", "examples", "fields", "thresholds", "timers"]


class Change(TypedDict):
    """One part that differs. `name` is an intent, a field, a threshold or `preset.level`.

    `before` and `after` are lists for texts and examples, plain values for the rest; for examples
    only what came and went.
    """

    part: Kind
    name: str
    before: Any
    after: Any


def difference(before: Document, after: Document) -> list[Change]:
    """Return every part that differs, texts first; empty when nothing does."""
    return [
        *_texts(before["texts"], after["texts"]),
        *_examples(before["examples"], after["examples"]),
        *_values("fields", before["fields"], after["fields"]),
        *_values("thresholds", before["thresholds"], after["thresholds"]),
        *_values("timers", _flat(before["timers"]), _flat(after["timers"])),
    ]


def _texts(before: Iterable[TextRow], after: Iterable[TextRow]) -> list[Change]:
    old, new = _grouped(before), _grouped(after)
    return [
        Change(part="texts", name=name, before=old.get(name, []), after=new.get(name, []))
        for name in dict.fromkeys([*old, *new])
        if old.get(name, []) != new.get(name, [])
    ]


def _grouped(rows: Iterable[TextRow]) -> dict[str, list[TextRow]]:
    found: dict[str, list[TextRow]] = {}
    for row in rows:
        found.setdefault(row["intent"], []).append(row)
    return found


def _examples(before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> list[Change]:
    changes = []
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name, []), after.get(name, [])
        if set(old) != set(new):
            gone = [text for text in old if text not in set(new)]
            come = [text for text in new if text not in set(old)]
            changes.append(Change(part="examples", name=name, before=gone, after=come))
    return changes


def _values(part: Kind, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    return [
        Change(part=part, name=name, before=before.get(name), after=after.get(name))
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]


def _flat(timers: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    return {
        f"{preset}.{level}": seconds
        for preset, levels in timers.items()
        for level, seconds in levels.items()
    }

"""Inputs made from an operation's own schema: plausible ones, and garbage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from morfx.operations.entry import Entry

PLAUSIBLE_TEXT = "3001234567"
"""A phone number, a name, a label and a text at once."""

BY_FORMAT = {
    "uuid": "01890000-0000-7000-8000-000000000000",
    "date": "2026-01-05",
    "date-time": "2026-01-05T10:00:00Z",
    "time": "10:00:00",
    "email": "marta@example.test",
    "uri": "https://example.test/",
    "duration": "PT1H",
}

GARBAGE: list[Any] = [
    None, "", " ", "\x00", "x" * 30_000, "💥" * 300, "'; DROP TABLE crm_contact; --", "../../etc",
    -1, 0, 2**63, 1e308, float("nan"), True, [], [None], [[]], ["\x00"], {}, {"a": {"b": [1]}},
    {"__proto__": 1}, "9" * 60, "not-a-uuid", "2026-02-31T25:61:00Z", "{{ x }}", "٣٤٥",
]  # fmt: skip


def plausible(entry: Entry[Any, Any], rows: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return inputs that fit the required part of a schema; `rows` names rows by input."""
    schema = entry.inputs.model_json_schema(mode="validation", by_alias=False)
    properties = schema.get("properties", {})
    made = {}
    for name in entry.names:
        if rows and name in rows:
            made[name] = [rows[name]] if entry.rows[name].many else rows[name]
        elif name in schema.get("required", ()):
            made[name] = _example(properties[name], schema.get("$defs", {}))
    return made


def garbled(entry: Entry[Any, Any]) -> Iterator[dict[str, Any]]:
    """Return inputs of which one is garbage, for each input and each garbage."""
    yield {}
    yield {"surprise": 1}
    for name in entry.names:
        for garbage in GARBAGE:
            yield {**plausible(entry, {row: str(uuid4()) for row in entry.rows}), name: garbage}


def _example(schema: Mapping[str, Any], known: Mapping[str, Any]) -> Any:
    if "$ref" in schema:
        return _example(known[schema["$ref"].rpartition("/")[2]], known)
    for choices in ("anyOf", "oneOf", "allOf"):
        if choices in schema:
            usable = [part for part in schema[choices] if part.get("type") != "null"]
            return _example(usable[0], known)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    return _of_type(schema, known)


def _of_type(schema: Mapping[str, Any], known: Mapping[str, Any]) -> Any:
    kind = schema.get("type")
    if kind == "string":
        if "#" in schema.get("pattern", ""):
            return "#aabbcc"
        text = BY_FORMAT.get(schema.get("format", ""), PLAUSIBLE_TEXT)
        return text[: schema["maxLength"]] if "maxLength" in schema else text
    if kind in ("integer", "number"):
        return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
    if kind == "boolean":
        return True
    if kind == "array":
        return [_example(schema.get("items", {}), known)] * max(1, schema.get("minItems", 1))
    if kind == "object":
        wanted = schema.get("required", ())
        return {name: _example(schema["properties"][name], known) for name in wanted}
    return PLAUSIBLE_TEXT

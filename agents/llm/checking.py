"""Whether a model's inputs for a tool are of the tool's JSON schema.

What schemas of operations use, and no more: types, required, enum, const, items, properties,
additional properties, unions, references, lengths and bounds. A keyword we do not know refuses
nothing, because the operation checks its inputs again; what matters here is that an answer which
broke off is not taken for a short one.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]

DEEPEST = 30
"""Levels that are looked into; inputs of tools have a few."""

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_BOUNDS = (
    ("minimum", operator.ge),
    ("maximum", operator.le),
    ("exclusiveMinimum", operator.gt),
    ("exclusiveMaximum", operator.lt),
)
_LENGTHS = (("minLength", "maxLength", str), ("minItems", "maxItems", list))


def problems(value: object, schema: Schema) -> list[str]:
    """Say what is wrong with inputs, each as `place: what`; empty when nothing is."""
    return list(_check(value, schema, schema, "", 0))


def _check(value: Any, schema: Schema, root: Schema, place: str, depth: int) -> Iterator[str]:
    where = place or "inputs"
    if depth > DEEPEST:
        yield f"{where}: nested too deep"
        return
    if reference := schema.get("$ref"):
        yield from _check(value, _found(str(reference), root), root, place, depth + 1)
    choices = schema.get("anyOf") or schema.get("oneOf") or ()
    if choices and not any(
        not list(_check(value, choice, root, place, depth + 1)) for choice in choices
    ):
        yield f"{where}: none of the allowed shapes"
    for part in schema.get("allOf", ()):
        yield from _check(value, part, root, place, depth + 1)
    if not _is_of(value, schema.get("type")):
        yield f"{where}: must be {schema['type']}"
        return
    yield from _check_value(value, schema, where)
    if isinstance(value, dict):
        yield from _check_object(value, schema, root, place, depth)
    items = schema.get("items")
    if isinstance(value, list) and isinstance(items, Mapping):
        for number, item in enumerate(value):
            yield from _check(item, items, root, f"{place}[{number}]", depth + 1)


def _check_value(value: Any, schema: Schema, where: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: must be one of {schema['enum']}"
    if "const" in schema and value != schema["const"]:
        yield f"{where}: must be {schema['const']!r}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        for name, holds in _BOUNDS:
            if name in schema and not holds(value, schema[name]):
                yield f"{where}: {name} is {schema[name]}"
    for least, most, kind in _LENGTHS:
        if isinstance(value, kind):
            if len(value) < schema.get(least, 0):
                yield f"{where}: {least} is {schema[least]}"
            if len(value) > schema.get(most, len(value)):
                yield f"{where}: {most} is {schema[most]}"


def _check_object(
    value: Mapping[str, Any], schema: Schema, root: Schema, place: str, depth: int
) -> Iterator[str]:
    dot = f"{place}." if place else ""
    known: Mapping[str, Schema] = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{dot}{name}: required"
    others = schema.get("additionalProperties", True)
    for name, part in value.items():
        if name in known:
            yield from _check(part, known[name], root, f"{dot}{name}", depth + 1)
        elif others is False:
            yield f"{dot}{name}: not known"
        elif isinstance(others, Mapping):
            yield from _check(part, others, root, f"{dot}{name}", depth + 1)


def _is_of(value: object, kinds: str | Sequence[str] | None) -> bool:
    if kinds is None:
        return True
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        if isinstance(value, bool) and kind in ("integer", "number"):
            continue
        if kind == "integer" and isinstance(value, float) and value.is_integer():
            return True
        if isinstance(value, _TYPES.get(kind, (object,))):
            return True
    return False


def _found(reference: str, root: Schema) -> Schema:
    """Follow a reference within the schema; one that leads nowhere refuses nothing."""
    found: Any = root
    for step in reference.removeprefix("#/").split("/"):
        found = found.get(step, {}) if isinstance(found, Mapping) else {}
    return found if isinstance(found, Mapping) else {}

"""The catalogue as people read it: each entry with its inputs in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from morfx.operations.entry import Entry

from .openapi import Lenient, Schema


@dataclass(frozen=True)
class Input:
    """One input of an entry."""

    name: str
    kind: str
    required: bool


@dataclass(frozen=True)
class Reading:
    """An operation or a lookup on the page."""

    name: str
    needs: str
    summary: str
    explanation: str
    inputs: list[Input]


def reading(entry: Entry[Any, Any]) -> Reading:
    """Return an entry as the page shows it."""
    schema = entry.inputs.model_json_schema(by_alias=False, schema_generator=Lenient)
    required, nested = schema.get("required", []), schema.get("$defs", {})
    inputs = [
        Input(name, _kind(part, nested), name in required)
        for name, part in schema.get("properties", {}).items()
    ]
    _summary, _newline, explanation = (entry.__doc__ or "").partition("\n")
    return Reading(entry.name, entry.needs, entry.summary, explanation.strip(), inputs)


def _kind(part: Schema, nested: dict[str, Schema]) -> str:
    """Return a schema in a few words: `uuid`, `list of string`, `"low" | "high"`."""
    if "$ref" in part:
        return _kind(nested.get(part["$ref"].rpartition("/")[2], {}), nested)
    if "anyOf" in part:
        kinds = [_kind(each, nested) for each in part["anyOf"] if each.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "enum" in part:
        return " | ".join(f'"{value}"' for value in part["enum"])
    if "const" in part:
        return f'"{part["const"]}"'
    if part.get("type") == "array":
        return f"list of {_kind(part.get('items', {}), nested)}"
    if part.get("type") == "object" and part.get("properties"):
        return f"{{{', '.join(part['properties'])}}}"
    return str(part.get("format") or part.get("type") or "anything")

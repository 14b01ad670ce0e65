"""The catalogue as an OpenAPI 3.1 document; nothing here is written by hand twice."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from morfx.operations import catalogue, entry
from morfx.operations.actor import SYSTEM

Schema = dict[str, Any]
Entry = entry.Entry[Any, Any]

ERROR: Schema = {
    "type": "object",
    "required": ["ok", "error"],
    "properties": {
        "ok": {"const": False},
        "error": {
            "type": "object",
            "required": ["code", "message", "retryable"],
            "properties": {
                "code": {"type": "string", "examples": ["VALIDATION_ERROR", "NOT_FOUND"]},
                "message": {"type": "string", "description": "A sentence for a person."},
                "field": {"type": "string", "description": "The input at fault."},
                "fields": {"type": "object", "additionalProperties": {"type": "string"}},
                "suggestion": {"type": "string", "description": "What to do instead."},
                "reason": {"type": "string", "description": "Which row does not exist."},
                "retryable": {"type": "boolean"},
            },
        },
    },
}
EVENT: Schema = {
    "type": "object",
    "required": ["id", "name", "facts"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "name": {"type": "string"},
        "facts": {"type": "object"},
    },
}
OUTCOME: Schema = {
    "type": "object",
    "required": ["ok", "data", "events"],
    "properties": {
        "ok": {"const": True},
        "data": {},
        "events": {"type": "array", "items": {"$ref": "#/components/schemas/Event"}},
    },
}
REFUSALS = {
    "400": "The body is not a JSON object (operations).",
    "401": "No key, or none that works.",
    "403": "The key may not do this.",
    "404": "Unknown name, or a row that does not exist in the key's workspace.",
    "409": "A conflict, or an idempotency key used for another call.",
    "413": "The body is larger than 1 MB (operations).",
    "422": "Refused: wrong inputs, or a rule of the business.",
    "429": "Too many calls in a minute; see Retry-After.",
    "503": "Unavailable for the moment; retry.",
}
IDEMPOTENCY_KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A repeat of the call under the same key returns the first answer.",
    "schema": {"type": "string", "maxLength": 255},
}


class Lenient(GenerateJsonSchema):
    """Describes what JSON Schema cannot express as anything at all."""

    def handle_invalid_for_json_schema(
        self, schema: core_schema.CoreSchema, error_info: str
    ) -> JsonSchemaValue:
        """Return the schema that accepts everything."""
        return {}


def public_operations() -> list[catalogue.Operation[Any, Any]]:
    """Return the operations that exist for keys: all but the system's own."""
    return [entry for entry in catalogue.everything() if entry.needs != SYSTEM]


def public_lookups() -> list[catalogue.Lookup[Any, Any]]:
    """Return the lookups that exist for keys, by name."""
    every = [catalogue.lookups[name] for name in sorted(catalogue.lookups)]
    return [entry for entry in every if entry.needs != SYSTEM]


@cache
def document() -> Schema:
    """Return the whole document; the catalogue is complete once Django has started."""
    schemas: Schema = {"Error": ERROR, "Event": EVENT, "Outcome": OUTCOME}
    paths: Schema = {}
    for operation in public_operations():
        paths[f"/api/v1/operations/{operation.name}"] = {"post": _post(operation, schemas)}
    for lookup in public_lookups():
        paths[f"/api/v1/lookups/{lookup.name}"] = {"get": _get(lookup, schemas)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "MorfX",
            "version": "1",
            "description": "Every operation and lookup. The workspace is the key's.",
        },
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _post(entry: Entry, schemas: Schema) -> Schema:
    inputs = _inputs(entry, schemas)
    schemas[entry.name] = inputs
    body = {
        "type": "object",
        "additionalProperties": False,
        "required": ["inputs"] if inputs.get("required") else [],
        "properties": {
            "inputs": {"$ref": f"#/components/schemas/{entry.name}"},
            "dry_run": {"type": "boolean", "default": False},
        },
    }
    return {
        **_described(entry),
        "parameters": [IDEMPOTENCY_KEY],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": _responses({"$ref": "#/components/schemas/Outcome"}, REFUSALS),
    }


def _get(entry: Entry, schemas: Schema) -> Schema:
    inputs = _inputs(entry, schemas)
    required = inputs.get("required", [])
    parameters = [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in inputs["properties"].items()
    ]
    refusals = {code: says for code, says in REFUSALS.items() if "(operations)" not in says}
    return {
        **_described(entry),
        "parameters": parameters,
        "responses": _responses({}, refusals),
    }


def _described(entry: Entry) -> Schema:
    return {
        "operationId": entry.name,
        "tags": [entry.module],
        "summary": entry.summary,
        "description": entry.__doc__ or "",
        "x-permission": entry.needs,
    }


def _inputs(entry: Entry, schemas: Schema) -> Schema:
    """Return an entry's inputs under their main names; nested models go to the components."""
    schema = entry.inputs.model_json_schema(
        by_alias=False,
        ref_template=f"#/components/schemas/{entry.name}.{{model}}",
        schema_generator=Lenient,
    )
    for name, nested in schema.pop("$defs", {}).items():
        schemas[f"{entry.name}.{name}"] = nested
    schema.setdefault("properties", {})
    return schema | {"title": entry.name}


def _responses(good: Schema, refusals: dict[str, str]) -> Schema:
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        "200": {"description": "Done.", "content": {"application/json": {"schema": good}}},
        **{code: {"description": says, "content": error} for code, says in refusals.items()},
    }

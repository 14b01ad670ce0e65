"""What callers send, turned into raw inputs: a JSON body for operations, a query for lookups."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from morfx.operations.catalogue import Lookup
from morfx.operations.errors import Invalid, Refused

LONGEST_BODY = 2**20
LONGEST_KEY = 255


class NotJson(Refused):
    """The body is not a JSON object."""

    status = 400
    default_code = "INVALID_JSON"


class TooLarge(Refused):
    """The body is longer than we read."""

    status = 413
    default_code = "BODY_TOO_LARGE"


class Call(BaseModel):
    """The body of a call."""

    model_config = ConfigDict(extra="forbid", strict=True)

    inputs: dict[str, Any] = Field(default_factory=dict)
    dry_run: bool = False


def call_of(request: HttpRequest) -> Call:
    """Read a call's body. Raises TooLarge, NotJson or Invalid."""
    body = _parsed(request)
    try:
        call = Call.model_validate(body)
    except ValidationError as error:
        wrong = {".".join(str(part) for part in e["loc"]): e["msg"] for e in error.errors()}
        refused = Invalid(wrong)
        refused.suggestion = _("A call looks like {“inputs”: {…}, “dry_run”: false}.")
        raise refused from None
    return call


def _parsed(request: HttpRequest) -> dict[str, Any]:
    if int(request.headers.get("Content-Length") or 0) > LONGEST_BODY:
        raise TooLarge(_("The body is larger than 1 MB."))
    try:
        body = from_json(request.body, allow_inf_nan=False)
    except UnreadablePostError:
        raise NotJson(_("The body did not arrive whole.")) from None
    except ValueError as error:
        raise NotJson(_("The body is not JSON: %(why)s.") % {"why": error}) from None
    if not isinstance(body, dict):
        raise NotJson(_("The body is not a JSON object."))
    return {name: _storable(value) for name, value in body.items()}


def _storable(value: Any) -> Any:
    """Drop NUL characters: JSON may carry them, PostgreSQL's text may not."""
    match value:
        case str():
            return value.replace("\x00", "")
        case list():
            return [_storable(item) for item in value]
        case dict():
            return {_storable(name): _storable(item) for name, item in value.items()}
    return value


def key_of(request: HttpRequest) -> str | None:
    """Return the idempotency key, if any. Raises Refused when it is too long."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > LONGEST_KEY:
        raise Refused(
            _("An idempotency key has at most %(most)s characters.") % {"most": LONGEST_KEY},
            code="VALIDATION_ERROR",
            field="Idempotency-Key",
        )
    return key or None


def inputs_of(entry: Lookup[Any, Any], query: QueryDict) -> dict[str, Any]:
    """Read a lookup's inputs from a query; a repeated key, or one for a list, makes a list."""
    lists = _lists(entry)
    return {
        name: _storable(values if name in lists or len(values) > 1 else values[0])
        for name, values in query.lists()
    }


def _lists(entry: Lookup[Any, Any]) -> set[str]:
    """Return every spelling of the inputs that take a list."""
    found: set[str] = set()
    schemas = entry.inputs.model_json_schema(by_alias=False).get("properties", {})
    for name, schema in schemas.items():
        kinds = [schema, *schema.get("anyOf", [])]
        if any(kind.get("type") == "array" for kind in kinds):
            alias = entry.inputs.model_fields[name].validation_alias
            found |= {name, *(str(choice) for choice in getattr(alias, "choices", ()))}
    return found

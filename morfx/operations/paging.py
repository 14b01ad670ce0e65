"""Keyset pages: stable under inserts, as fast deep inside as at the start."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import DataError
from django.db.models import DateTimeField, F, Field, Model, Q, QuerySet
from django.utils.translation import gettext as _
from pydantic import Field as Limits
from pydantic_core import to_jsonable_python

from .errors import Refused
from .inputs import without_nul

M = TypeVar("M", bound=Model)

Limit = Annotated[int, Limits(ge=1, le=200)]
MOMENT = "at"
"""How a cursor marks a moment, which JSON would show as a text."""
Cursor = Annotated[str, Limits(max_length=500)] | None


@dataclass(frozen=True, kw_only=True)
class Page(Generic[M]):
    """One page of a list; `next` is the cursor of the following one, or None at the end."""

    items: list[M]
    next: str | None


def page(rows: QuerySet[M], *, by: Sequence[str], limit: int, cursor: str | None) -> Page[M]:
    """Return the page of `rows` after `cursor`, sorted by `by` (`-` for descending).

    The last of `by` must be unique. NULLs sort last either way. Raises Refused for a bad cursor.
    """
    ordered = rows.order_by(*[_order(rows.model, name) for name in by])
    try:
        if cursor:
            ordered = ordered.filter(_after(by, _decode(cursor, rows.model, by)))
        found = list(ordered[: limit + 1])
    except (ValueError, TypeError, LookupError, ValidationError, DataError):
        if not cursor:
            raise
        raise Refused(_("This cursor is not one of ours."), field="cursor") from None
    more = len(found) > limit
    found = found[:limit]
    return Page(items=found, next=_encode(found[-1], by) if more else None)


def _order(model: type[Model], name: str) -> Any:
    """Sort NULLs last; where there are none, say nothing of them, so that plain indexes serve."""
    plain, nulls = F(name.lstrip("-").replace(".", "__")), _may_be_null(model, name.lstrip("-"))
    return plain.desc(nulls_last=nulls) if name.startswith("-") else plain.asc(nulls_last=nulls)


def _may_be_null(model: type[Model], name: str) -> bool | None:
    try:
        return model._meta.get_field(name).null or None
    except FieldDoesNotExist:
        return True


def _after(by: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows behind a position: equal on the first keys, further on the next, NULLs last."""
    condition, equal = Q(), Q()
    for name, value in zip(by, values, strict=True):
        plain, down = name.lstrip("-"), name.startswith("-")
        if value is not None:
            beyond = Q(**{f"{plain}__{'lt' if down else 'gt'}": value})
            condition |= equal & (beyond | Q(**{f"{plain}__isnull": True}))
            equal &= Q(**{plain: value})
        else:
            equal &= Q(**{f"{plain}__isnull": True})
    return condition


def _encode(row: Model, by: Sequence[str]) -> str:
    values = [_attribute(row, name.lstrip("-")) for name in by]
    tagged = [{MOMENT: v.isoformat()} if isinstance(v, datetime) else v for v in values]
    text = json.dumps(to_jsonable_python(tagged))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _attribute(row: Any, name: str) -> Any:
    for part in name.split("__"):
        row = getattr(row, part)
    return row


def _decode(cursor: str, model: type[Model], by: Sequence[str]) -> list[Any]:
    """Read a cursor's values. Raises ValueError or ValidationError for what is not one of ours."""
    text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    values = json.loads(text)
    if not isinstance(values, list) or len(values) != len(by):
        raise ValueError(cursor)
    pairs = zip(by, values, strict=True)
    return [_value(model, name.lstrip("-"), without_nul(value)) for name, value in pairs]


def _value(model: type[Model], name: str, value: Any) -> Any:
    if isinstance(value, dict):
        moment = datetime.fromisoformat(str(value[MOMENT]))
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if isinstance(value, list):
        raise ValueError(name)
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return value
    if isinstance(field, DateTimeField) and value is not None:
        raise ValueError(name)
    return field.to_python(value) if isinstance(field, Field) else value

"""How results look outside: plain data, ids as text, times in ISO 8601 UTC, money with currency."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from pydantic import BaseModel


class Once(str):
    """A secret that an answer shows this once; nothing keeps it."""


def without_secrets(plain: Any) -> Any:
    """Return an answer as it may be kept: `None` where a secret was shown."""
    match plain:
        case Once():
            return None
        case dict():
            return {name: without_secrets(item) for name, item in plain.items()}
        case list():
            return [without_secrets(item) for item in plain]
    return plain


def answer(value: Any) -> Any:
    """Turn a result into plain data that JSON can carry.

    A model says how it looks in its `as_answer()`; one without is shown by its id alone.
    """
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, (UUID, date)):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, Mapping):
        return {str(key): answer(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset, QuerySet)):
        return [answer(item) for item in value]
    return _object(value)


def _object(value: Any) -> Any:
    if hasattr(value, "as_answer"):
        return answer(value.as_answer())
    if isinstance(value, Model):
        return {"id": str(value.pk)}
    if isinstance(value, BaseModel):
        return answer(value.model_dump())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        shown = dataclasses.fields(value)
        return {field.name: answer(getattr(value, field.name)) for field in shown}
    return str(value)


def money(amount: Decimal, currency: str) -> dict[str, str]:
    """Return an amount as answers show it."""
    return {"amount": f"{amount:.2f}", "currency": currency}

"""Fetching the rows an operation names: scoped, locked if asked; a foreign row does not exist."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models

from morfx.tenancy import current_id
from morfx.tenancy.compiled import Compiled, compiled

from .errors import NotFound
from .inputs import Row, RowInput


def fetch(name: str, wanted: RowInput, value: Any, given: Mapping[str, Any]) -> Any:
    """Return the row or rows an input stands for. Raises NotFound naming the input."""
    if value is None:
        return None
    if wanted.many:
        return [_one(name, wanted.model, wanted.row, item, given) for item in value]
    return _one(name, wanted.model, wanted.row, value, given)


def _one(
    name: str, model: type[models.Model], row: Row, value: Any, given: Mapping[str, Any]
) -> models.Model:
    rows = row.among(given) if row.among else model._default_manager.all()
    if isinstance(value, model):
        if getattr(value, "workspace_id", current_id()) != current_id():
            raise NotFound(name, code=row.missing)
        if not row.locked:
            return value
        value = value.pk
    if row.locked and not row.among and isinstance(value, UUID):
        found: models.Model | None = _locked(model).first(value)
        if found is None:
            raise NotFound(name, code=row.missing)
        return found
    if row.locked:
        rows = rows.select_for_update(of=("self",))
    found = _by_id(rows, value) or (_by_name(rows, str(value)) if row.named else None)
    if found is None:
        raise NotFound(name, code=row.missing)
    return found


@cache
def _locked(model: type[models.Model]) -> Compiled[Any]:
    """Return the query that locks one row of a model by its id."""

    def locked(key: UUID) -> models.QuerySet[Any]:
        return model._default_manager.select_for_update(of=("self",)).filter(pk=key)

    return compiled(locked)


def _by_id(rows: models.QuerySet[Any], value: Any) -> models.Model | None:
    try:
        key = value if isinstance(value, (UUID, int)) else UUID(str(value))
        return rows.filter(pk=key).first()
    except (ValueError, ValidationError):
        return None


def _by_name(rows: models.QuerySet[Any], name: str) -> models.Model | None:
    return rows.filter(name__iexact=name.strip()).first()

"""A row of any model, made without its operations: for tests that need one of each."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.utils import timezone

from morfx.tenancy.rows import new_id


def any_row(model: type[models.Model]) -> models.Model:
    """Return a row of the current workspace: the newest, or one made with what it must have."""
    found = model._default_manager.order_by("-pk").first()
    if found is not None:
        return found
    values = {}
    for field in model._meta.concrete_fields:
        if field.primary_key or field.has_default() or field.null or field.name == "workspace":
            continue
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            continue
        values[field.name] = _value(field)
    with transaction.atomic():
        return model._default_manager.create(**values)


def _value(field: Any) -> Any:
    if isinstance(field, models.ForeignKey):
        return any_row(field.remote_field.model)
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, (models.CharField, models.TextField)):
        text = new_id().hex
        return text[: field.max_length] if field.max_length else text
    if isinstance(field, models.BinaryField):
        return new_id().bytes
    if isinstance(field, models.BooleanField):
        return False
    if isinstance(field, (models.IntegerField, models.DecimalField, models.FloatField)):
        return 1
    if isinstance(field, models.DateTimeField):
        return timezone.now()
    if isinstance(field, models.UUIDField):
        return new_id()
    return {} if isinstance(field, models.JSONField) else new_id().hex

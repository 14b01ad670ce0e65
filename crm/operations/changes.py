"""Setting what is given and differs, and saying what changed."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Model

Changes = dict[str, dict[str, object]]
"""`{field: {"old": …, "new": …}}`, as facts carry it."""


def apply(row: Model, given: Mapping[str, object | None]) -> Changes:
    """Set the fields that are given (None means untouched) and differ; return what changed.

    Rows are compared, and reported, by id. Saves nothing.
    """
    changes: Changes = {}
    for name, new in given.items():
        if new is None:
            continue
        old = getattr(row, f"{name}_id") if isinstance(new, Model) else getattr(row, name)
        value = new.pk if isinstance(new, Model) else new
        if old != value:
            setattr(row, name, new)
            changes[name] = {"old": old, "new": value}
    return changes

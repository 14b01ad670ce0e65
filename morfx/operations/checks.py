"""What the catalogue must hold at start-up; Django's system checks report it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from . import catalogue


@register()
def catalogue_is_sound(
    app_configs: Sequence[AppConfig] | None = None, **_: Any
) -> list[CheckMessage]:
    """Check names, documentation and locks of every operation and lookup."""
    found: list[CheckMessage] = []
    for entry in [*catalogue.operations.values(), *catalogue.lookups.values()]:
        if not catalogue.NAME.match(entry.name):
            found.append(Error(f"{entry.name} is not module.entity.action.", id="operations.E001"))
        if not entry.summary:
            found.append(Error(f"{entry.name} does not say what it does.", id="operations.E002"))
        locked = [name for name, wanted in entry.rows.items() if wanted.row.locked]
        if len(locked) > 1:
            found.append(
                Error(
                    f"{entry.name} locks {locked}; one lock only: a second is where "
                    "deadlocks begin.",
                    id="operations.E003",
                )
            )
    return found

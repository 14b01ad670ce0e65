"""Whether the database has every migration that this code knows; it may have newer ones."""

from __future__ import annotations

from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def unapplied() -> str:
    """Return a sentence that names migrations which are not applied; empty when all are."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return ""
    names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _ in plan[:5])
    return f"{len(plan)} migrations are not applied ({names}): run `manage.py migrate`."

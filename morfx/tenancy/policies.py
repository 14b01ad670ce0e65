"""The row policies: PostgreSQL itself refuses another workspace's rows, whatever a query says."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.db import connection, models, transaction

from . import current

POLICY = "workspace_v1"
"""The policy's name; raise the number when the predicate changes, and migrate will replace it."""

SETTING = f"(SELECT nullif(current_setting('{current.NAME}', true), '')::uuid)"
PREDICATE = f"{{column}} = {SETTING} OR {SETTING} = '{current.EVERYWHERE}'::uuid"


def owner_column(model: type[models.Model]) -> str | None:
    """Return the column that names the workspace of a model's rows; None for shared tables."""
    if column := getattr(model, "OWNER_COLUMN", None):
        return str(column)
    columns = {field.column for field in model._meta.concrete_fields}
    return "workspace_id" if "workspace_id" in columns else None


def owned_models() -> list[type[models.Model]]:
    """Return every model whose rows belong to a workspace, automatic through-tables included."""
    every = apps.get_models(include_auto_created=True)
    return [model for model in every if owner_column(model) and model._meta.managed]


def protect(sender: AppConfig, **_: Any) -> None:
    """Give every owned table of an app its forced policy; runs after each migrate, idempotent."""
    missing = set(unprotected_tables())
    for model in owned_models():
        if model._meta.app_label == sender.label and model._meta.db_table in missing:
            _protect_table(model._meta.db_table, owner_column(model) or "")


def _protect_table(table: str, column: str) -> None:
    predicate = PREDICATE.format(column=f'"{column}"')
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_regclass(%s), array(SELECT polname FROM pg_policy "
            "WHERE polrelid = to_regclass(%s))",
            [table, table],
        )
        regclass, policies = cursor.fetchone() or (None, [])
        if regclass is None:
            return
        for old in policies:
            cursor.execute(f'DROP POLICY "{old}" ON "{table}"')
        cursor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        cursor.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        cursor.execute(
            f'CREATE POLICY {POLICY} ON "{table}" USING ({predicate}) WITH CHECK ({predicate})'
        )


def unprotected_tables() -> list[str]:
    """Return owned tables without a forced row policy; empty when all is in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid "
            "WHERE c.relrowsecurity AND c.relforcerowsecurity AND p.polname = %s",
            [POLICY],
        )
        protected = {row[0] for row in cursor.fetchall()}
    return sorted({model._meta.db_table for model in owned_models()} - protected)

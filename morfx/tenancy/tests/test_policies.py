"""PostgreSQL itself keeps workspaces apart, whatever a query says."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test import TestCase

from morfx.tenancy import policies, within
from morfx.tenancy.rows import new_id
from morfx.testing.case import CafeTest
from morfx.workspaces.models import ApiKey, Membership, Workspace

SHARED = {
    "account_emailaddress": "a person's addresses, whatever workspaces they belong to",
    "account_emailconfirmation": "a person's, by an unguessable key",
    "agents_modelhealth": "how the models are; every workspace shares them and their one key",
    "auth_group": "Django's own; not used",
    "auth_group_permissions": "Django's own; not used",
    "auth_permission": "Django's own; not used",
    "django_content_type": "names of models",
    "django_q_ormq": "django-q2's own; empty, because our broker keeps jobs in jobs_job",
    "django_q_schedule": "django-q2's own; empty, because periodic jobs are rows in jobs_job",
    "django_q_task": "django-q2's own; failures of its processes, without inputs",
    "django_session": "a browser's session, by an unguessable key",
    "jobs_clock": "by how much the database's clock has jumped; there is one for all",
    "jobs_heartbeat": "when a job cluster last worked; clusters serve every workspace",
    "mfa_authenticator": "a person's second factors",
    "workspaces_user": "a person may belong to several workspaces",
    "workspaces_user_groups": "Django's own; not used",
    "workspaces_user_user_permissions": "Django's own; not used",
}
"""Tables without an owner, each with the reason why no workspace owns its rows."""

FORCED = """
SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid
WHERE c.relrowsecurity AND c.relforcerowsecurity
  AND p.polcmd = '*' AND p.polpermissive AND p.polqual IS NOT NULL AND p.polwithcheck IS NOT NULL
"""


def ask(sql: str, *values: Any) -> Any:
    """Return the first column of the first row."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return (cursor.fetchone() or [None])[0]


def change(sql: str, *values: Any) -> int:
    """Run a statement and return how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return cursor.rowcount


class EveryTableTest(CafeTest):
    def test_a_table_is_owned_or_shared_for_a_reason(self) -> None:
        every = {
            model._meta.db_table
            for model in apps.get_models(include_auto_created=True)
            if model._meta.managed and not model._meta.proxy
        }
        owned = {model._meta.db_table for model in policies.owned_models()}
        unexplained = every - owned - set(SHARED)
        self.assertEqual(
            unexplained, set(), "give the model a workspace (Owned), or a reason in SHARED"
        )
        self.assertEqual(set(SHARED) - every, set(), "gone; remove them from SHARED")
        self.assertEqual(set(SHARED) & owned, set(), "owned now; remove them from SHARED")

    def test_every_owned_table_has_a_forced_policy(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(FORCED)
            forced = {row[0] for row in cursor.fetchall()}
        owned = {model._meta.db_table for model in policies.owned_models()}
        self.assertEqual(owned - forced, set())
        self.assertEqual(policies.unprotected_tables(), [])
        self.assertGreater(len(owned), 20)

    def test_the_role_is_held_by_the_policies(self) -> None:
        sql = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        self.assertIs(ask(sql), False)

    def test_every_owned_table_shows_nothing_to_a_stranger(self) -> None:
        with within(uuid4()):
            for model in policies.owned_models():
                table = model._meta.db_table
                with self.subTest(table):
                    self.assertEqual(ask(f'SELECT count(*) FROM "{table}"'), 0)
                    self.assertEqual(change(f'DELETE FROM "{table}"'), 0)


class LostPolicyTest(TestCase):
    def test_a_table_that_lost_its_policy_is_noticed_and_mended(self) -> None:
        change("ALTER TABLE workspaces_apikey NO FORCE ROW LEVEL SECURITY")
        change(f"DROP POLICY {policies.POLICY} ON workspaces_membership")
        self.assertEqual(
            policies.unprotected_tables(), ["workspaces_apikey", "workspaces_membership"]
        )
        policies.protect(apps.get_app_config("workspaces"))
        self.assertEqual(policies.unprotected_tables(), [])


class RawSqlTest(CafeTest):
    """Below the managers: what SQL may do under another workspace."""

    key: ApiKey

    @classmethod
    def furnish(cls) -> None:
        cls.key = ApiKey.objects.create(name="ours", prefix="mfx_", digest="d" * 64, role="agent")

    def test_its_own_workspace_sees_it(self) -> None:
        self.assertEqual(ask("SELECT count(*) FROM workspaces_apikey"), 1)
        self.assertEqual(ask("SELECT count(*) FROM workspaces_workspace"), 1)

    def test_another_workspace_sees_nothing(self) -> None:
        with within(self.other_shop.workspace.pk):
            found = ask("SELECT count(*) FROM workspaces_apikey WHERE id = %s", self.key.pk)
            self.assertEqual(found, 0)
            ours = self.shop.workspace.pk
            found = ask("SELECT count(*) FROM workspaces_workspace WHERE id = %s", ours)
            self.assertEqual(found, 0)

    def test_another_workspace_changes_nothing(self) -> None:
        with within(self.other_shop.workspace.pk):
            sql = "UPDATE workspaces_apikey SET name = 'theirs' WHERE id = %s"
            self.assertEqual(change(sql, self.key.pk), 0)
            self.assertEqual(change("DELETE FROM workspaces_apikey WHERE id = %s", self.key.pk), 0)
        self.key.refresh_from_db()
        self.assertEqual(self.key.name, "ours")

    def test_another_workspace_cannot_insert_here(self) -> None:
        row = {"name": "forged", "prefix": "mfx_", "digest": "e" * 64, "role": "owner"}
        with (
            within(self.other_shop.workspace.pk),
            self.assertRaisesRegex(DatabaseError, "row-level security"),
            transaction.atomic(),
        ):
            ApiKey.objects.create(workspace=self.shop.workspace, **row)

    def test_a_row_cannot_be_handed_to_another_workspace(self) -> None:
        sql = "UPDATE workspaces_apikey SET workspace_id = %s"
        with self.assertRaisesRegex(DatabaseError, "row-level security"), transaction.atomic():
            change(sql, self.other_shop.workspace.pk)

    def test_without_a_workspace_there_is_nothing(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.workspace_id', '', true)")
        self.assertEqual(ask("SELECT count(*) FROM workspaces_membership"), 0)
        with self.assertRaisesRegex(DatabaseError, "row-level security"), transaction.atomic():
            Membership.objects.create(
                workspace=self.shop.workspace, user=self.other_shop.owner_user, role="owner"
            )

    def test_a_workspace_can_only_be_made_inside_itself(self) -> None:
        with self.assertRaisesRegex(DatabaseError, "row-level security"), transaction.atomic():
            Workspace.objects.create(id=new_id(), name="elsewhere", slug="somewhere")

    def test_the_managers_filter_too(self) -> None:
        with within(self.other_shop.workspace.pk):
            self.assertNotIn(self.key, ApiKey.objects.all())
            sql = str(ApiKey.objects.all().query)
        self.assertIn(self.other_shop.workspace.pk.hex, sql.replace("-", ""))

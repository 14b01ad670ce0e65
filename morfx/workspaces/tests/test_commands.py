"""What operators type."""

from __future__ import annotations

from io import StringIO

from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from morfx.operations.catalogue import find
from morfx.tenancy import within
from morfx.testing.case import CafeTest
from morfx.workspaces.access import workspace_called
from morfx.workspaces.models import ApiKey, Membership, User, Workspace
from morfx.workspaces.operations.keys import digest
from morfx.workspaces.roles import Role


def run(*words: str) -> list[str]:
    """Run a command; return the lines it printed."""
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue().splitlines()


def opened(slug: str) -> Workspace:
    """Return a workspace that a command made."""
    found = workspace_called(slug)
    assert found is not None
    return found


class CreateWorkspaceTest(CafeTest):
    def test_for_a_new_owner(self) -> None:
        first, slug = run("create_workspace", "Tienda Ñandú", "--owner", "Owner@New.test")
        self.assertEqual(slug, "tienda-nandu")
        password = first.rpartition(" ")[2]
        self.assertTrue(Client().login(email="owner@new.test", password=password))
        with within(opened(slug).pk):
            owner = Membership.objects.get()
            self.assertEqual((owner.role, owner.user.email), (Role.OWNER, "owner@new.test"))

    def test_for_a_known_owner(self) -> None:
        (slug,) = run("create_workspace", "Lucia", "--owner", "ANA@lucia.test")
        self.assertEqual(slug, "lucia-2")

    def test_with_its_pipeline_at_once(self) -> None:
        if find("crm.pipeline.furnish") is None:
            self.skipTest("No app below offers pipelines.")
        (slug,) = run("create_workspace", "Third", "--owner", "ana@lucia.test")
        with within(opened(slug).pk):
            self.assertHappened("pipeline.created")

    def test_nonsense(self) -> None:
        with self.assertRaisesMessage(CommandError, "not an e-mail address"):
            run("create_workspace", "X", "--owner", "nobody")
        with self.assertRaises(CommandError):
            run("create_workspace", "  ", "--owner", "new@x.test")
        self.assertFalse(User.objects.filter(email="new@x.test").exists())


class CreateApiKeyTest(CafeTest):
    def test_the_last_line_is_the_key(self) -> None:
        words = ("--workspace", "lucia", "--name", "Site", "--role", "admin")
        key = run(
            "create_api_key", *words, "--allow", "events.list", "--allow", "system.apikey.revoke"
        )[-1]
        self.assertRegex(key, r"^mfx_[0-9a-f]{32}$")
        made = ApiKey.objects.get(digest=digest(key))
        self.assertEqual(made.allowed, ["events.list", "system.apikey.revoke"])
        self.assertEqual(made.role, Role.ADMIN)
        self.assertHappened("apikey.created", title="Site")

    def test_nonsense(self) -> None:
        for workspace, allow in (("nowhere", "events.list"), ("lucia", "no.such.name")):
            with self.assertRaises(CommandError):
                run(
                    "create_api_key",
                    "--workspace",
                    workspace,
                    "--name",
                    "x",
                    "--role",
                    "agent",
                    "--allow",
                    allow,
                )


class DoctorTest(CafeTest):
    def test_it_says_what_is_wrong(self) -> None:
        out = StringIO()
        with self.assertRaises(SystemExit) as ended:
            call_command("doctor", stdout=out)
        self.assertEqual(ended.exception.code, 1)
        lines = {line.split()[1].rstrip(":"): line[:4] for line in out.getvalue().splitlines()}
        self.assertEqual(lines["workers"], "FAIL")
        for name in ("database", "role", "policies", "migrations", "channels", "disk"):
            self.assertEqual(lines[name], "ok  ", out.getvalue())


class DemoTest(CafeTest):
    def test_twice_is_once(self) -> None:
        run("demo")
        self.assertEqual(run("demo")[-1], "demo")
        with within(opened("demo").pk):
            people = dict(Membership.objects.values_list("user__email", "role"))
        self.assertEqual(
            people,
            {
                "owner@demo.test": "owner",
                "admin@demo.test": "admin",
                "agent@demo.test": "agent",
            },
        )
        self.assertTrue(Client().login(email="agent@demo.test", password="demo-demo"))

    def test_never_in_production(self) -> None:
        with override_settings(PROD=True), self.assertRaises(CommandError):
            run("demo")
        self.assertFalse(User.objects.filter(email="owner@demo.test").exists())

"""From the landing page into a workspace, and the pages about it."""

from __future__ import annotations

from django.test import Client, override_settings
from django.utils import timezone

from morfx.jobs.models import Heartbeat, Job
from morfx.operations.actor import Actor
from morfx.operations.catalogue import find
from morfx.testing.case import CafeTest
from morfx.workspaces.models import ApiKey, User, Workspace
from morfx.workspaces.operations import keys, members, workspaces
from morfx.workspaces.roles import Role


class EnteringTest(CafeTest):
    def test_the_landing_page_is_for_everybody(self) -> None:
        with self.assertNumQueries(0):
            page = Client().get("/")
        self.assertContains(page, "/accounts/login/")

    def test_a_stranger_finds_nothing(self) -> None:
        for path in ("", "settings/", "settings/people/", "settings/keys/", "settings/jobs/"):
            with self.subTest(path=path):
                strange = self.signed_in(self.other_shop).get(f"/lucia/{path}")
                self.assertEqual(strange.status_code, 404)
                anonymous = Client().get(f"/lucia/{path}")
                self.assertIn("/accounts/login/", anonymous.headers["Location"])

    def test_home_leads_to_the_only_workspace(self) -> None:
        home = self.signed_in().get("/start/").headers["Location"]
        self.assertTrue(home.startswith("/lucia/"))

    def test_home_leads_to_the_last_of_many(self) -> None:
        workspaces.create(self.shop.owner_user, "Second Shop")
        client = self.signed_in()
        self.assertEqual(client.get("/start/").headers["Location"], "/start/choose/")
        self.assertContains(client.get("/start/choose/"), "Second Shop")
        client.get("/second-shop/settings/")
        self.assertTrue(client.get("/start/").headers["Location"].startswith("/second-shop/"))

    def test_a_new_user_makes_a_workspace(self) -> None:
        client = Client()
        client.force_login(User.objects.create_user("new@x.test", "secret-secret"))
        self.assertRedirects(client.get("/start/"), "/start/new/")
        page = client.post("/start/new/", {"name": "  "})
        self.assertEqual(page.status_code, 422)
        response = client.post("/start/new/", {"name": "Panadería Sol"})
        self.assertRedirects(response, "/panaderia-sol/settings/people/")
        home = client.get("/start/").headers["Location"]
        self.assertTrue(home.startswith("/panaderia-sol/"))

    def test_addresses_of_ours_are_no_workspaces(self) -> None:
        for name in ("API", "start", "Accounts"):
            made = workspaces.create(self.shop.owner_user, name)
            self.assertEqual(made.slug, f"{name.lower()}-2")

    def test_the_language_can_be_switched(self) -> None:
        client = self.signed_in()
        client.post("/i18n/setlang/", {"language": "es", "next": "/"})
        self.assertContains(client.get("/"), '<html lang="es">')


class SettingsTest(CafeTest):
    def test_changing_the_workspace(self) -> None:
        client = self.signed_in()
        now = {"name": "Lucia", "business_type": "", "time_zone": "America/Bogota"}
        data = now | {"currency": "COP", "name": "Café de Lucía", "business_type": "Coffee"}
        self.assertRedirects(client.post("/lucia/settings/", data), "/lucia/settings/")
        self.assertEqual(Workspace.objects.get(slug="lucia").name, "Café de Lucía")
        self.assertHappened(
            "workspace.changed",
            by=self.ana,
            changed=["name", "business_type"],
            before={"name": "Lucia", "business_type": ""},
        )
        wrong = client.post("/lucia/settings/", data | {"time_zone": "Mars/Base"})
        self.assertContains(wrong, "no such time zone", status_code=422)

    def test_no_change_records_nothing(self) -> None:
        workspaces.update(self.ana, name="Lucia")
        self.assertNothingHappened("workspace.changed")

    def test_agents_see_and_do_not_change(self) -> None:
        client = self.signed_in(owner=False)
        self.assertContains(client.get("/lucia/settings/"), "Only owners and admins")
        client.post("/lucia/settings/", {"name": "Mine"})
        self.assertEqual(Workspace.objects.get(slug="lucia").name, "Lucia")
        update = find("system.workspace.update")
        assert update is not None
        with self.assertRefused(code="PERMISSION_DENIED"):
            update.submit(self.beto, {"name": "Mine"})


class KeysPageTest(CafeTest):
    def test_a_key_is_shown_once(self) -> None:
        client = self.signed_in()
        page = client.post("/lucia/settings/keys/create/", {"name": "Till", "role": "agent"})
        key = page.context["new_key"]
        self.assertRegex(key, r"^mfx_[0-9a-f]{32}$")
        self.assertContains(page, key)
        self.assertIn("no-store", page.headers["Cache-Control"])
        self.assertNotContains(client.get("/lucia/settings/keys/"), key)
        self.assertEqual(ApiKey.objects.get().digest, keys.digest(key))

    def test_no_key_is_above_its_maker(self) -> None:
        admin = User.objects.create_user("adi@lucia.test", "secret-secret")
        system = Actor.system(self.shop.workspace.pk, "t")
        members.add(system, user=admin.pk, role=Role.ADMIN)
        client = Client()
        client.force_login(admin)
        page = client.post("/lucia/settings/keys/create/", {"name": "Till", "role": "owner"})
        self.assertContains(page, "more permissions than you", status_code=422)

    def test_revoking(self) -> None:
        made = keys.create(self.ana, name="Till")
        self.signed_in().post(f"/lucia/settings/keys/{made['id']}/revoke/")
        self.assertIsNotNone(ApiKey.objects.get().revoked_at)

    def test_agents_cannot(self) -> None:
        made = keys.create(self.ana, name="Till")
        client = self.signed_in(owner=False)
        self.assertNotContains(client.get("/lucia/settings/keys/"), "/revoke/")
        for path in (f"{made['id']}/revoke/", "create/"):
            response = client.post(f"/lucia/settings/keys/{path}", {"name": "x", "role": "agent"})
            self.assertEqual(response.status_code, 403)


class JobsPageTest(CafeTest):
    def park(self, **extra: object) -> Job:
        return Job.objects.create(
            queue="quick",
            name="inbox.deliver",
            parked_at="2026-01-01T00:00Z",
            attempts=8,
            error="Traceback…\nKeyError: 'x'",
            **extra,
        )

    def test_it_shows_why_and_tries_again(self) -> None:
        job, client = self.park(), self.signed_in()
        self.assertContains(client.get("/lucia/settings/jobs/"), "KeyError")
        response = client.post(f"/lucia/settings/jobs/{job.pk}/retry/")
        self.assertRedirects(response, "/lucia/settings/jobs/")
        job.refresh_from_db()
        self.assertEqual((job.parked_at, job.attempts), (None, 0))
        self.assertHappened("job.runAgain", by=self.ana, job=job.pk)
        self.assertEqual(client.post(f"/lucia/settings/jobs/{job.pk}/retry/").status_code, 302)

    def test_agents_and_other_shops_do_not_see_it(self) -> None:
        job = self.park()
        self.assertEqual(self.signed_in(owner=False).get("/lucia/settings/jobs/").status_code, 403)
        client = self.signed_in(self.other_shop)
        self.assertNotContains(client.get("/elsewhere/settings/jobs/"), "inbox.deliver")
        client.post(f"/elsewhere/settings/jobs/{job.pk}/retry/")
        job.refresh_from_db()
        self.assertIsNotNone(job.parked_at)


class ProbesTest(CafeTest):
    def test_alive_without_a_database(self) -> None:
        with self.assertNumQueries(0):
            self.assertEqual(Client().get("/healthz").status_code, 200)

    def test_ready_only_with_workers(self) -> None:
        response = Client().get("/readyz")
        self.assertEqual((response.status_code, response.json()["ready"]), (503, False))
        self.assertIn("quick, sends, turns", response.json()["checks"]["workers"]["message"])
        for queue in ("quick", "turns", "sends"):
            Heartbeat.objects.create(cluster=f"{queue}@here:1", queue=queue, at=timezone.now())
        response = Client().get("/readyz")
        self.assertEqual((response.status_code, response.json()["ready"]), (200, True))

    def test_not_ready_while_work_waits_for_nobody(self) -> None:
        for queue in ("quick", "turns", "sends"):
            Heartbeat.objects.create(cluster=f"{queue}@here:1", queue=queue, at=timezone.now())
        Job.objects.create(queue="quick", name="x.y", ready_at="2026-01-01T00:00Z")
        self.assertEqual(Client().get("/readyz").status_code, 503)

    def test_numbers_for_who_knows_the_token(self) -> None:
        self.assertEqual(Client().get("/metrics").status_code, 404)
        with override_settings(METRICS_TOKEN="s3cret"):
            self.assertEqual(Client().get("/metrics").status_code, 401)
            client = Client(headers={"Authorization": "Bearer s3cret"})
            self.assertContains(client.get("/metrics"), "morfx_jobs_due ")

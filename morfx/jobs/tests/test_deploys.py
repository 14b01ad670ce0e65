"""Old and new code side by side on one database, and starts that are refused.

Jobs that only newer code understands: `test_work`. A rolling restart: `test_cluster`.
"""

from __future__ import annotations

import io
from datetime import timedelta
from unittest.mock import patch

from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from morfx import asgi
from morfx.jobs import lease
from morfx.jobs.models import Job
from morfx.tenancy.database.migrated import unapplied
from morfx.testing.case import CafeTest
from morfx.workspaces import health

from . import workload


class DeploysTest(CafeTest):
    def setUp(self) -> None:
        super().setUp()
        keep = patch("morfx.asgi.close_old_connections")
        keep.start()
        self.addCleanup(keep.stop)

    def _sql(self, sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)

    def test_a_database_without_a_migration_is_refused_with_a_sentence_by_everybody(self) -> None:
        self._sql("DELETE FROM django_migrations WHERE app = 'jobs' AND name = '0004_clock'")
        sentence = "1 migrations are not applied (jobs.0004_clock): run `manage.py migrate`."
        self.assertEqual(unapplied(), sentence)
        self.assertEqual(asgi._why_not_start(), sentence)
        with self.assertRaisesMessage(CommandError, sentence):
            call_command("qcluster")
        said = io.StringIO()
        with self.assertRaises(SystemExit):
            call_command("doctor", stdout=said)
        self.assertIn(f"FAIL migrations: {sentence}", said.getvalue())
        answer = Client().get("/readyz")
        self.assertEqual(answer.status_code, 503)
        self.assertEqual(answer.json()["checks"]["migrations"]["message"], sentence)

    def test_old_code_goes_on_with_a_database_that_has_newer_migrations(self) -> None:
        self._sql(
            "INSERT INTO django_migrations (app, name, applied) "
            "VALUES ('jobs', '9999_of_tomorrow', now()), ('tomorrow', '0001_initial', now())"
        )
        self._sql("SET CONSTRAINTS ALL IMMEDIATE")
        self._sql("ALTER TABLE jobs_job ADD COLUMN newer integer NOT NULL DEFAULT 0")
        self.assertEqual(unapplied(), "")
        self.assertEqual(asgi._why_not_start(), "")
        self.assertTrue(health.migrations().ok)
        self.run_jobs()
        workload.quick.later(path="/dev/null", line="x")
        workload.quick.later(key="k", after=5, path="/dev/null", line="x")
        self.assertEqual(self.run_jobs(ahead=10), [workload.quick.name] * 2)

    def test_a_job_nobody_understands_is_told_by_doctor_after_an_hour(self) -> None:
        workload.quick.later(path="/dev/null", line="x")
        rows = Job.objects.filter(name=workload.quick.name)
        rows.update(name="newer.job", error=f"{lease.UNKNOWN}newer.job")
        self.assertTrue(health.understood().ok)
        Job.objects.filter(name="newer.job").update(created_at=timezone.now() - timedelta(hours=2))
        finding = health.understood()
        self.assertFalse(finding.ok)
        self.assertIn("newer.job", finding.says)

    def test_a_queue_that_does_not_exist_is_refused_with_a_sentence(self) -> None:
        with self.assertRaisesMessage(CommandError, "There is no queue slow; there are quick,"):
            call_command("qcluster", cluster_name="quick,slow")

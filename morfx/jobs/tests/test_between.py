"""Between claim and begin, and after a death: what a job must find out before it starts."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from django.db.models import F
from django.utils import timezone

from morfx.jobs import lease, work
from morfx.jobs.models import Job
from morfx.jobs.work import Again, job
from morfx.testing.case import CafeTest

happened: list[str] = []


@job(tries=3)
def given_up(what: str) -> None:
    """Do instead what a job could not."""
    happened.append(f"instead of {what}")


@job(tries=2, otherwise=given_up)
def fragile(what: str) -> None:
    """Note that it ran."""
    happened.append(what)


@job
def not_yet(what: str) -> None:
    """Never be able to run."""
    happened.append(what)
    raise Again(30)


class BetweenTest(CafeTest):
    def setUp(self) -> None:
        super().setUp()
        happened.clear()

    def claim(self, name: str) -> tuple[Job, UUID]:
        """Claim a job's row as a cluster does, and leave it there."""
        token = uuid4()
        later = timezone.now() + lease.LEASE
        Job.objects.filter(name=name).update(lease=token, ready_at=later)
        return Job.objects.get(name=name), token

    def begin(self, row: Job, token: UUID) -> None:
        """Run a claimed row."""
        lease.run(row.pk, str(token), str(row.workspace_id))

    def test_a_timer_moved_while_it_was_claimed_waits_for_its_new_time(self) -> None:
        fragile.later(key="k", what="early")
        row, token = self.claim(fragile.name)
        fragile.later(key="k", after=600, what="late")
        self.begin(row, token)
        self.assertEqual(happened, [])
        row.refresh_from_db()
        self.assertIsNone(row.lease)
        self.assertGreater(row.ready_at, timezone.now() + timedelta(seconds=500))

    def test_a_timer_cancelled_while_it_was_claimed_does_not_run(self) -> None:
        fragile.later(key="k", what="never")
        row, token = self.claim(fragile.name)
        work.cancel("k")
        self.begin(row, token)
        self.assertEqual(happened, [])
        self.assertFalse(Job.objects.filter(pk=row.pk).exists())

    def test_a_job_that_kills_its_process_each_time_is_parked(self) -> None:
        fragile.later(what="deadly")
        for _ in range(2):
            row, token = self.claim(fragile.name)
            self.assertIsNotNone(lease._begin(row.pk, token))
        row, token = self.claim(fragile.name)
        self.begin(row, token)
        row.refresh_from_db()
        self.assertIsNotNone(row.parked_at)
        self.run_jobs(only=given_up.name)
        self.assertEqual(happened, ["instead of deadly"])

    def test_a_job_that_cannot_run_yet_is_put_off_without_counting(self) -> None:
        not_yet.later(key="k", what="asked")
        for _ in range(20):
            Job.objects.filter(name=not_yet.name).update(due_at=F("created_at"))
            row, token = self.claim(not_yet.name)
            self.begin(row, token)
        row.refresh_from_db()
        self.assertEqual((row.attempts, row.parked_at, row.lease), (0, None, None))
        self.assertGreater(row.ready_at, timezone.now() + timedelta(seconds=20))

    def test_putting_off_never_overwrites_what_was_set_meanwhile(self) -> None:
        not_yet.later(key="k", what="old")
        row, token = self.claim(not_yet.name)
        begun = lease._begin(row.pk, token)
        assert begun is not None
        not_yet.later(key="k", after=600, what="new")
        lease._put_off(begun, token, 0.5)
        row.refresh_from_db()
        self.assertEqual(row.args, {"what": "new"})
        self.assertGreater(row.ready_at, timezone.now() + timedelta(seconds=500))

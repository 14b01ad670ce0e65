"""Between claim and begin, and after a death: what a job must find out before it starts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from morfx.jobs import lease, work
from morfx.jobs.claims import Claimed
from morfx.jobs.models import Job
from morfx.jobs.testing import claim
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


@job(network=True)
def distant(what: str) -> None:
    """Note that it ran."""
    happened.append(what)


class BetweenTest(CafeTest):
    def setUp(self) -> None:
        super().setUp()
        happened.clear()

    def claim(self, name: str) -> tuple[Job, Claimed]:
        """Claim a job's row as a cluster does, and leave it there."""
        row = Job.objects.get(name=name)
        return row, claim(row)

    def test_a_timer_moved_while_it_was_claimed_waits_for_its_new_time(self) -> None:
        fragile.later(key="k", what="early")
        row, claimed = self.claim(fragile.name)
        fragile.later(key="k", after=600, what="late")
        lease.run(claimed)
        self.assertEqual(happened, [])
        row.refresh_from_db()
        self.assertIsNone(row.lease)
        self.assertGreater(row.ready_at, timezone.now() + timedelta(seconds=500))

    def test_a_timer_cancelled_while_it_was_claimed_does_not_run(self) -> None:
        fragile.later(key="k", what="never")
        row, claimed = self.claim(fragile.name)
        work.cancel("k")
        lease.run(claimed)
        self.assertEqual(happened, [])
        self.assertFalse(Job.objects.filter(pk=row.pk).exists())

    def test_a_job_that_kills_its_process_each_time_is_parked(self) -> None:
        fragile.later(what="deadly")
        for _ in range(fragile.tries + lease.DEATHS):
            self.claim(fragile.name)
        row, claimed = self.claim(fragile.name)
        lease.run(claimed)
        row.refresh_from_db()
        self.assertIsNotNone(row.parked_at)
        self.run_jobs(only=given_up.name)
        self.assertEqual(happened, ["instead of deadly"])

    def test_one_that_slept_after_its_claim_looks_whether_it_still_holds_it(
        self,
    ) -> None:
        distant.later(what="late")
        row, claimed = self.claim(distant.name)
        self.claim(distant.name)
        lease.run(replace(claimed, since=claimed.since - 60))
        self.assertEqual(happened, [])
        self.assertIsNotNone(Job.objects.get(pk=row.pk).lease)

    def test_a_job_that_cannot_run_yet_is_put_off_without_counting(self) -> None:
        not_yet.later(key="k", what="asked")
        for _ in range(20):
            Job.objects.filter(name=not_yet.name).update(due_at=F("created_at"))
            row, claimed = self.claim(not_yet.name)
            lease.run(claimed)
        row.refresh_from_db()
        self.assertEqual((row.attempts, row.parked_at, row.lease), (0, None, None))
        self.assertGreater(row.ready_at, timezone.now() + timedelta(seconds=20))

    def test_putting_off_never_overwrites_what_was_set_meanwhile(self) -> None:
        not_yet.later(key="k", what="old")
        row, claimed = self.claim(not_yet.name)
        not_yet.later(key="k", after=600, what="new")
        lease._note(claimed, lease._put_off, 0.5)
        row.refresh_from_db()
        self.assertEqual(row.args, {"what": "new"})
        self.assertGreater(row.ready_at, timezone.now() + timedelta(seconds=500))

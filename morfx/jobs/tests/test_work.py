"""Enqueueing and timers: part of the caller's transaction, one row per key."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from morfx.jobs import lease, periodic, work
from morfx.jobs.models import Job
from morfx.jobs.testing import claim
from morfx.jobs.work import job
from morfx.tenancy import current_id, everywhere
from morfx.testing.case import CafeTest

seen: list[tuple[str, object]] = []


@job
def note(what: str, when: UUID | None = None) -> None:
    """Remember that it ran, and in which workspace."""
    seen.append((what, current_id()))


@job(tries=3)
def fail(what: str) -> None:
    """Always fail."""
    seen.append((what, "failed"))
    raise RuntimeError(what)


@job
def set_again(key: str, after: float) -> None:
    """Set its own timer again while it runs."""
    seen.append((key, after))
    note.later(key=key, after=after, what="the second")


@job
def cancel_itself(key: str) -> None:
    """Set its timer again, then think better of it."""
    note.later(key=key, what="never")
    work.cancel(key)


@job(every=3600)
def each_hour() -> None:
    """Run every hour."""
    seen.append(("hour", current_id()))


@job(every=60)
def each_minute_in_vain() -> None:
    """Fail every minute."""
    raise RuntimeError("in vain")


def run(row: Job) -> None:
    """Claim a row and run it once."""
    with everywhere("claim a job in a test"):
        claimed = claim(Job.objects.get(pk=row.pk))
    lease.run(claimed)


class QueueTest(CafeTest):
    """Starts with nothing seen and nothing to do, not even what opening a shop left."""

    def setUp(self) -> None:
        super().setUp()
        seen.clear()
        with everywhere("empty the queue"):
            Job.objects.all().delete()


class JobsTest(QueueTest):
    def test_it_runs_in_its_workspace_and_is_gone(self) -> None:
        note.later(what="once")
        self.assertEqual(self.run_jobs(), ["morfx.jobs.tests.note"])
        self.assertEqual(seen, [("once", self.shop.workspace.pk)])
        self.assertEqual(Job.objects.count(), 0)

    def test_a_rollback_takes_the_job_along(self) -> None:
        with self.assertRaises(ZeroDivisionError), transaction.atomic():
            note.later(what="never")
            note.later(key="never", what="never")
            raise ZeroDivisionError
        self.assertEqual(Job.objects.count(), 0)

    def test_inputs_are_checked_when_it_runs(self) -> None:
        note.later(what="x", when="not an id")
        row = Job.objects.get()
        run(row)
        row.refresh_from_db()
        self.assertIn("uuid_parsing", row.error)
        self.assertEqual(seen, [])

    def test_two_jobs_of_one_name_are_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "Two jobs are called"):
            job(note.function)

    def test_a_name_of_a_newer_version_is_left_for_it_and_counts_as_no_attempt(self) -> None:
        note.later(what="x")
        row = Job.objects.get()
        Job.objects.update(name="newer.job")
        for _ in range(20):
            run(row)
        row.refresh_from_db()
        self.assertEqual((row.attempts, row.parked_at, row.lease), (0, None, None))
        self.assertIn("does not know this job: newer.job", row.error)
        pause = (row.ready_at - timezone.now()).total_seconds()
        self.assertGreater(pause, 3)
        self.assertLess(pause, 60)
        Job.objects.update(name=note.name)
        run(row)
        self.assertEqual([what for what, _ in seen], ["x"])

    def test_arguments_of_a_newer_version_wait_an_hour_for_it_and_are_parked_then(self) -> None:
        note.later(what="x", added_later=1)
        row = Job.objects.get()
        for _ in range(20):
            run(row)
        row.refresh_from_db()
        self.assertEqual((row.attempts, row.parked_at), (0, None))
        self.assertIn("added_later", row.error)
        Job.objects.update(created_at=timezone.now() - timedelta(hours=2))
        for _ in range(note.tries):
            run(row)
        row.refresh_from_db()
        self.assertIsNotNone(row.parked_at)


class RetriesTest(QueueTest):
    def setUp(self) -> None:
        super().setUp()
        fail.later(what="boom")
        self.row = Job.objects.get()

    def test_it_is_tried_again_later_and_later_then_parked(self) -> None:
        for attempt in (1, 2):
            before = timezone.now()
            run(self.row)
            self.row.refresh_from_db()
            pause = (self.row.ready_at - before).total_seconds()
            whole = lease.FIRST_PAUSE * 2 ** (attempt - 1)
            self.assertGreaterEqual(pause, whole / 2)
            self.assertLess(pause, whole + 1)
            self.assertEqual((self.row.attempts, self.row.lease), (attempt, None))
            self.assertIn("RuntimeError: boom", self.row.error)
        run(self.row)
        self.row.refresh_from_db()
        self.assertIsNotNone(self.row.parked_at)
        self.assertEqual(self.row.ready_at, work.FOREVER)
        self.assertEqual(len(seen), 3)

    def test_a_parked_job_runs_again_when_told(self) -> None:
        for _ in range(3):
            run(self.row)
        self.row.refresh_from_db()
        work.run_again(self.row)
        self.row.refresh_from_db()
        self.assertIsNone(self.row.parked_at)
        self.assertLessEqual(self.row.ready_at, timezone.now())
        run(self.row)
        self.row.refresh_from_db()
        self.assertEqual((self.row.attempts, self.row.parked_at), (1, None))

    def test_the_pause_is_capped(self) -> None:
        for attempt in (10, 50, 500):
            self.assertLessEqual(lease.pause_after(attempt), lease.LONGEST_PAUSE)


class TimersTest(QueueTest):
    def test_setting_again_moves_it_and_what_it_carries(self) -> None:
        note.later(key="t", after=10, what="first")
        note.later(key="t", after=100, what="second")
        row = Job.objects.get()
        self.assertEqual(row.args, {"what": "second"})
        self.assertAlmostEqual((row.due_at - timezone.now()).total_seconds(), 100, delta=5)
        self.assertEqual(self.run_jobs(ahead=50), [])
        self.run_jobs(ahead=150)
        self.assertEqual([what for what, _ in seen], ["second"])

    def test_setting_it_while_it_runs_runs_it_again(self) -> None:
        set_again.later(key="t", after=0, **{})
        Job.objects.update(args={"key": "t", "after": 30})
        run(Job.objects.get())
        row = Job.objects.get()
        self.assertEqual((row.name, row.lease), ("morfx.jobs.tests.note", None))
        self.assertEqual(row.ready_at, row.due_at)
        self.assertAlmostEqual((row.due_at - timezone.now()).total_seconds(), 30, delta=5)
        self.run_jobs(ahead=60)
        self.assertEqual([what for what, _ in seen], ["t", "the second"])

    def test_cancelling_forgets_it(self) -> None:
        note.later(key="t", what="never")
        work.cancel("t")
        work.cancel("t")
        self.assertEqual(self.run_jobs(ahead=1000), [])

    def test_cancelling_while_it_runs_does_not_run_it_again(self) -> None:
        note.later(key="t", what="")
        Job.objects.update(name="morfx.jobs.tests.cancel_itself", args={"key": "t"})
        run(Job.objects.get())
        self.assertEqual(Job.objects.count(), 0)

    def test_a_key_of_one_workspace_is_not_anothers(self) -> None:
        note.later(key=f"t:{self.shop.workspace.pk}", what="ours")
        with everywhere("look at every job"):
            self.assertEqual(Job.objects.get().workspace_id, self.shop.workspace.pk)


class PeriodicTest(QueueTest):
    def setUp(self) -> None:
        super().setUp()
        self.names = periodic.ensure()
        self.row = self._row("each_hour")

    def _row(self, name: str) -> Job:
        with everywhere("look at periodic jobs"):
            return Job.objects.get(key=f"every:morfx.jobs.tests.{name}")

    def test_each_has_one_row_however_often_clusters_start(self) -> None:
        self.assertIn("morfx.jobs.tests.each_hour", self.names)
        self.assertEqual(periodic.ensure(), self.names)
        with everywhere("count periodic jobs"):
            rows = Job.objects.filter(key__startswith="every:")
            self.assertEqual(rows.count(), len(self.names))
            self.assertEqual(set(rows.values_list("workspace_id", flat=True)), {None})

    def test_it_runs_as_the_system_and_sets_itself_again(self) -> None:
        run(self.row)
        self.assertEqual(seen, [("hour", None)])
        row = self._row("each_hour")
        self.assertIsNone(row.lease)
        self.assertAlmostEqual((row.ready_at - timezone.now()).total_seconds(), 3600, delta=10)

    def test_starting_a_cluster_does_not_move_one(self) -> None:
        run(self.row)
        due = self._row("each_hour").due_at
        periodic.ensure()
        self.assertEqual(self._row("each_hour").due_at, due)

    def test_one_that_fails_is_never_parked(self) -> None:
        for _ in range(12):
            run(self._row("each_minute_in_vain"))
        row = self._row("each_minute_in_vain")
        self.assertIsNone(row.parked_at)
        self.assertIn("in vain", row.error)
        self.assertLess((row.ready_at - timezone.now()).total_seconds(), lease.LONGEST_PAUSE + 1)

    def test_one_that_is_no_more_is_removed(self) -> None:
        with everywhere("make an old periodic job"):
            Job.objects.create(queue="quick", name="gone.job", key="every:gone.job")
        periodic.ensure()
        with everywhere("look for it"):
            self.assertFalse(Job.objects.filter(key="every:gone.job").exists())

"""Clock jumps: no timer fires early, none is lost, and ten minutes stay ten minutes.

The database's clock is moved for real connections: a schema in front of pg_catalog has its own
now(), clock_timestamp() and statement_timestamp(), which add what a table says.
"""

from __future__ import annotations

import random
import time
from unittest.mock import patch

import pytest
from django.db import connection

from morfx.jobs import clock
from morfx.jobs.claims import Claims
from morfx.jobs.clock import Clock
from morfx.jobs.link import Link
from morfx.jobs.models import Job
from morfx.tenancy import everywhere
from morfx.testing.committed import CommittedTest

from . import workload
from .test_cluster import ClusterCase

FAKE = """
CREATE SCHEMA faketime;
CREATE TABLE faketime.jump (by interval NOT NULL);
INSERT INTO faketime.jump VALUES ('0');
""" + "".join(
    f"CREATE FUNCTION faketime.{name}() RETURNS timestamptz LANGUAGE sql {kind} AS "
    f"$$ SELECT pg_catalog.{name}() + (SELECT by FROM faketime.jump) $$;\n"
    for name, kind in (
        ("now", "STABLE"), ("statement_timestamp", "STABLE"), ("clock_timestamp", "VOLATILE")
    )
)  # fmt: skip
HOUR = 3600.0


class FakeTime(CommittedTest):
    """A database whose clock can be set."""

    def setUp(self) -> None:
        super().setUp()
        self.database = connection.settings_dict["NAME"]
        self._sql(FAKE)
        self._sql(f"ALTER DATABASE {self.database} SET search_path = faketime, pg_catalog, public")
        self.addCleanup(self._sql, "DROP SCHEMA faketime CASCADE; TRUNCATE jobs_clock")
        self.addCleanup(self._sql, f"ALTER DATABASE {self.database} RESET search_path")
        self.addCleanup(self._sql, "RESET search_path")
        self._sql("SET search_path = faketime, pg_catalog, public")
        with everywhere("empty the queue"):
            Job.objects.all().delete()

    def _sql(self, sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)

    def jump(self, seconds: float) -> None:
        """Set the database's clock forward, or back."""
        self._sql(f"UPDATE faketime.jump SET by = by + interval '{seconds} seconds'")

    def left(self, line: str = "x") -> float:
        """Return in how many seconds, on the database's clock, a job is due."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT extract(epoch FROM due_at - clock_timestamp())::float8, due_at = ready_at "
                "FROM jobs_job WHERE args->>'line' = %s", [line],
            )  # fmt: skip
            seconds, ready = cursor.fetchone()
        assert ready
        return float(seconds)


class JumpTest(FakeTime):
    def setUp(self) -> None:
        super().setUp()
        self.link = Link("test")
        self.addCleanup(self.link.close)
        self.here = self.known()
        self.claims = Claims("quick")
        self.addCleanup(self.claims.link.close)
        known = patch("morfx.jobs.clock.here", self.here)
        known.start()
        self.addCleanup(known.stop)

    def known(self) -> Clock:
        """Return a clock that has known the time for a while."""
        known = Clock()
        known.look(self.link)
        known.since -= 60
        return known

    def test_a_timer_of_ten_minutes_stays_one_whichever_way_the_clock_jumps(self) -> None:
        for jump in (HOUR, -HOUR, 2 * HOUR, -86400.0, 30.0, -30.0):
            workload.quick.later(key="t", after=600, path="/dev/null", line="x")
            self.here.look(self.link)
            self.jump(jump)
            self.assertEqual(self.claims.claim(4), [], "a claim on the wrong clock")
            self.assertAlmostEqual(self.here.watch(self.link), jump, delta=1)
            self.assertAlmostEqual(self.left(), 600, delta=2)
            self.assertEqual(self.here.watch(self.link), 0.0)
            self.assertEqual(self.claims.claim(4), [])

    def test_what_is_ready_when_the_clock_goes_back_is_not_delayed(self) -> None:
        workload.quick.later(path="/dev/null", line="x")
        self.here.look(self.link)
        self.jump(-HOUR)
        self.here.watch(self.link)
        self.assertEqual(len(self.claims.claim(4)), 1)

    def test_what_is_set_after_the_jump_and_before_it_is_noticed_stays(self) -> None:
        for jump in (HOUR, -HOUR):
            workload.quick.later(key="old", after=600, path="/dev/null", line="old")
            self.here.look(self.link)
            workload.quick.later(key="just", after=600, path="/dev/null", line="just before")
            self.jump(jump)
            workload.quick.later(key="new", after=600, path="/dev/null", line="new")
            self.here.watch(self.link)
            for line in ("old", "just before", "new"):
                self.assertAlmostEqual(self.left(line), 600, delta=2)

    def test_two_clusters_that_notice_move_the_jobs_once(self) -> None:
        other = self.known()
        workload.quick.later(after=600, path="/dev/null", line="x")
        self.here.look(self.link)
        other.look(self.link)
        self.jump(HOUR)
        moved = [self.here.watch(self.link), other.watch(self.link)]
        self.assertAlmostEqual(moved[0], HOUR, delta=1)
        self.assertEqual(moved[1], 0.0)
        self.assertAlmostEqual(self.left(), 600, delta=2)
        self.assertTrue(other.look(self.link), "it takes the new time for good")

    def test_who_has_only_just_come_believes_the_database(self) -> None:
        fresh = Clock()
        fresh.look(self.link)
        workload.quick.later(after=600, path="/dev/null", line="x")
        self.jump(HOUR)
        self.assertEqual(fresh.watch(self.link), 0.0)
        self.assertTrue(fresh.look(self.link))

    def test_a_worker_waits_for_its_guard_and_goes_on_when_the_jobs_are_moved(self) -> None:
        guard = self.known()
        workload.quick.later(after=600, path="/dev/null", line="later")
        workload.quick.later(path="/dev/null", line="now")
        guard.look(self.link)
        self.jump(HOUR)
        self.assertEqual(self.claims.claim(4), [])
        self.assertEqual(self.claims.claim(4), [], "nobody has moved the jobs yet")
        guard.watch(self.link)
        self.assertEqual(self.claims.claim(4), [], "this claim learns the time")
        self.assertEqual([row.args["line"] for row in self.claims.claim(4)], ["now"])

    def test_a_machine_that_slept_has_not_jumped_and_its_timers_are_due(self) -> None:
        workload.quick.later(after=600, path="/dev/null", line="x")
        self.jump(HOUR)
        awake = clock.boottime
        with patch("morfx.jobs.clock.boottime", lambda: awake() + HOUR):
            self.assertEqual(self.here.watch(self.link), 0.0)
            self.assertEqual(len(self.claims.claim(4)), 1)

    def test_a_running_jobs_lease_lasts_no_longer_for_the_jump(self) -> None:
        workload.quick.later(path="/dev/null", line="x")
        self.claims.claim(1)
        self.jump(HOUR)
        self.here.watch(self.link)
        left = "SELECT extract(epoch FROM ready_at - clock_timestamp())::float8 FROM jobs_job"
        self.assertAlmostEqual(self.link.rows(left)[0][0], 10, delta=1)

    def test_a_machine_whose_own_clock_is_wrong_sets_timers_right(self) -> None:
        wrong = time.time() + HOUR
        with patch("time.time", return_value=wrong):
            workload.quick.later(after=600, path="/dev/null", line="x")
        self.assertAlmostEqual(self.left(), 600, delta=2)


def test_only_jumps_are_jumps_whatever_the_load_and_the_drift() -> None:
    """Property: slow answers, drift and sleep never count as a jump; a jump always does."""
    chance = random.Random(7)
    for _ in range(300):
        boot, truth, known = 1000.0, 1.7e9, Clock()
        with patch("morfx.jobs.clock.boottime", lambda: boot):  # noqa: B023
            known.note(truth, boot)
            for _ in range(60):
                slept = chance.choice([0.5, 1.0, 3.0, 8 * HOUR])
                slow = chance.choice([0.0, 0.01, 0.9, 30.0])
                drift = chance.uniform(-0.5, 0.5)
                asked = boot + slept
                jump = chance.choice([0.0, 0.0, 0.0, 7.0, -7.0, HOUR, -HOUR])
                truth += slept + drift + jump
                boot = asked + slow
                said = truth + chance.uniform(0.0, slow)
                truth += slow
                good = known.note(said, asked)
                if slow > clock.EXACT:
                    assert good, "an answer that took long says nothing"
                    known = Clock()
                    known.note(truth, boot)
                elif jump:
                    assert not good
                    known = Clock()
                    known.note(truth, boot)
                else:
                    assert good


@pytest.mark.kill
class RealClusterTest(FakeTime, ClusterCase):
    def test_a_real_cluster_fires_in_time_though_the_clock_jumps_both_ways(self) -> None:
        self.cluster("quick")
        time.sleep(clock.KNOWN_FOR + 2)
        for jump in (HOUR, -2 * HOUR):
            before = len(self.lines())
            workload.quick.later(path=self.file, line="fired", after=6)
            set_at = time.monotonic()
            time.sleep(1.5)
            self.jump(jump)
            while len(self.lines()) == before and time.monotonic() - set_at < 20:
                time.sleep(0.02)
            self.assertAlmostEqual(time.monotonic() - set_at, 6, delta=1.5)

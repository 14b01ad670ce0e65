"""Real clusters, in processes of their own, on really committed rows."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest
from django.conf import settings
from django.db import connection

from morfx.jobs import heartbeat
from morfx.jobs.models import Heartbeat, Job
from morfx.tenancy import everywhere
from morfx.testing.committed import CommittedTest

from . import workload


def until(true: Callable[[], bool], seconds: float) -> float:
    """Wait until something is true; return how long it took. Raises AssertionError."""
    started = time.monotonic()
    while not true():
        assert time.monotonic() - started < seconds, f"not within {seconds} s"
        time.sleep(0.01)
    return time.monotonic() - started


def children(pid: int) -> list[int]:
    """Return the processes below a process, all generations."""
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += [int(child), *children(int(child))]
    return found


def running(pid: int) -> bool:
    """Tell whether a process runs; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class ClusterCase(CommittedTest):
    """Clusters on this test's own database, and a file in which jobs leave lines."""

    def setUp(self) -> None:
        super().setUp()
        with everywhere("empty the queue"):
            Job.objects.all().delete()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "lines"
        self.file.touch()

    def lines(self) -> list[str]:
        """Return what the jobs wrote."""
        return self.file.read_text().splitlines()

    def cluster(self, queue: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a cluster and wait until it works."""
        asked = connection.settings_dict
        login = f"{asked['USER']}:{asked['PASSWORD']}@{asked['HOST'] if asked['PORT'] else ''}"
        port = f":{asked['PORT']}" if asked["PORT"] else ""
        url = f"postgresql://{login}{port}/{asked['NAME']}?host={asked['HOST']}"
        process = subprocess.Popen(
            [sys.executable, "-m", "morfx.jobs.tests.cluster_program", queue],
            env={**os.environ, "DATABASE_URL": url, **environment},
            cwd=settings.BASE_DIR,
            start_new_session=True,
        )
        self.addCleanup(self._end, process)
        ours = Heartbeat.objects.filter(cluster__endswith=f":{process.pid}")
        until(lambda: ours.count() == len(queue.split(",")), 60)
        return process

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        Heartbeat.objects.all().delete()

    def _stop(self, process: subprocess.Popen[bytes]) -> None:
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=20), 0)


@pytest.mark.kill
class ClusterTest(ClusterCase):
    def test_quick_jobs_are_done_soon_and_a_stop_waits_for_them(self) -> None:
        cluster = self.cluster("quick")
        self.assertEqual(heartbeat.silent_queues(), ["sends", "turns"])
        delays = []
        for number in range(7):
            time.sleep(0.25)
            workload.quick.later(path=self.file, line=str(number))
            delays.append(until(lambda number=number: len(self.lines()) > number, 5))  # type: ignore[misc]
        self.assertLess(median(delays), 0.3, f"NOTIFY does not wake the cluster: {delays}")
        until(lambda: not Job.objects.exists(), 5)
        workload.slow.later(path=self.file, seconds=2)
        until(lambda: "start" in self.file.read_text(), 5)
        self._stop(cluster)
        self.assertIn("end", self.file.read_text())
        self.assertFalse(Job.objects.exists())

    def test_turns_wait_side_by_side_in_one_process_and_a_stop_waits_for_them(self) -> None:
        cluster = self.cluster("turns", MORFX_THREADED_WORKERS="1")
        for number in range(8):
            workload.turn.later(path=self.file, line=str(number), seconds=1)
        until(lambda: len(self.lines()) == 16, 30)
        lines = [line.split() for line in self.lines()]
        self.assertEqual(len({line[-1] for line in lines}), 1, "one process")
        first_end = next(n for n, line in enumerate(lines) if line[1] == "done")
        self.assertGreater(first_end, 2, "turns waited for each other")
        workload.turn.later(path=self.file, line="last", seconds=2)
        until(lambda: "begin last" in self.file.read_text(), 10)
        self._stop(cluster)
        self.assertIn("last done", self.file.read_text())
        self.assertFalse(Job.objects.exists())

    def test_a_job_whose_worker_is_killed_runs_again(self) -> None:
        self.cluster("quick")
        workload.slow.later(path=self.file, seconds=3)
        until(lambda: len(self.lines()) == 1, 5)
        os.kill(int(self.lines()[0].split()[1]), signal.SIGKILL)
        until(lambda: len(self.lines()) == 3, 30)
        first, second, end = [line.split() for line in self.lines()]
        self.assertEqual([first[0], second[0], end[0]], ["start", "start", "end"])
        self.assertNotEqual(first[1], second[1])
        until(lambda: not Job.objects.exists(), 5)

    def test_what_a_stop_cannot_wait_for_is_given_back_and_begins_again_at_once(self) -> None:
        first = self.cluster("quick,turns", MORFX_DRAIN_SECONDS="1")
        workload.turn.later(path=self.file, line="long", seconds=8)
        workload.slow.later(path=self.file, seconds=8)
        until(lambda: len(self.lines()) == 2, 20)
        asked = time.monotonic()
        self._stop(first)
        self.assertLess(time.monotonic() - asked, 5)
        self.assertEqual(set(Job.objects.values_list("lease", "attempts")), {(None, 0)})
        self.cluster("quick,turns")
        until(lambda: len(self.lines()) == 4, 5)
        until(lambda: not Job.objects.exists(), 20)

    def test_a_full_queue_of_turns_keeps_no_send_waiting(self) -> None:
        self.cluster("turns,sends", MORFX_TURN_THREADS="2", MORFX_THREADED_WORKERS="1")
        for number in range(6):
            workload.turn.later(path=self.file, line=str(number), seconds=2)
        until(lambda: len(self.lines()) == 2, 10)
        workload.send.later(path=self.file, line="sent")
        until(lambda: "sent" in self.file.read_text(), 1)
        self.assertEqual(len(self.lines()), 3, "more turns than threads")

    def test_a_rolling_restart_loses_nothing_and_does_nothing_twice(self) -> None:
        clusters = [self.cluster("quick"), self.cluster("quick")]
        for number in range(600):
            workload.once.later(path=self.file, line=str(number), after=number / 60)
        for place in (0, 1):
            time.sleep(1)
            self._stop(clusters[place])
            clusters[place] = self.cluster("quick")
        until(lambda: not Job.objects.exists(), 40)
        self.assertEqual(sorted(self.lines(), key=int), [str(number) for number in range(600)])

    def test_a_killed_worker_is_replaced_and_its_job_runs_again_within_seconds(self) -> None:
        self.cluster("turns")
        workload.turn.later(path=self.file, line="long", seconds=1.5)
        until(lambda: len(self.lines()) == 1, 5)
        os.kill(int(self.lines()[0].split()[2]), signal.SIGKILL)
        until(lambda: len(self.lines()) == 2, 5)
        until(lambda: not Job.objects.exists(), 5)

    def test_no_process_outlives_its_cluster(self) -> None:
        cluster = self.cluster("quick")
        family = children(cluster.pid)
        self.assertGreater(len(family), 2)
        cluster.kill()
        cluster.wait()
        until(lambda: not any(running(pid) for pid in family), 5)

    def test_a_cluster_survives_the_loss_of_its_connections(self) -> None:
        self.cluster("quick")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        workload.quick.later(path=self.file, line="after")
        until(lambda: self.lines() == ["after"], 10)

"""Kill every kind of process again and again while jobs flow: `python -m morfx.tests.killing`.

A `bin/dev` of its own, in a temporary folder. Every 0.1 s two jobs are set: one that stays in the
database (its row must appear exactly once) and one on threads that talks to nobody (at least once).
Then, round after round, one process of each kind is killed with SIGKILL, or stopped so that it
hangs. Told in the end: the
longest time without any work done, and jobs that were lost or done twice. `--json` for machines.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import psycopg

from morfx.postgres import Postgres
from morfx.processes.supervisor import BASE

from .outside import free_port

EVERYWHERE = "ffffffff-ffff-ffff-ffff-ffffffffffff"
BEAT = 0.1
RECOVERY = 30.0
"""Seconds within which work must go on."""

TABLES = """
CREATE TABLE IF NOT EXISTS killed_once (number int, at timestamptz DEFAULT clock_timestamp());
CREATE TABLE IF NOT EXISTS killed_sent (number int, at timestamptz DEFAULT clock_timestamp());
"""
SET = """
INSERT INTO jobs_job (queue, name, args, version, due_at, ready_at, attempts, error, created_at)
SELECT queue, name, jsonb_build_object('number', %(number)s::int), 1, now(), now(), 0, '', now()
FROM (VALUES ('quick', 'morfx.tests.once'), ('sends', 'morfx.tests.sent')) AS job(queue, name)
"""


@dataclass
class Report:
    """What was seen."""

    kills: dict[str, int] = field(default_factory=dict)
    gaps: dict[str, float] = field(default_factory=dict)
    """Longest time without work after a kill of each kind, in seconds."""
    set: int = 0
    lost: int = 0
    doubled_once: int = 0
    doubled_sent: int = 0
    web_gap: float = 0.0

    @property
    def longest(self) -> float:
        """Return the longest time without work, in seconds."""
        return max(self.gaps.values(), default=0.0)


class Town:
    """The running installation, and who is who in it."""

    def __init__(self, folder: Path) -> None:
        self.data, self.port = folder / "data", free_port()
        self.url = Postgres(self.data).url()
        kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "MORFX_DATA")}
        words = [sys.executable, "-m", "morfx.tests.killed", "--port", str(self.port)]
        with (folder / "out").open("wb") as out:
            self.process = subprocess.Popen(
                [*words, "--data", str(self.data)],
                stdout=out, stderr=out, cwd=BASE,
                env={**kept, "LOG_LEVEL": "WARNING", "MORFX_WEB_PROCESSES": "2"},
            )  # fmt: skip

    def answers(self, path: str) -> bool:
        """Tell whether an address answers 200."""
        try:
            opener = build_opener(ProxyHandler({}))
            with opener.open(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def below(self, pid: int) -> list[int]:
        """Return the children of a process; none when it is dead."""
        try:
            return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        except OSError:
            return []

    def named(self, words: str, parent: int) -> list[int]:
        """Return the children of a process whose command has these words."""
        found = []
        for pid in self.below(parent):
            try:
                line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            found += [pid] if words in line else []
        return found

    def kinds(self) -> dict[str, Callable[[], list[int]]]:
        """Return each kind of process, and how its processes of this moment are found."""
        top = self.process.pid
        main = lambda: self.named("killed cluster", top)  # noqa: E731
        guard = lambda: [pid for parent in main() for pid in self.below(parent)]  # noqa: E731
        workers = lambda: sorted(  # noqa: E731
            (pid for parent in guard() for pid in self.below(parent)), key=threads
        )
        postgres = lambda: self.named("postgres", top)  # noqa: E731
        backends = lambda: [  # noqa: E731
            pid for parent in postgres() for pid in self.named("morfx", parent)
        ]
        return {
            "quick worker": lambda: workers()[:1],
            "every quick worker": lambda: workers()[:-1],
            "worker with threads": lambda: workers()[-1:],
            "worker that hangs": lambda: workers()[-1:],
            "guard": guard,
            "cluster": main,
            "web": lambda: self.named("morfx.processes.web", top),
            "simulator": lambda: self.named("inbox.simulator", top),
            "database backend": lambda: backends()[:1],
            "database": postgres,
        }

    def stop(self) -> None:
        """Stop it all."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


class Flow(threading.Thread):
    """Sets jobs all the time, whatever the database thinks of it."""

    def __init__(self, town: Town) -> None:
        super().__init__(name="flow", daemon=True)
        self.town, self.number, self.going = town, 0, True
        self.acknowledged: set[int] = set()
        self.web_gap = 0.0

    def run(self) -> None:
        """Set two jobs every BEAT; a commit nobody vouches for is not counted."""
        link = None
        while self.going:
            try:
                link = link or psycopg.connect(
                    self.town.url, autocommit=True, options=f"-c app.workspace_id={EVERYWHERE}"
                )
                link.execute(SET, {"number": self.number})
                self.acknowledged.add(self.number)
                link.execute("SELECT pg_notify('morfx_jobs', 'quick')")
                link.execute("SELECT pg_notify('morfx_jobs', 'sends')")
                self.number += 1
            except psycopg.Error:
                self.number += 1
                link = None
            time.sleep(BEAT)

    def visit(self) -> None:
        """Ask the web server all the time, in a thread of its own."""
        answered = time.monotonic()
        while self.going:
            if self.town.answers("/healthz"):
                self.web_gap = max(self.web_gap, time.monotonic() - answered)
                answered = time.monotonic()
            time.sleep(BEAT)


def threads(pid: int) -> int:
    """Return how many threads a process has: most has the worker of the threaded queues."""
    try:
        return len(list(Path(f"/proc/{pid}/task").iterdir()))
    except OSError:
        return 0


def ask(url: str, sql: str) -> list[tuple[object, ...]]:
    """Ask the database until it answers."""
    deadline = time.monotonic() + 60
    while True:
        try:
            with psycopg.connect(url, options=f"-c app.workspace_id={EVERYWHERE}") as link:
                return link.execute(sql).fetchall()
        except psycopg.Error:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def work_goes_on(town: Town, since: float) -> float:
    """Wait until both kinds of jobs that were set after a kill are done; return seconds."""
    sql = "SELECT (SELECT max(number) FROM killed_once), (SELECT max(number) FROM killed_sent)"
    first = ask(town.url, "SELECT coalesce(max((args->>'number')::int), 0) FROM jobs_job")
    known = ask(town.url, sql)[0]
    mark = max(int(str(value or 0)) for value in (*known, *first[0]))
    while time.monotonic() - since < 120:
        if all(int(str(value or 0)) > mark for value in ask(town.url, sql)[0]):
            return time.monotonic() - since
        time.sleep(0.1)
    raise AssertionError("work does not go on within two minutes")


def rounds(town: Town, report: Report, number: int, minutes: float, pause: float) -> None:
    """Kill one process of each kind in turn, `number` times or for some minutes."""
    until = time.monotonic() + minutes * 60
    done = 0
    while done < number or time.monotonic() < until:
        for kind, find in town.kinds().items():
            victims = find()
            since = time.monotonic()
            for pid in victims:
                try:
                    os.kill(pid, signal.SIGSTOP if "hangs" in kind else signal.SIGKILL)
                except ProcessLookupError:
                    continue
            report.kills[kind] = report.kills.get(kind, 0) + len(victims)
            report.gaps[kind] = max(report.gaps.get(kind, 0.0), work_goes_on(town, since))
            time.sleep(pause)
        done += 1


def settle(town: Town, flow: Flow, report: Report) -> None:
    """Let everything end that was set, then count."""
    flow.going = False
    flow.join()
    left = "SELECT count(*) FROM jobs_job WHERE name LIKE 'morfx.tests.%'"
    deadline = time.monotonic() + 60
    while ask(town.url, left)[0][0] and time.monotonic() < deadline:
        time.sleep(0.5)
    report.set, report.web_gap = len(flow.acknowledged), flow.web_gap
    for table in ("once", "sent"):
        done = [int(str(row[0])) for row in ask(town.url, f"SELECT number FROM killed_{table}")]
        setattr(report, f"doubled_{table}", len(done) - len(set(done)))
        report.lost += len(flow.acknowledged - set(done))


def kill_everything(number: int, *, minutes: float = 0.0, pause: float = 1.0) -> Report:
    """Run it all; return what was seen."""
    report = Report()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        town = Town(folder)
        try:
            deadline = time.monotonic() + 120
            while not town.answers("/readyz"):
                assert time.monotonic() < deadline, (folder / "out").read_text()
                time.sleep(0.2)
            with psycopg.connect(town.url) as link:
                link.execute(TABLES)
            flow = Flow(town)
            flow.start()
            threading.Thread(target=flow.visit, daemon=True).start()
            work_goes_on(town, time.monotonic())
            rounds(town, report, number, minutes, pause)
            settle(town, flow, report)
        finally:
            town.stop()
    return report


def main() -> int:
    """Run from the command line; return 1 when something was lost or took too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=0.0, help="go on for so long at least")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    report = kill_everything(asked.rounds, minutes=asked.minutes)
    if asked.json:
        sys.stdout.write(json.dumps({**asdict(report), "longest": report.longest}) + "\n")
    else:
        for kind, seconds in report.gaps.items():
            kills = report.kills[kind]
            sys.stdout.write(f"{kind:22} {kills:5} kills, work again within {seconds:.1f} s\n")
        sys.stdout.write(
            f"{report.set} jobs of each kind: {report.lost} lost, {report.doubled_once} done "
            f"twice, {report.doubled_sent} repeated on threads; "
            f"the web server was silent for {report.web_gap:.1f} s at most\n"
        )
    return 0 if report.longest < RECOVERY and not report.lost and not report.doubled_once else 1


if __name__ == "__main__":
    sys.exit(main())

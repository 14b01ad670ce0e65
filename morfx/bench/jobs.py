"""Tiny jobs per second and idle pick-up: our broker against django-q2's stock ORM broker."""

from __future__ import annotations

import random
import time
from typing import Any, Protocol
from uuid import UUID

from .frame import Report
from .installation import Installation, NotReady, superuser
from .options import Options

WORKERS = "4"
ROUNDS = 3
PICK_UPS = 60
MEASURED = 4.0
"""Seconds a burst may take."""
STOCK = {"DJANGO_SETTINGS_MODULE": "morfx.bench.stock_settings"}


class Side(Protocol):
    """A cluster, and how jobs get to it."""

    name: str
    burst: int
    """Jobs of a round: enough for some seconds."""

    def fill(self, how_many: int) -> None:
        """Enqueue jobs that do nothing, all at once."""

    def left(self) -> int:
        """Return how many are not done."""

    def forget(self) -> None:
        """Throw away what is left."""

    def note(self, number: int) -> float:
        """Enqueue a job that tells when it begins; return when it was committed."""


class Ours:
    """Our broker and rows."""

    name, burst = "our broker", 8000

    def __init__(self, running: Installation, workspace: str) -> None:
        self._workspace = workspace
        self._link = superuser(running)

    def fill(self, how_many: int) -> None:
        """Insert the rows, then notify, as a commit does."""
        sql = """
            INSERT INTO jobs_job (workspace_id, queue, name, args, version, due_at, ready_at,
                                  attempts, error, created_at)
            SELECT %s, 'quick', 'morfx.bench.nothing', '{}', 1, now(), now(), 0, '', now()
            FROM generate_series(1, %s)"""
        self._link.execute(sql, [self._workspace, how_many])
        self._link.execute("SELECT pg_notify('morfx_jobs', 'quick')")

    def left(self) -> int:
        """Count the rows; finished ones are gone."""
        sql = "SELECT count(*) FROM jobs_job WHERE name = 'morfx.bench.nothing'"
        return int(self._link.execute(sql).fetchone()[0])

    def forget(self) -> None:
        """Delete the rows; a claimed one finds itself gone."""
        self._link.execute("DELETE FROM jobs_job WHERE name = 'morfx.bench.nothing'")

    def note(self, number: int) -> float:
        """Enqueue as the application does."""
        from django.db import transaction

        from morfx.tenancy import within

        from . import tiny

        with within(UUID(self._workspace)), transaction.atomic():
            tiny.note.later(number=number)
            return time.time()


class Stock:
    """django-q2's own broker on its own table."""

    def __init__(self, running: Installation, key: str, name: str, burst: int) -> None:
        self.name, self.burst, self._key = name, burst, key
        self._link = superuser(running)

    def fill(self, how_many: int) -> None:
        """Insert signed packages."""
        from django_q.models import OrmQ

        rows = [self._row("morfx.bench.tiny.nothing", 0) for _ in range(how_many)]
        OrmQ.objects.bulk_create(rows, batch_size=1000)

    def left(self) -> int:
        """Count the rows; finished ones are gone."""
        sql = "SELECT count(*) FROM django_q_ormq WHERE key = %s"
        return int(self._link.execute(sql, [self._key]).fetchone()[0])

    def forget(self) -> None:
        """Delete the rows."""
        self._link.execute("DELETE FROM django_q_ormq WHERE key = %s", [self._key])

    def note(self, number: int) -> float:
        """Enqueue one row in a transaction, as `async_task` does."""
        from django.db import transaction

        with transaction.atomic():
            self._row("morfx.bench.tiny.begun", number).save()
            return time.time()

    def _row(self, function: str, number: int) -> Any:
        from django.utils import timezone
        from django_q.humanhash import uuid
        from django_q.models import OrmQ
        from django_q.signing import SignedPackage

        name, identity = uuid()
        task = {"id": identity, "name": name, "func": function, "args": (number,)}
        task |= {"kwargs": {}, "started": timezone.now()}
        payload = SignedPackage.dumps(task)
        return OrmQ(key=self._key, payload=payload, lock=timezone.now())


def run(running: Installation, options: Options) -> Report:
    """Alternate the sides; all three clusters run all the time."""
    from .shops import open_shops
    from .tiny import PORT, Ear

    workspace = open_shops(1, agent=False)[0]["workspace"]
    ear = Ear()
    heard = {PORT: str(ear.port)}
    running.own_cluster("quick", MORFX_JOB_WORKERS=WORKERS, **heard)
    running.own_cluster("stock", **STOCK, **heard, Q_CLUSTER_NAME="stock")
    tuned = {"Q_CLUSTER_NAME": "tuned", "STOCK_SAVE_LIMIT": "-1"}
    running.own_cluster("tuned", **STOCK, **heard, **tuned)
    sides: list[Side] = [
        Ours(running, workspace),
        Stock(running, "tuned", "stock, save_limit -1", 2500),
        Stock(running, "stock", "stock, defaults", 400),
    ]
    report = Report("jobs")
    picked = {side.name: _pick_ups(side, ear, options) for side in sides}
    rates: dict[str, list[float]] = {side.name: [] for side in sides}
    costs: dict[str, list[float]] = {side.name: [] for side in sides}
    for _ in range(1 if options.quick else ROUNDS):
        for side in sides:
            rate, cost = _rate(running, side, 50 if options.quick else side.burst)
            rates[side.name].append(rate)
            costs[side.name].append(cost * 1000)
    _tell(report, rates, costs, picked)
    return report


def _tell(
    report: Report,
    rates: dict[str, list[float]],
    costs: dict[str, list[float]],
    picked: dict[str, Any],
) -> None:
    """Write the figures down; ours come first."""
    ours, *others = rates
    for name, found in rates.items():
        report.rounds(f"{name}: jobs", found, "/s", least=1000.0 if name == ours else None)
        report.rounds(f"{name}: CPU, PostgreSQL's too", costs[name], "ms/job")
    for other in others:
        ratios = [a / b for a, b in zip(rates[ours], rates[other], strict=True)]
        report.rounds(f"times as many as {other}", ratios)
    for name, seconds in picked.items():
        report.times(f"{name}: pick-up", seconds, most_p50=8.0 if name == ours else None)


def _rate(running: Installation, side: Side, how_many: int) -> tuple[float, float]:
    """Return jobs per second of a burst and CPU seconds per job; after MEASURED it is cut off."""
    side.fill(how_many)
    used, began, first = sum(running.cpu().values()), time.perf_counter(), side.left()
    while (left := side.left()) and time.perf_counter() - began < MEASURED:
        time.sleep(0.02)
    done, seconds = max(1, first - left), time.perf_counter() - began
    cost = (sum(running.cpu().values()) - used) / done
    if left:
        side.forget()
        time.sleep(1.0)
    return done / seconds, cost


def _pick_ups(side: Side, ear: Any, options: Options) -> list[float]:
    """Return how long single jobs waited on an idle cluster, in seconds."""
    found = []
    for number in range(5 if options.quick else PICK_UPS):
        time.sleep(random.uniform(0.05, 0.35))  # noqa: S311
        committed = side.note(number)
        heard = ear.hear()
        if heard is None or heard[0] != number:
            raise NotReady(f"{side.name} did not run job {number}: {heard}")
        found.append(heard[1] - committed)
    return found[2:]  # the first ones wake what sleeps since the start

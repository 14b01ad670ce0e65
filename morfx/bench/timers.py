"""How late timers are, with very many of them pending."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from .frame import Report
from .installation import Installation, NotReady, superuser
from .options import Options

PENDING = 100_000
A_SECOND = 50
SECONDS = 20.0

INSERT = """
INSERT INTO jobs_job (workspace_id, queue, name, args, key, version, due_at, ready_at, attempts,
                      error, created_at)
SELECT %(workspace)s, 'quick', 'morfx.bench.note', jsonb_build_object('number', number),
       %(prefix)s || number, 1, due, due, 0, '', now()
FROM (SELECT number, %(first)s::timestamptz + number * %(apart)s::interval AS due
      FROM generate_series(0, %(count)s - 1) AS number) AS timers
"""


def run(running: Installation, options: Options) -> Report:
    """Let timers fall due beside all those that do not."""
    from .shops import open_shops
    from .tiny import PORT, Ear

    shops = open_shops(2, agent=False)
    pending = 1000 if options.quick else PENDING
    with superuser(running) as link:
        tomorrow = datetime.now(UTC) + timedelta(hours=24)
        _insert(link, shops[0], "pending:", tomorrow, 1.0, pending)
        link.execute("ANALYZE jobs_job")
    ear = Ear()
    running.own_cluster("quick", MORFX_JOB_WORKERS="3", **{PORT: str(ear.port)})
    time.sleep(1.0 if options.quick else 5.0)
    late = _lateness(running, shops[1], ear, seconds=1.0 if options.quick else SECONDS)
    report = Report("timers")
    report.add("pending", pending)
    report.add("falling due", A_SECOND, "/s")
    report.times("late", late, most=50.0)
    report.add("late worst", max(late) * 1000, "ms")
    return report


def _lateness(
    running: Installation, shop: dict[str, Any], ear: Any, *, seconds: float
) -> list[float]:
    """Return by how many seconds each timer began too late."""
    count, first = int(A_SECOND * seconds), datetime.now(UTC) + timedelta(seconds=3)
    with superuser(running) as link:
        _insert(link, shop, "due:", first, 1 / A_SECOND, count)
        link.execute("SELECT pg_notify('morfx_jobs', 'quick')")
    late: list[float] = []
    for _ in range(count):
        heard = ear.hear()
        if heard is None:
            raise NotReady(f"Only {len(late)} of {count} timers went off.")
        late.append(heard[1] - first.timestamp() - heard[0] / A_SECOND)
    return late


def _insert(
    link: Any, shop: dict[str, Any], prefix: str, first: datetime, apart: float, count: int
) -> None:
    values = {"workspace": shop["workspace"], "prefix": prefix, "first": first}
    values |= {"apart": timedelta(seconds=apart), "count": count}
    link.execute(INSERT, values)

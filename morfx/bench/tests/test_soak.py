"""A short soak: customers write while all kinds of faults strike and processes are killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from morfx.bench.soak.plan import Plan
from morfx.bench.soak.running import soak


@pytest.mark.kill
def test_nothing_is_lost_or_doubled_while_everything_fails(tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_mode & 0o005 != 0o005:
            folder.chmod(folder.stat().st_mode | 0o055)  # PostgreSQL is somebody else under root
    plan = Plan(minutes=0.4, customers=15, rate=4.0, kill_every=3.0, scenes=False, seed=7)
    report = soak(plan, tmp_path)
    broken = [one for one in report.lines if not one.kept]
    assert not broken, broken
    assert len(report.lines) == 17
    assert report.figures["customers' messages"] > 50
    assert report.figures["turns"] > 10
    assert sum(report.figures["kills"].values()) >= 5

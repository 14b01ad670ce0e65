"""Any process may be killed and work goes on; the long run is `python -m morfx.tests.killing`."""

from __future__ import annotations

import pytest

from .killing import RECOVERY, kill_everything


@pytest.mark.kill
def test_each_kind_of_process_is_killed_while_jobs_flow_and_none_is_lost_or_doubled() -> None:
    report = kill_everything(1, pause=0.3)
    assert set(report.kills) == {
        "quick worker",
        "every quick worker",
        "worker with threads",
        "worker that hangs",
        "guard",
        "cluster",
        "web",
        "simulator",
        "database backend",
        "database",
    }
    assert min(report.kills.values()) >= 1
    assert report.longest < RECOVERY, report.gaps
    assert report.web_gap < RECOVERY
    assert report.set > 50
    assert (report.lost, report.doubled_once) == (0, 0)

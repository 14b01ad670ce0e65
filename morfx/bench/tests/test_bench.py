"""Every benchmark runs, at its smallest, and says what it found; how fast is not asked here."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from morfx.bench.__main__ import NAMES
from morfx.bench.frame import Figure, Report, percentile
from morfx.bench.machine import BASE, cpu_seconds, family, pss_bytes
from morfx.bench.profiling import reading

FIGURE = {"name", "value", "unit", "target", "met", "spread"}


@pytest.mark.kill
def test_all_benchmarks_run(tmp_path: Path) -> None:
    before = set(Path(tempfile.gettempdir()).glob("morfx-bench-*"))
    file = tmp_path / "figures.json"
    ended = subprocess.run(
        [sys.executable, "-m", "morfx.bench", "--quick", "--json", str(file)],
        cwd=BASE,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    found = json.loads(file.read_text())
    assert {"date", "commit", "cpu", "cores", "python", "postgres"} <= found["machine"].keys()
    assert [report["benchmark"] for report in found["benchmarks"]] == list(NAMES)
    for report in found["benchmarks"]:
        assert report["figures"], report
        for figure in report["figures"]:
            assert figure.keys() == FIGURE
            assert isinstance(figure["value"], (int, float)), figure
            assert (figure["met"] is None) == (figure["target"] == ""), figure
            assert figure["name"] in ended.stdout
    assert set(Path(tempfile.gettempdir()).glob("morfx-bench-*")) <= before


def test_an_unknown_benchmark_is_refused_with_the_names() -> None:
    words = [sys.executable, "-m", "morfx.bench", "quickly"]
    ended = subprocess.run(words, cwd=BASE, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "no such benchmark: quickly" in ended.stderr


def test_a_target_is_met_or_missed() -> None:
    assert Figure(name="jobs", value=1000, least=1000).met is True
    assert Figure(name="jobs", value=999, least=1000).met is False
    assert Figure(name="late", value=50, most=50).met is False
    assert Figure(name="late", value=49.9, most=50).met is True
    assert Figure(name="late", value=1).met is None


def test_rounds_have_a_median_and_a_spread() -> None:
    report = Report("some")
    report.rounds("rate", [3.0, 1.0, 2.0], "/s")
    assert report.figures[0].as_json() == {
        "name": "rate",
        "value": 2.0,
        "unit": "/s",
        "target": "",
        "met": None,
        "spread": [1.0, 3.0],
    }


def test_percentiles() -> None:
    values = [float(n) for n in range(1, 101)]
    assert percentile(values, 50) == 51
    assert percentile(values, 99) == 100
    assert math.isnan(percentile([], 50))


def test_what_processes_cost_is_read() -> None:
    child = subprocess.Popen([sys.executable, "-c", "sum(range(10**7)); input()"], stdin=-1)
    try:
        here = next(iter(family(child.pid)))
        assert here == child.pid
        assert pss_bytes(child.pid) > 2**20
        while cpu_seconds(child.pid) == 0.0:
            assert child.poll() is None
    finally:
        child.kill()
        child.communicate()


def test_profiles_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "quick.1").write_text("morfx/a.py:run;inbox/b.py:open 2000\nmorfx/a.py:run 1000\n")
    (tmp_path / "quick.2").write_text("morfx/a.py:run;inbox/b.py:open 3000\n")
    reading.main(tmp_path, 2.0)
    told = capsys.readouterr().out
    assert "== quick: 3.00 ms" in told
    assert "2.50 ms  83.3%  inbox/b.py:open" in told

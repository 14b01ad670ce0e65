"""`bin/bench [name …] [--json FILE]`: run benchmarks one after another, print a table.

`bin/bench soak [--minutes 10] [--json FILE]` is no benchmark but a judgement; see `soak`.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from morfx.parent_death import die_with_parent

from . import machine
from .installation import remove
from .one import question
from .options import Options

NAMES = (
    "comprehension",
    "acknowledge",
    "jobs",
    "timers",
    "turn",
    "messages",
    "inbox",
    "replay",
    "memory",
)


def main() -> int:
    """Run what was asked for; return 0 when every benchmark ran, whatever its figures."""
    if sys.argv[1:2] == ["soak"]:
        from .soak.__main__ import main as soak

        return soak(sys.argv[2:])
    asked = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(1))
    options = Options(
        quick=asked.quick,
        seconds=asked.seconds,
        sizes=tuple(asked.size or Options.sizes),
        only=asked.only,
        statuses=asked.statuses,
        profile=asked.profile,
        statements=asked.statements,
    )
    names = asked.names or NAMES
    whole: dict[str, Any] = {"machine": machine.described(), "benchmarks": []}
    for together in [names] if options.quick else [[name] for name in names]:
        found = _run(together, options)
        whole["benchmarks"] += found
        for report in found:
            _print(report)
        if asked.json:
            asked.json.write_text(json.dumps(whole, indent=1) + "\n")
    ran = {report["benchmark"] for report in whole["benchmarks"]}
    if failed := [name for name in names if name not in ran]:
        _say(f"Did not run to the end: {', '.join(failed)}")
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(NAMES))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--quick", action="store_true", help="does it run? figures mean nothing")
    parser.add_argument("--seconds", type=float, default=Options.seconds, help="per measurement")
    parser.add_argument("--size", type=int, action="append", help="inbox: messages; repeatable")
    parser.add_argument("--only", default="", help="the variant whose name contains this")
    parser.add_argument("--statuses", action="store_true", help="messages: with three statuses")
    parser.add_argument("--profile", type=Path, metavar="DIR", help="CPU profiles of all processes")
    parser.add_argument(
        "--statements", type=Path, metavar="DIR", help="messages: what is said to PostgreSQL"
    )
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(NAMES):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    return asked


def _run(names: Sequence[str], options: Options) -> list[dict[str, Any]]:
    """Run benchmarks in a process and a folder of their own; return reports of those that ended."""
    folder = Path(tempfile.mkdtemp(prefix="morfx-bench-"))
    answer = folder / "answer.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "morfx.bench.one"],
        stdin=subprocess.PIPE,
        text=True,
        cwd=machine.BASE,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    try:
        assert process.stdin is not None
        process.stdin.write(question(names, folder / "data", answer, options))
        process.stdin.close()
        process.wait()
        found: list[dict[str, Any]] = json.loads(answer.read_text()) if answer.exists() else []
        return found
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
        remove(folder)


def _print(report: dict[str, Any]) -> None:
    _say(f"\n{report['benchmark']}")
    for figure in report["figures"]:
        met = {True: "met", False: "MISSED", None: ""}[figure["met"]]
        low_high = figure["spread"] and " … ".join(f"{end:,.4g}" for end in figure["spread"])
        columns = [
            f"  {figure['name']:<46}",
            f"{_shown(figure['value']):>10} {figure['unit']:<14}",
            f"{figure['target']:<9}{met:<8}",
            f"({low_high})" if low_high else "",
        ]
        _say("".join(columns).rstrip())
    for note in report["notes"]:
        _say(f"  {note}")


def _shown(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

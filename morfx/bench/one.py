"""Run benchmarks on one fresh database; `__main__` starts such a process for each of them.

A process of its own because Django is set up once per process, and each benchmark begins with an
empty database (with --quick they share one). Writes the reports as JSON.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from .frame import Report
from .installation import Installation, NotReady, installation, superuser
from .options import Options


def main() -> int:
    """Run the benchmarks named by the JSON object on standard input; stop at one that cannot."""
    asked = json.loads(sys.stdin.readline())
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    given = asked["options"]
    given["sizes"] = tuple(given["sizes"])
    for option in ("profile", "statements"):
        given[option] = Path(given[option]) if given[option] else None
    options = Options(**given)
    found = []
    with installation(Path(asked["data"]), profile=options.profile) as running:
        for name in asked["names"]:
            report = _run(name, running, options)
            if report is None:
                return 1
            found.append(report.as_json())
            Path(asked["answer"]).write_text(json.dumps(found))
    return 0


def _run(name: str, running: Installation, options: Options) -> Report | None:
    """Run one benchmark; None when it could not, with the end of all logs told."""
    try:
        report: Report = importlib.import_module(f"morfx.bench.{name}").run(running, options)
    except NotReady as error:
        logs = [f"-- log of {part}:\n{one.tail()}" for part, one in running.children.items()]
        sys.stderr.write("\n".join([f"{name}: {error}", *logs]) + "\n")
        return None
    running.stop()
    if running.postgres.alive():
        with superuser(running) as link:
            link.execute("TRUNCATE jobs_job")
    return report


def question(names: Sequence[str], data: Path, answer: Path, options: Options) -> str:
    """Return the line that asks this program for benchmarks."""
    given = dataclasses.asdict(options)
    for option in ("profile", "statements"):
        given[option] = str(given[option].resolve()) if given[option] else None
    asked = {"names": names, "data": str(data), "answer": str(answer), "options": given}
    return json.dumps(asked) + "\n"


if __name__ == "__main__":
    sys.exit(main())

"""`bin/bench soak [--minutes 10] [--json FILE]`: run it, judge it, print it; 1 when it failed."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from morfx.bench import machine
from morfx.bench.installation import NotReady, remove

from .plan import Plan
from .report import say
from .running import soak


def main(words: Sequence[str] | None = None) -> int:
    """Run from the command line; return 0 only when every promise was kept."""
    asked = _arguments(words)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    plan = Plan(
        minutes=asked.minutes,
        customers=asked.customers,
        rate=asked.rate,
        kill_every=asked.kill_every,
        seed=asked.seed,
        scenes=not asked.no_scenes,
    )
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="morfx-soak-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)  # PostgreSQL runs as somebody else when we are root
    try:
        report = soak(plan, folder)
    except NotReady as error:
        say(f"The soak could not run: {error}")
        return 1
    finally:
        if asked.keep is None:
            remove(folder)
    report.print()
    if asked.json:
        whole = {"machine": machine.described(), **report.as_json()}
        asked.json.write_text(json.dumps(whole, indent=1, default=str) + "\n")
    return 0 if report.kept else 1


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=Plan.minutes)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report here too")
    parser.add_argument("--customers", type=int, default=Plan.customers)
    parser.add_argument("--rate", type=float, default=Plan.rate, help="messages a second")
    parser.add_argument("--kill-every", type=float, default=Plan.kill_every, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=Plan.seed)
    parser.add_argument("--no-scenes", action="store_true")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="work here, and keep it all")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())

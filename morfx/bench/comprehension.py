"""How well, and how fast, the embedded model understands labelled messages it was not taught.

Three sets under `agents/tests/data`, none of which the examples repeat: `unseen` and `held-out`
were written blind (their scores at first look are in `agents/tests/test_embedded_heldout.py`),
`development` was worked with. Latency is of this process's own clock, warmed up as a worker is.
"""

from __future__ import annotations

import json
import statistics
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from .frame import Report, percentile
from .installation import Installation
from .options import Options

SETS = {
    "unseen": "somnio_unseen.json",
    "held-out": "somnio_heldout.json",
    "development": "somnio_development.json",
}
DATA = Path(__file__).parents[2] / "agents" / "tests" / "data"
AGENT = "somnio-sales-v1"
INTENT, CLASS, FIELDS = 0.85, 0.90, 0.90
"""What is demanded of messages that nobody has seen."""

MOST_MS = 20.0


def run(running: Installation, options: Options) -> Report:
    """Score each set, and time every message of all of them."""
    from agents import content
    from agents.engine.values import Question, State
    from agents.llm.embedded.client import Embedded
    from agents.llm.embedded.warming import warm

    report, model = Report("comprehension"), Embedded()
    language = content.own(AGENT).agent.language
    started = time.perf_counter()
    warm(replace(language))
    report.add("counting a version's examples", (time.perf_counter() - started) * 1000, "ms")
    times: list[float] = []
    worked: list[float] = []
    for name, file in SETS.items():
        heard = []
        for row in json.loads((DATA / file).read_text("utf-8")):
            question = Question(text=row["text"], state=State(mode=row["mode"]))
            began, before = time.perf_counter(), time.thread_time()
            heard.append((row, model.comprehend(question, language)))
            times.append(time.perf_counter() - began)
            worked.append(time.thread_time() - before)
        _score(report, name, heard)
    report.add("a message, first of a process", times[0] * 1000, "ms", most=MOST_MS)
    report.add("a message p50", statistics.median(times) * 1000, "ms", most=MOST_MS)
    report.add("a message p99", percentile(times, 99) * 1000, "ms", most=MOST_MS)
    report.add("a message p99, processor time", percentile(worked, 99) * 1000, "ms", most=MOST_MS)
    return report


def _score(report: Report, name: str, heard: list[tuple[dict[str, Any], Any]]) -> None:
    intents = [row["intent"] == found.intent for row, found in heard if "intent" in row]
    kinds = [row["kind"] == found.kind for row, found in heard if "kind" in row]
    told = [(row["fields"], dict(found.fields)) for row, found in heard if "fields" in row]
    both = sum(len(wanted.items() & found.items()) for wanted, found in told)
    all_of_them = sum(len(wanted) + len(found) for wanted, found in told)
    report.add(f"{name}: intent top-1 of {len(intents)}", statistics.mean(intents), least=INTENT)
    report.add(f"{name}: class of {len(kinds)}", statistics.mean(kinds), least=CLASS)
    report.add(f"{name}: fields F1 of {len(told)}", 2 * both / all_of_them, least=FIELDS)

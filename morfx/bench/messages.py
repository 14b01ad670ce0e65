"""Message in → answer accepted at the provider: customers in a closed loop, everything real."""

from __future__ import annotations

import itertools
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .frame import Report
from .installation import Installation, NotReady, free_port, superuser
from .options import Options
from .programs.started import start
from .statements import Statements

SHOPS = 4
"""Workspaces with a number each: one number may send 80 messages a second."""
SLOTS = 16
MESSAGES_OF_A_CUSTOMER = 10
WARMUP = 4.0
_first = itertools.count()
"""Each run of the customers' program has customers of its own."""


@dataclass(frozen=True)
class Model:
    """What understands: the embedded one (`wait` None) or an API that thinks for `wait` ms."""

    name: str
    wait: float | None
    least: float | None = None
    share: float | None = None
    """The least share of the ideal rate, in which every customer waits for nothing but the model:
    that many conversations, one answer each per thinking time."""


MODELS = (
    Model("embedded", None),
    Model("model of 0 ms", 0.0, least=100.0),
    Model("model of 300 ms", 300.0, share=0.8),
)


def run(running: Installation, options: Options) -> Report:
    """Measure each model in turn, on the same database."""
    from .shops import open_shops

    report, port = Report("messages"), free_port()
    shops = open_shops(SHOPS, provider_url=f"http://127.0.0.1:{port}")
    models = [one for one in MODELS if not options.only or options.only in one.name]
    for model in models[:1] if options.quick else models:
        _measure(running, options, report, shops, port, model)
        running.stop()
    return report


def _measure(
    running: Installation,
    options: Options,
    report: Report,
    shops: list[dict[str, Any]],
    port: int,
    model: Model,
) -> None:
    if model.wait is not None:
        api = free_port()
        running.python("model", "-m", "morfx.bench.programs.model", str(api), str(model.wait))
        running.await_port("model", api)
        url = f"http://127.0.0.1:{api}"
        running.environment |= {"ANTHROPIC_API_KEY": "benchmark", "ANTHROPIC_BASE_URL": url}
    web = running.web()
    running.cluster("quick", "quick")
    running.cluster("turns and sends", "turns,sends")
    plan = _plan(web, port, shops, options)
    found = drive(running, plan)
    _tell(report, model, {**found, "slots": plan["slots"]})
    if options.statements:
        _tell_statements(running, options, report, model, plan)


def _plan(web: int, port: int, shops: list[dict[str, Any]], options: Options) -> dict[str, Any]:
    return {
        "web": web,
        "port": port,
        "channels": shops,
        "slots": 2 if options.quick else SLOTS,
        "messages": MESSAGES_OF_A_CUSTOMER,
        "warmup": 1.0 if options.quick else WARMUP,
        "seconds": 2.0 if options.quick else options.seconds,
        "patience": 20.0,
        "statuses": options.statuses,
    }


def _tell_statements(
    running: Installation, options: Options, report: Report, model: Model, plan: dict[str, Any]
) -> None:
    """Let one customer write, and count what is said to PostgreSQL for each message."""
    before = {"warmup": 1.0, "seconds": 4.0, "slots": 1}
    with Statements(running) as said:
        found = drive(running, {**plan, **before}, began=said.begin, ended=said.end)
    messages = max(1, found["answered"])
    for part, number in sorted(said.by_part().items()):
        report.add(f"{model.name}: statements of {part}", number / messages, "per message")
    report.add(f"{model.name}: statements", said.total / messages, "per message")
    if options.statements:
        options.statements.mkdir(exist_ok=True, parents=True)
        said.write(options.statements, model.name.replace(" ", "-"), messages)


def drive(
    running: Installation,
    plan: dict[str, Any],
    *,
    began: Callable[[], None] = lambda: None,
    ended: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Run the customers' program by a plan; return its result, with the CPU each part used.

    `began` and `ended` are called at the ends of the time that is measured.
    """
    with customers(plan) as load:
        load.hear("ready")
        load.hear("measuring")
        began()
        before, commits = running.cpu(), _commits(running)
        result: dict[str, Any] = json.loads(load.line())
        ended()
        after = running.cpu()
        result["commits"] = _commits(running) - commits
        result["used"] = {name: after[name] - before.get(name, 0.0) for name in after}
        result["used"]["load"] = result["cpu"]
        time.sleep(1.0)  # what is under way comes to its end
    return result


def _commits(running: Installation) -> int:
    with superuser(running) as link:
        sql = "SELECT xact_commit FROM pg_stat_database WHERE datname = 'morfx'"
        return int(link.execute(sql).fetchone()[0])


@contextmanager
def customers(plan: dict[str, Any]) -> Iterator[Customers]:
    """Run the customers' program by a plan for as long as the block runs."""
    process = start("customers", {**plan, "first": next(_first) * 100_000})
    try:
        yield Customers(process)
    finally:
        process.kill()
        process.wait()


class Customers:
    """The customers' program, heard line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def line(self) -> str:
        """Return its next line. Raises NotReady when it ended."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise NotReady("The customers' program ended early.")
        return line

    def hear(self, word: str) -> None:
        """Wait for a word."""
        if (line := self.line().strip()) != word:
            raise NotReady(f"The customers' program said {line!r}.")


def _tell(report: Report, model: Model, found: dict[str, Any]) -> None:
    answered = found["answered"]
    rate = answered / found["seconds"]
    report.add(f"{model.name}: answered", rate, "messages/s", least=model.least)
    if model.wait:
        ideal = found["slots"] / (model.wait / 1000)
        report.add(f"{model.name}: share of the ideal rate", rate / ideal, least=model.share)
    report.times(f"{model.name}: message to answer", found["latencies"])
    for name, seconds in found["used"].items():
        per_message = seconds / max(1, answered) * 1000
        report.add(f"{model.name}: CPU of {name}", per_message, "ms/message")
    total = sum(found["used"].values()) / found["seconds"]
    report.add(f"{model.name}: cores busy", total)
    report.add(f"{model.name}: commits", found["commits"] / max(1, answered), "per message")
    report.add(f"{model.name}: bubbles", found["bubbles"] / max(1, answered), "per message")
    if found["silent"] or found["refused"]:
        report.note(
            f"{model.name}: {found['silent']} messages without an answer in time, "
            f"{found['refused']} refused at the door"
        )

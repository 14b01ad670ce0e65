"""Webhook acknowledgements, against bare transactions that commit the same rows."""

from __future__ import annotations

from typing import Any

from .frame import Report, percentile
from .installation import Installation, superuser
from .options import Options
from .programs import knocker
from .programs.started import result_of, start

PROCESSES = 2
CONNECTIONS = 16
ROUNDS = 3
STEADY = 200.0


def run(running: Installation, options: Options) -> Report:
    """Alternate both sides, a few rounds; then a steady rate."""
    from .shops import open_shops

    shops = open_shops(2, agent=False)
    web = running.web(workers=PROCESSES)
    seconds = 0.5 if options.quick else min(5.0, options.seconds)
    plan = {"web": web, "channels": shops, "connections": CONNECTIONS, "seconds": seconds}
    report = Report("acknowledge")
    bare: list[float] = []
    ours: list[float] = []
    for _ in range(1 if options.quick else ROUNDS):
        _empty(running)
        bare.append(_bare(running, plan))
        _empty(running)
        found = result_of(start("knocker", {**plan, "rate": 0}))
        ours.append(len(found["latencies"]) / found["seconds"])
    ratios = [one / other for one, other in zip(ours, bare, strict=True)]
    report.rounds("bare transactions", bare, "/s")
    report.rounds("acknowledged", ours, "/s")
    report.rounds("ratio", ratios, least=0.4)
    report.add("load program", found["cpu"] / len(found["latencies"]) * 1e6, "µs/request")
    report.times("as fast as possible", found["latencies"])
    _empty(running)
    steady = 1.0 if options.quick else 10.0
    found = result_of(start("knocker", {**plan, "rate": STEADY, "seconds": steady}))
    report.times("at a steady 200/s", found["latencies"], most=60.0)
    report.add("at a steady 200/s worst", percentile(found["latencies"], 100) * 1000, "ms")
    if found["refused"]:
        report.note(f"{found['refused']} requests were refused")
    return report


def _bare(running: Installation, plan: dict[str, Any]) -> float:
    """Return the transactions per second of as many processes and connections, without HTTP."""
    from inbox.envelope_store import STORE
    from morfx.tenancy import current

    channel = plan["channels"][0]
    body = knocker.request(plan, channel, 0).partition(b"\r\n\r\n")[2]
    asked = {
        "url": running.database_url("bare"),
        "setting": current.NAME,
        "statement": STORE,
        "channel": channel,
        "body": body.decode(),
        "connections": CONNECTIONS // PROCESSES,
        "seconds": plan["seconds"],
    }
    programs = [start("bare", asked) for _ in range(PROCESSES)]
    return sum(result_of(program)["stored"] for program in programs) / float(plan["seconds"])


def _empty(running: Installation) -> None:
    """Begin each round with the same tables."""
    with superuser(running) as link:
        link.execute("TRUNCATE inbox_envelope, jobs_job CASCADE")
        link.execute("CHECKPOINT")

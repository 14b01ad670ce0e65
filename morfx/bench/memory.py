"""Memory of the whole of `bin/dev`, at rest and at work, process by process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from morfx.parent_death import die_with_parent

from .frame import Report
from .installation import NO_PROXY, Installation, NotReady, free_port
from .machine import BASE, family, pss_bytes, words_of
from .messages import MESSAGES_OF_A_CUSTOMER, SHOPS, SLOTS, customers
from .options import Options

REST = 20.0
MEGABYTE = 2**20


def run(running: Installation, options: Options) -> Report:
    """Prepare workspaces, then let `bin/dev` have the folder."""
    from .shops import open_shops

    provider = free_port()
    shops = open_shops(SHOPS, provider_url=f"http://127.0.0.1:{provider}")
    running.postgres.stop()
    report = Report("memory")
    web = free_port()
    development = _bin_dev(running.data, web)
    try:
        time.sleep(1.0 if options.quick else REST)
        _tell(report, "idle", development.pid, most=500.0)
        plan: dict[str, Any] = {"web": web, "port": provider, "channels": shops}
        plan |= {"slots": SLOTS, "messages": MESSAGES_OF_A_CUSTOMER, "patience": 20.0}
        plan |= {"warmup": 1.0, "statuses": False, "seconds": 1.0 if options.quick else 15.0}
        with customers(plan) as load:
            load.hear("ready")
            load.hear("measuring")
            time.sleep(plan["seconds"] * 0.8)
            _tell(report, "under load", development.pid)
            load.line()
    finally:
        development.send_signal(signal.SIGTERM)
        development.wait(timeout=30)
    return report


def _bin_dev(data: Path, port: int) -> subprocess.Popen[str]:
    """Start what `bin/dev` starts; return it once it says that it runs."""
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DEBUG")}
    process = subprocess.Popen(
        [sys.executable, "-m", "morfx.processes", "--port", str(port), "--data", str(data)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=BASE,
        env={**environment, **NO_PROXY},
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "Ctrl-C" in line:
            return process
    raise NotReady("bin/dev did not start.")


def _tell(report: Report, when: str, ancestor: int, most: float | None = None) -> None:
    """Add the whole, and each part: what one process of `bin/dev` started."""
    parts: dict[str, float] = {}
    for pid, fields in family(ancestor).items():
        if int(fields[1]) == ancestor:
            name = _name(words_of(pid))
            parts[name] = parts.get(name, 0.0) + pss_bytes(pid) / MEGABYTE
    whole = pss_bytes(ancestor) / MEGABYTE
    report.add(f"{when}: all of bin/dev", whole, "MB", most=most)
    report.add(f"{when}: supervisor", whole - sum(parts.values()), "MB")
    for name, megabytes in sorted(parts.items(), key=lambda part: -part[1]):
        report.add(f"{when}: {name}", megabytes, "MB")


def _name(words: list[str]) -> str:
    """Return what a process is, by its command line."""
    known = {"uvicorn": "web server", "inbox.simulator": "simulator", "-D": "PostgreSQL"}
    if "qcluster" in words:
        return f"cluster {words[-1]}"
    return next((known[word] for word in words if word in known), " ".join(words)[:40])

"""What the benchmark runs on, and what processes cost, as Linux tells it."""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from morfx.postgres import programs

BASE = Path(__file__).resolve().parent.parent.parent
TICK = os.sysconf("SC_CLK_TCK")


def described() -> dict[str, Any]:
    """Return the machine, the versions, the date and the commit."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _said("git", "-C", str(BASE), "describe", "--always", "--dirty"),
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "python": platform.python_version(),
        "postgres": _said(str(programs() / "postgres"), "--version"),
        "load_before": os.getloadavg()[0],
    }


def _cpu() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _said(*words: str) -> str:
    try:
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def family(ancestor: int) -> dict[int, list[str]]:
    """Return a process and all that descend from it: id to `/proc/…/stat` from the state on."""
    known: dict[int, list[str]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                known[int(folder.name)] = (folder / "stat").read_text().rpartition(")")[2].split()
    found: dict[int, list[str]] = {}
    wanted = {ancestor} & known.keys()
    while wanted:
        found |= {pid: known[pid] for pid in wanted}
        wanted = {pid for pid, fields in known.items() if int(fields[1]) in wanted}
    return found


def cpu_seconds(ancestor: int) -> float:
    """Return the CPU seconds of a process and its descendants, those that ended included."""
    ticks = sum(sum(map(int, fields[11:15])) for fields in family(ancestor).values())
    return ticks / TICK


def pss_bytes(ancestor: int) -> int:
    """Return the memory of a process and its descendants; shared pages divided among sharers."""
    total = 0
    for pid in family(ancestor):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
    return total


def words_of(pid: int) -> list[str]:
    """Return a process's command line; empty when it is gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    return []

"""Starting the programs of the other side, and hearing what they found."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from morfx.parent_death import die_with_parent

BASE = Path(__file__).resolve().parent.parent.parent.parent


def start(name: str, plan: dict[str, Any]) -> subprocess.Popen[str]:
    """Start a program and hand it its plan; it ends when we do."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"morfx.bench.programs.{name}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=BASE,
        preexec_fn=die_with_parent(signal.SIGKILL),
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(plan) + "\n")
    process.stdin.flush()
    return process


def result_of(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for a program's end and return its result."""
    output, _ = process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
    found: dict[str, Any] = json.loads(output.splitlines()[-1])
    return found

"""One watched process: its log, its restarts with a growing pause, its end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from morfx.parent_death import die_with_parent

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0
STEADY_AFTER = 60.0
"""Seconds after which a process counts as steady, and its next end as its first."""
SERVED_AFTER = 2.0
"""Seconds after which one that was killed is started again soon, however often that happens: only
a process that cannot start must not be tried again and again. A job cluster whose guard was killed
ends with exit code 0, which is no failure to start either."""


@dataclass
class Child:
    """A process in a session of its own that ends with us and is started again when it ends."""

    title: str
    words: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[int] = ()
    """Open files the process is given, by their numbers."""
    process: subprocess.Popen[bytes] | None = None
    ends: int = 0
    _started: float = 0.0
    _again_at: float = 0.0

    def start(self) -> None:
        """Start the process; its output is added to its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment},
                pass_fds=self.files,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )
        self._started = time.monotonic()

    @property
    def alive(self) -> bool:
        """Tell whether the process runs."""
        return self.process is not None and self.process.poll() is None

    @property
    def age(self) -> float:
        """Return for how many seconds the process has been running."""
        return time.monotonic() - self._started

    def watch(self) -> str:
        """Start the process again when it has ended; return a sentence when there is news."""
        if self.alive or self.process is None:
            return ""
        if self._again_at == 0.0:
            enough = SERVED_AFTER if (self.process.returncode or 0) <= 0 else STEADY_AFTER
            self.ends = 1 if self.age > enough else self.ends + 1
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (self.ends - 1))
            self._again_at = time.monotonic() + pause
            self.kill()
            return (
                f"The {self.title} ended ({_ending(self.process.returncode)}); "
                f"starting it again in {pause:g} s. Its log: {self.log}"
            )
        if time.monotonic() < self._again_at:
            return ""
        self._again_at = 0.0
        self.start()
        return ""

    def ask_to_stop(self) -> None:
        """Ask the process, and not its children, to finish what it does and end."""
        if self.process is not None and self.alive:
            self.process.send_signal(signal.SIGTERM)

    def await_end(self, deadline: float) -> None:
        """Wait until the process has ended, at most until `deadline`; then kill it and its own."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=max(0.0, deadline - time.monotonic()))
        self.kill()
        self.process.wait()

    def kill(self) -> None:
        """End the process and all of its session at once."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return

    def tail(self, lines: int = 12) -> str:
        """Return the last lines of the log."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"

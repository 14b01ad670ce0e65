"""No orphans: processes that end when the one that started them ends, even by `kill -9`.

Linux keeps a "parent death signal" per process (prctl(2), PR_SET_PDEATHSIG). It survives exec but
not fork, so it is asked for anew in every forked child.
"""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


def die_with_parent(number: int) -> Callable[[], None]:
    """Return a `preexec_fn` that asks Linux to send `number` when the parent process ends."""
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # it ended before we asked
            os.kill(os.getpid(), number)

    return ask


def forks_die_with_us() -> None:
    """Make every process forked from here on, and theirs, end at once when its parent ends."""
    libc = ctypes.CDLL(None, use_errno=True)
    forking: list[int] = []

    def before() -> None:
        forking[:] = [os.getpid()]

    def in_child() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != forking[0]:
            os._exit(1)

    os.register_at_fork(before=before, after_in_child=in_child)

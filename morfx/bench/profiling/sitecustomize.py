"""Imported by every Python process that has this folder on its path: samples itself.

A thread wakes every few milliseconds and adds, to each other thread's present stack, the CPU time
that thread has used since the last look; waiting costs nothing and is not shown. Forked children
begin their own. Each process writes `$MORFX_PROFILE.<pid>` every two seconds: one stack per line,
outermost first, and its CPU microseconds.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from types import FrameType

EVERY = 0.002
SWITCH = 0.0001
"""Seconds until a busy thread lets the sampler look: with Python's own 5 ms it would mostly be
seen where it waits for something."""
WRITE_EVERY = 2.0
Stack = tuple[str, ...]


def stack_of(frame: FrameType | None) -> Stack:
    """Return a stack, outermost first, as `file:function`."""
    names = []
    while frame is not None:
        code = frame.f_code
        names.append(f"{'/'.join(code.co_filename.split('/')[-4:])}:{code.co_qualname}")
        frame = frame.f_back
    return tuple(reversed(names))


def sample(file: str) -> None:
    """Sample for ever."""
    spent: dict[Stack, float] = {}
    used: dict[int, float] = {}
    me, written = threading.get_ident(), time.monotonic()
    while True:
        time.sleep(EVERY)
        frames = sys._current_frames()
        for thread, frame in frames.items():
            if thread == me:
                continue
            try:
                now = time.clock_gettime(time.pthread_getcpuclockid(thread))
            except OSError:
                continue
            since = now - used.get(thread, now)
            used[thread] = now
            if since > 0:
                stack = stack_of(frame)
                spent[stack] = spent.get(stack, 0.0) + since
        del frames
        if time.monotonic() - written > WRITE_EVERY:
            written = time.monotonic()
            write(file, dict(spent))


def write(file: str, spent: dict[Stack, float]) -> None:
    """Replace this process's file."""
    path = f"{file}.{os.getpid()}"
    with open(path + ".new", "w") as output:
        for stack, seconds in spent.items():
            output.write(f"{';'.join(stack)} {int(seconds * 1_000_000)}\n")
    os.replace(path + ".new", path)


def begin() -> None:
    """Start the thread of this process."""
    sys.setswitchinterval(SWITCH)
    arguments = [os.environ["MORFX_PROFILE"]]
    threading.Thread(target=sample, args=arguments, name="profile", daemon=True).start()


if os.environ.get("MORFX_PROFILE"):
    os.makedirs(os.path.dirname(os.environ["MORFX_PROFILE"]), exist_ok=True)
    os.register_at_fork(after_in_child=begin)
    begin()

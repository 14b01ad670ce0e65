"""Who holds a lease can be read from it, so that what the dead held is given back at once.

The first ten bytes of a lease name a process: the machine since it was started and its process
namespace, the process id, and when the process began. The rest is random: a lease is never used
twice. Without this a job whose worker was killed would wait for its lease to run out.
"""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Collection
from pathlib import Path

from .link import Link
from .work import CHANNEL

HELD_HERE = """
SELECT DISTINCT left(lease::text, 23) FROM jobs_job
WHERE lease IS NOT NULL AND left(lease::text, 8) = %(machine)s
"""
GIVE_BACK = """
UPDATE jobs_job SET lease = NULL, ready_at = greatest(due_at, now()), attempts = attempts - %(less)s
WHERE id IN (SELECT id FROM jobs_job WHERE left(lease::text, 23) = ANY(%(holders)s)
             FOR UPDATE SKIP LOCKED)
RETURNING queue
"""
TELL = "SELECT pg_notify(%s, %s)"

_known: dict[int, str] = {}


def machine() -> str:
    """Return eight hex digits for this machine since its start and our process namespace."""
    parts = [socket.gethostname(), str(Path("/proc/self/ns/pid").readlink())]
    parts.append(Path("/proc/sys/kernel/random/boot_id").read_text())
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:8]


def holder() -> str:
    """Return how this process's leases begin, in the text form of a UUID (23 characters)."""
    pid = os.getpid()
    if pid not in _known:
        _known.clear()
        _known[pid] = _name(pid, _began(pid) or 0)
    return _known[pid]


def dead(holders: Collection[str]) -> list[str]:
    """Return those holders of this machine whose process is no more."""
    here = [name for name in holders if name.startswith(machine())]
    return [name for name in here if not _lives(name)]


def give_back_of_the_dead(link: Link) -> int:
    """Make ready what dead processes of this machine held; return how many jobs that were."""
    held = [str(row[0]) for row in link.rows(HELD_HERE, {"machine": machine()})]
    gone = dead(held)
    return give_back(link, gone, counted=True) if gone else 0


def give_back(link: Link, holders: Collection[str], *, counted: bool) -> int:
    """Make ready what some processes hold; `counted` leaves the attempt on the job's account.

    A row that its holder's own last transaction still locks is left to its lease.
    """
    values = {"holders": list(holders), "less": 0 if counted else 1}
    queues = [str(row[0]) for row in link.rows(GIVE_BACK, values)]
    for queue in set(queues):
        link.rows(TELL, [CHANNEL, queue])
    return len(queues)


def _name(pid: int, began: int) -> str:
    number = f"{pid:08x}"
    return f"{machine()}-{number[:4]}-{number[4:]}-{began & 0xFFFF:04x}"


def _lives(name: str) -> bool:
    pid = int(name[9:13] + name[14:18], 16)
    began = _began(pid)
    return began is not None and _name(pid, began) == name


def _began(pid: int) -> int | None:
    """Return when a process began, in ticks since the machine did; None for a dead one."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if words[0] in "ZX" else int(words[19])

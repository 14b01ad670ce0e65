"""Jobs that do next to nothing, and the ear that hears when they began."""

from __future__ import annotations

import os
import socket
import struct
import time

from morfx.jobs.work import job

FORM = "!qd"
PORT = "BENCH_EAR"
_mouth = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


@job()
def nothing(number: int = 0) -> None:
    """Do nothing."""


@job()
def note(number: int) -> None:
    """Tell the benchmark that this job has begun, and when."""
    begun(number)


def begun(number: int) -> None:
    """Tell it; as a function, for django-q2's own broker."""
    message = struct.pack(FORM, number, time.time())
    _mouth.sendto(message, ("127.0.0.1", int(os.environ[PORT])))


class Ear:
    """Hears when noted jobs began."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 2**20)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])

    def hear(self, patience: float = 20.0) -> tuple[int, float] | None:
        """Return the next job's number and when it began; None when none does in time."""
        self._socket.settimeout(patience)
        try:
            number, at = struct.unpack(FORM, self._socket.recv(64))
        except TimeoutError:
            return None
        return int(number), float(at)

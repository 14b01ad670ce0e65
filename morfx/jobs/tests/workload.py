"""Jobs for tests that run real clusters: what they did can be read in a file."""

from __future__ import annotations

import os
import time
from pathlib import Path

from django.db import connection, transaction

from morfx import tenancy
from morfx.jobs.models import Job
from morfx.jobs.work import job
from morfx.testing.committed import at_once


def _write(path: str, line: str) -> None:
    with Path(path).open("a") as file:
        file.write(f"{line}\n")


@job
def quick(path: str, line: str) -> None:
    """Write a line."""
    _write(path, line)


@job(queue="turns")
def turn(path: str, line: str, seconds: float = 0.0) -> None:
    """Write two lines with a while between, as a turn that waits for a model."""
    _write(path, f"begin {line} {os.getpid()}")
    time.sleep(seconds)
    _write(path, f"{line} done {os.getpid()}")


@job(queue="sends", network=True)
def send(path: str, line: str) -> None:
    """Write a line, as a job that talks to a provider."""
    _write(path, line)


@job
def once(path: str, line: str) -> None:
    """Write a line when the transaction commits: exactly once, or not at all."""
    transaction.on_commit(lambda: _write(path, line))


@job(network=True)
def slow(path: str, seconds: float) -> None:
    """Write who starts, take a while, write who ends."""
    _write(path, f"start {os.getpid()}")
    time.sleep(seconds)
    _write(path, f"end {os.getpid()}")


@job
def robbed(mark: str) -> None:
    """Leave a mark, while somebody else takes the lease."""
    Job.objects.create(queue="nowhere", name="mark", key=mark)

    def rob(_: int) -> None:
        with tenancy.everywhere("take a lease away"), transaction.atomic():
            Job.objects.filter(name=robbed.name).update(lease="0" * 32)
        connection.close()

    at_once(1, rob)


@job
def stamp(path: str) -> None:
    """Write down what time it is."""
    _write(path, repr(time.time()))


@job
def late(path: str, due: float) -> None:
    """Write down how late we are, in seconds."""
    _write(path, repr(time.time() - due))

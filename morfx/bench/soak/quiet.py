"""The end: nothing goes wrong any more; wait until everything has come to rest, then look."""

from __future__ import annotations

import time
from typing import Any

import psycopg

from .customers import Customer
from .evidence import Evidence, read_database
from .world import World

STILL_BUSY = """
SELECT (SELECT count(*) FROM inbox_envelope WHERE state = 'received'),
       (SELECT count(*) FROM inbox_message WHERE direction = 'inbound' AND heard_at IS NULL),
       (SELECT count(*) FROM inbox_send WHERE state IN ('planned', 'claimed')),
       (SELECT count(*) FROM jobs_job WHERE parked_at IS NULL AND name NOT LIKE %s
          AND (lease IS NOT NULL OR ready_at <= now() + interval '1 second'))
"""
WHAT = ("envelopes to open", "messages nobody took up", "bubbles under way", "jobs to do")
AGE = """
UPDATE inbox_send SET settled_at = settled_at - interval '11 minutes'
WHERE state = 'unknown' AND reported_at IS NULL
"""
RECONCILE = """
UPDATE jobs_job SET due_at = now(), ready_at = now()
WHERE name IN ('inbox.reconcile', 'agents.reconcile') AND lease IS NULL
"""
UNTOLD = """
SELECT count(*) FROM inbox_send WHERE state = 'unknown' AND reported_at IS NULL
"""
PERIODIC = "%reconcile%"


class NotQuiet(Exception):
    """The system did not come to rest; the message says what was still busy."""


def busy(world: World, link: psycopg.Connection[Any] | None = None) -> dict[str, int]:
    """Return what is not at rest, by name; empty when all is."""
    counters = world.simulator.counters()
    rows = link.execute(STILL_BUSY, [PERIODIC]).fetchall() if link else None
    numbers = (rows or world.rows(STILL_BUSY, PERIODIC))[0]
    found = dict(zip(WHAT, numbers, strict=True))
    found |= {"webhooks to deliver": counters["pending"], "ticks to come": counters["planned"]}
    return {name: number for name, number in found.items() if number}


def await_rest(world: World, seconds: float) -> float:
    """Wait until nothing is busy, looked at three times; return the seconds it took."""
    began, times = time.monotonic(), 0
    while times < 3:
        what = busy(world)
        times = 0 if what else times + 1
        if time.monotonic() - began > seconds:
            raise NotQuiet(", ".join(f"{number} {name}" for name, number in what.items()))
        time.sleep(0.5)
    return time.monotonic() - began


def age_the_unconfirmed(world: World, seconds: float = 60.0) -> int:
    """Let unconfirmed bubbles be ten minutes old, and reconciliation run; return how many.

    People are told after ten minutes; to wait for that would double the soak.
    """
    many = int(world.rows(UNTOLD)[0][0])
    world.rows(AGE)
    world.rows(RECONCILE)
    deadline = time.monotonic() + seconds
    while world.rows(UNTOLD)[0][0] and time.monotonic() < deadline:
        time.sleep(0.5)
    return many


def snapshot(world: World, customers: list[Customer], seconds: float) -> Evidence:
    """Read the database at a moment at which it is at rest: timers go off all the time."""
    deadline = time.monotonic() + seconds
    while True:
        with world.database() as link:
            link.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            with link.transaction():
                what = busy(world, link)
                if not what or time.monotonic() > deadline:
                    found = Evidence(taken_at=time.time(), customers=customers)
                    read_database(link, found)
                    return found
        time.sleep(0.3)

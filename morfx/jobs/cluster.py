"""A job cluster on django-q2's Cluster and Sentinel: who starts, replaces and ends the workers.

One process imports everything and forks a guard, which forks the workers: those of the quick
queue one job at a time each, those of the queues whose jobs wait for others on threads. Each
process ends with its parent. Besides, the guard gives back what dead processes held, and watches
the clock.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterable, Mapping
from multiprocessing import RawValue
from typing import Any

import psycopg
import structlog
from django.conf import settings
from django.db import connections
from django_q import cluster as django_q

from . import clock, holders
from .claims import forget_cancelled
from .link import Link
from .worker import serve

log = structlog.get_logger()

CYCLE = 0.5
STUCK_AFTER = 60.0
"""Seconds without a sign of life after which a worker is replaced."""
FORK_PAUSE = 1.0
"""Seconds between two starts in the place of one worker that keeps ending."""
LAST_MINUTE = 2.0
"""Seconds beyond DRAIN_SECONDS that workers have to end."""


def places(queues: Iterable[str]) -> list[dict[str, int]]:
    """Return what each worker process of a cluster for these queues serves."""
    served = {name: settings.QUEUES[name] for name in queues}
    threaded = {name: threads for name, threads in served.items() if threads}
    in_turn = [{name: 0} for name, threads in served.items() if not threads]
    waiting = [threaded] * settings.THREADED_WORKERS if threaded else []
    return in_turn * settings.JOB_WORKERS + waiting


class Sentinel(django_q.Sentinel):
    """The guard: keeps one worker in each place."""

    places: list[dict[str, int]]

    def spawn_cluster(self) -> None:
        """Start the workers."""
        connections.close_all()
        self.link = Link("guard")
        self._guarded = 0.0
        self._look_after()
        self.pool: list[Any] = []
        for served in self.places:
            self._start_worker(served)

    def guard(self) -> None:
        """Replace what ends or is stuck, until told to stop."""
        self.start_event.set()
        while not self.stop_event.wait(CYCLE):
            ended = [worker for worker in self.pool if not self._works(worker)]
            for worker in ended:
                worker.join()
                log.warning("worker replaced", serves=list(worker.serves), code=worker.exitcode)
                self.pool.remove(worker)
                time.sleep(max(0.0, min(FORK_PAUSE, worker.began + FORK_PAUSE - time.monotonic())))
                self._start_worker(worker.serves)
            if ended or time.monotonic() - self._guarded > 1.0:
                self._look_after(after_a_death=bool(ended))
        self.stop()

    def stop(self) -> None:
        """Let the workers finish what runs, then give back what is left."""
        for worker in self.pool:
            worker.terminate()
        deadline = time.monotonic() + settings.DRAIN_SECONDS + LAST_MINUTE
        for worker in self.pool:
            worker.join(max(0.0, deadline - time.monotonic()))
            worker.kill()
            worker.join()
        self._look_after(after_a_death=True)

    def _start_worker(self, served: Mapping[str, int]) -> None:
        pulse = RawValue("d", time.monotonic())
        worker: Any = django_q.get_mp_context().Process(target=serve, args=(served, pulse))
        worker.daemon = True
        worker.serves, worker.pulse, worker.began = served, pulse, time.monotonic()
        worker.start()
        self.pool.append(worker)

    def _works(self, worker: Any) -> bool:
        """Tell whether a worker lives and gives signs of it; end one that does not."""
        if worker.is_alive() and time.monotonic() - worker.pulse.value > STUCK_AFTER:
            log.error("worker is stuck", serves=list(worker.serves))
            worker.kill()
            return False
        return bool(worker.is_alive())

    def _look_after(self, *, after_a_death: bool = True) -> None:
        """Watch the clock; give back what the dead held. A database that is away waits."""
        self._guarded = time.monotonic()
        try:
            clock.here.watch(self.link)
            if after_a_death:
                holders.give_back_of_the_dead(self.link)
                forget_cancelled(self.link)
        except psycopg.Error as error:
            self.link.close()
            log.warning("the guard cannot reach the database", error=repr(error))


class Cluster(django_q.Cluster):
    """Starts our guard where django-q2 would start its own."""

    def __init__(self, queues: Iterable[str]) -> None:
        super().__init__()
        Sentinel.places = places(queues)

    def start(self) -> int:
        """Start the guard, which starts the workers; return this process's id.

        What is in memory now stays shared between all of them: the collector never touches it.
        """
        django_q.Sentinel = Sentinel
        gc.collect()
        gc.freeze()
        return int(super().start())

    def stop(self) -> bool:
        """Stop the guard; one that has not been started yet never is."""
        if self.sentinel is None:
            sys.exit(0)
        return bool(super().stop())

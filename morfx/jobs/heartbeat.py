"""A cluster's heartbeat: a row per queue that says when it last claimed or worked.

Written by the workers themselves, after a claim that the database has answered or while a job
runs, so that a stalled cluster falls silent. Read by the supervisor, which replaces silent
clusters, and by /readyz.
"""

from __future__ import annotations

import os
import socket
import time
from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now

from .link import Link
from .models import Heartbeat

EVERY = 3.0
FRESH = timedelta(seconds=30)

BEAT = """
INSERT INTO jobs_heartbeat (cluster, queue, at) VALUES (%s, %s, clock_timestamp())
ON CONFLICT (cluster) DO UPDATE SET at = excluded.at
"""

_cluster = ""
_last: dict[str, float] = {}


def name_cluster() -> None:
    """Name the cluster that this process starts, and forget clusters that are long gone."""
    global _cluster
    _cluster = f"{socket.gethostname()}:{os.getpid()}"
    Heartbeat.objects.filter(at__lt=Now() - timedelta(hours=1)).delete()


def in_cluster() -> bool:
    """Tell whether this is a process of a job cluster."""
    return bool(_cluster)


def beat(link: Link, queue: str) -> None:
    """Note that a queue is served, every few seconds; does nothing outside of a cluster."""
    now = time.monotonic()
    if _cluster and now - _last.get(queue, -EVERY) >= EVERY:
        _last[queue] = now
        link.rows(BEAT, [f"{queue}@{_cluster}", queue])


def silent_queues() -> list[str]:
    """Return the queues that no cluster has worked on lately; empty when all is in order."""
    fresh = Heartbeat.objects.filter(at__gt=Now() - FRESH)
    return sorted(set(settings.QUEUES) - set(fresh.values_list("queue", flat=True)))

"""A cluster's heartbeat: a task it sends through itself, and the row that says it arrived.

The broker adds the task every few seconds to what it claims; it takes the way of every job
(pusher, queue, worker), so that a stalled cluster falls silent. A job that runs counts as well,
because a worker that waits for a slow model is at work. Read by the supervisor, which replaces
silent clusters, and by /readyz.
"""

from __future__ import annotations

import os
import socket
import time
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django_q.conf import Conf

from .models import Heartbeat

EVERY = 4.0
FRESH = timedelta(seconds=30)

BEAT = """
INSERT INTO jobs_heartbeat (cluster, queue, at) VALUES (%s, %s, now())
ON CONFLICT (cluster) DO UPDATE SET at = excluded.at
"""

_cluster = ""
_queue = ""
_last = 0.0


def name_cluster(queue: str | None) -> None:
    """Name the cluster that this process starts, and forget clusters that are long gone."""
    global _cluster, _queue
    _queue = queue or Conf.CLUSTER_NAME
    _cluster = f"{_queue}@{socket.gethostname()}:{os.getpid()}"
    Heartbeat.objects.filter(at__lt=timezone.now() - timedelta(hours=1)).delete()


def due() -> bool:
    """Tell whether it is time for the cluster to send itself a task; asked by its broker."""
    global _last
    if not _cluster or time.monotonic() - _last < EVERY:
        return False
    _last = time.monotonic()
    return True


def beat() -> None:
    """Note that the cluster of this process works; does nothing outside of a cluster."""
    if not _cluster:
        return
    with connection.cursor() as cursor:
        cursor.execute(BEAT, [_cluster, _queue])
    connection.close()


def silent_queues() -> list[str]:
    """Return the queues that no cluster has worked on lately; empty when all is in order."""
    fresh = Heartbeat.objects.filter(at__gt=timezone.now() - FRESH)
    heard = set(fresh.values_list("queue", flat=True))
    return sorted({Conf.PREFIX, *settings.THREADED_QUEUES} - heard)

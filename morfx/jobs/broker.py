"""What django-q2 asks of its broker, answered from our job rows.

Workers claim for themselves (`claims`, `worker`), so nothing is dequeued here; the rest of
django-q2 that looks at a queue finds ours.
"""

from __future__ import annotations

from django.db import connection
from django_q.brokers import Broker as BaseBroker

from morfx.tenancy import everywhere


class Broker(BaseBroker):
    """One queue, named like the cluster."""

    def enqueue(self, task: str) -> int:
        """Refuse: jobs are made with `@job` and `.later()`."""
        raise NotImplementedError("Enqueue with `@job` and `.later()`.")

    def ping(self) -> bool:
        """Tell whether the queue answers."""
        return connection.is_usable()

    def queue_size(self) -> int:
        """Return how many jobs are ready."""
        sql = "SELECT count(*) FROM jobs_job WHERE queue = %s AND ready_at <= now()"
        with everywhere("count a queue"), connection.cursor() as cursor:
            cursor.execute(sql, [self.list_key])
            return int(cursor.fetchone()[0])

    def info(self) -> str:
        """Name the broker."""
        return "MorfX jobs in PostgreSQL"

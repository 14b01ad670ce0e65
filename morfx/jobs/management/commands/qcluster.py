"""django-q2's `qcluster`, with what our jobs need around it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django_q.management.commands.qcluster import Command as ClusterCommand

from morfx.jobs import heartbeat, periodic
from morfx.jobs.cluster import Cluster
from morfx.parent_death import forks_die_with_us
from morfx.tenancy.database.base import DatabaseWrapper
from morfx.tenancy.database.migrated import unapplied

OURS = "morfx.jobs.broker.Broker"


class Command(ClusterCommand):
    """Starts a cluster: no process of it outlives another, and periodic jobs exist."""

    help = "Run jobs: of all queues, or of those named with -n, separated by commas."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the cluster until SIGTERM. Refuses a database that is not migrated."""
        if settings.Q_CLUSTER.get("broker_class") == OURS:
            self._run(options.get("cluster_name"))
        else:  # somebody compares us with django-q2's own
            super().handle(*args, **options)

    def _run(self, named: str | None) -> None:
        queues = named.split(",") if named else list(settings.QUEUES)
        if unknown := sorted(set(queues) - set(settings.QUEUES)):
            known = ", ".join(settings.QUEUES)
            raise CommandError(f"There is no queue {', '.join(unknown)}; there are {known}.")
        if says := unapplied():
            raise CommandError(says)
        DatabaseWrapper.queries_limit = 1  # with DEBUG on, Django keeps the last 9,000 in memory
        forks_die_with_us()
        heartbeat.name_cluster()
        periodic.ensure()
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
        Cluster(queues).start()

"""django-q2's `qcluster`, with what our jobs need around it."""

from __future__ import annotations

from typing import Any

from django_q.management.commands.qcluster import Command as ClusterCommand

from morfx.jobs import heartbeat, periodic
from morfx.parent_death import forks_die_with_us


class Command(ClusterCommand):
    """Starts a cluster: no process of it outlives another, and periodic jobs exist."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the cluster until SIGTERM."""
        forks_die_with_us()
        heartbeat.name_cluster(options.get("cluster_name"))
        periodic.ensure()
        super().handle(*args, **options)

"""Whether everything is in order, question by question; readiness, start-up and `doctor` ask."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from morfx.tenancy import everywhere
from morfx.tenancy.policies import unprotected_tables

SILENT_AFTER = 10
"""Seconds after which a job cluster that has not asked for work counts as gone; it asks each second."""

STALLED_AFTER = 120
"""Seconds a job may be due while nobody works on anything, before the workers count as stalled."""

CLUSTERS = """
SELECT application_name FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'morfx jobs %%'
  AND state_change > now() - make_interval(secs => %s)
"""
BACKLOG = """
SELECT coalesce(extract(epoch FROM now() - min(ready_at) FILTER (WHERE ready_at <= now())), 0),
       count(*) FILTER (WHERE ready_at <= now()),
       count(*) FILTER (WHERE lease IS NOT NULL AND ready_at > now()),
       count(*) FILTER (WHERE parked_at IS NOT NULL)
FROM jobs_job
"""


@dataclass(frozen=True)
class Finding:
    """One answer: what was looked at, whether it is in order, and a sentence."""

    name: str
    ok: bool
    says: str


@dataclass(frozen=True)
class Backlog:
    """Jobs as they stand, over all workspaces; `oldest` is in seconds."""

    oldest: float
    due: int
    running: int
    parked: int


def database() -> Finding:
    """Ask the database for one row."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return Finding("database", False, f"The database does not answer: {error}")
    return Finding("database", True, "The database answers.")


def migrations() -> Finding:
    """Compare the database's migrations with the code's."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _ in plan[:5])
        says = f"{len(plan)} migrations are not applied ({names}): run `manage.py migrate`."
        return Finding("migrations", False, says)
    return Finding("migrations", True, "All migrations are applied.")


def role() -> Finding:
    """See that the row policies hold for the role we connect as."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles "
                       "WHERE rolname = current_user")
        name, above = cursor.fetchone() or ("?", True)
    if above:
        return Finding("role", False, f"The database role {name} is a superuser or may bypass row "
                       "security, so workspaces are not kept apart: connect as a plain role.")
    return Finding("role", True, f"Row security holds for the database role {name}.")


def policies() -> Finding:
    """See that every owned table has its forced row policy."""
    if missing := unprotected_tables():
        says = f"Tables without a row policy: {', '.join(missing)}. Run `manage.py migrate`."
        return Finding("policies", False, says)
    return Finding("policies", True, "Every workspace's rows are protected by a row policy.")


def workers() -> Finding:
    """See that a cluster asks for each queue's jobs, and that none waits while all are idle."""
    with connection.cursor() as cursor:
        cursor.execute(CLUSTERS, [SILENT_AFTER])
        alive = {row[0].removeprefix("morfx jobs ") for row in cursor.fetchall()}
    if silent := sorted(queues() - alive):
        return Finding("workers", False, f"No worker asks for jobs of: {', '.join(silent)}.")
    jobs = backlog()
    if jobs.oldest > STALLED_AFTER and not jobs.running:
        says = f"A job has been due for {jobs.oldest:.0f} s and nobody works on any."
        return Finding("workers", False, says)
    return Finding("workers", True, f"Workers ask for jobs of: {', '.join(sorted(alive))}.")


def queues() -> set[str]:
    """Return the names of the queues that clusters must serve."""
    return {settings.Q_CLUSTER["name"], *settings.Q_CLUSTER["ALT_CLUSTERS"]}


def backlog() -> Backlog:
    """Count the jobs of all workspaces."""
    with everywhere("count jobs"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BACKLOG)
        oldest, due, running, parked = cursor.fetchone() or (0, 0, 0, 0)
    return Backlog(oldest=float(oldest or 0), due=due, running=running, parked=parked)

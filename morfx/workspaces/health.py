"""Whether everything is in order, question by question; readiness, start-up and `doctor` ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError, connection, transaction

from morfx.jobs import heartbeat, lease
from morfx.tenancy import everywhere
from morfx.tenancy.database.migrated import unapplied
from morfx.tenancy.policies import unprotected_tables

STALLED_AFTER = 120
"""Seconds a job may be due while nobody works on anything, before the workers count as stalled."""

BACKLOG = """
SELECT coalesce(extract(epoch FROM now() - min(ready_at) FILTER (WHERE ready_at <= now())), 0),
       count(*) FILTER (WHERE ready_at <= now()),
       count(*) FILTER (WHERE lease IS NOT NULL AND ready_at > now()),
       count(*) FILTER (WHERE parked_at IS NOT NULL)
FROM jobs_job
"""
NOT_UNDERSTOOD = """
SELECT DISTINCT name FROM jobs_job
WHERE parked_at IS NULL AND starts_with(error, %(newer)s)
  AND created_at < now() - %(within)s * interval '1 second'
ORDER BY name LIMIT 5
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


questions: list[Callable[[], Finding]] = []
"""What higher floors want `doctor` to ask too; they add to it when they start."""


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
    if says := unapplied():
        return Finding("migrations", False, says)
    return Finding("migrations", True, "All migrations are applied.")


def role() -> Finding:
    """See that the row policies hold for the role we connect as."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        name, above = cursor.fetchone() or ("?", True)
    if above:
        return Finding(
            "role",
            False,
            f"The database role {name} is a superuser or may bypass row "
            "security, so workspaces are not kept apart: connect as a plain role.",
        )
    return Finding("role", True, f"Row security holds for the database role {name}.")


def policies() -> Finding:
    """See that every owned table has its forced row policy."""
    if missing := unprotected_tables():
        says = f"Tables without a row policy: {', '.join(missing)}. Run `manage.py migrate`."
        return Finding("policies", False, says)
    return Finding("policies", True, "Every workspace's rows are protected by a row policy.")


def workers() -> Finding:
    """See that every queue's cluster beats, and that no job waits while all are idle."""
    if silent := heartbeat.silent_queues():
        return Finding("workers", False, f"No worker is alive for: {', '.join(silent)}.")
    jobs = backlog()
    if jobs.oldest > STALLED_AFTER and not jobs.running:
        says = f"A job has been due for {jobs.oldest:.0f} s and nobody works on any."
        return Finding("workers", False, says)
    return Finding("workers", True, f"Workers are alive; {jobs.parked} jobs are parked.")


def understood() -> Finding:
    """See that no job has waited for an hour for a version of the code that knows it."""
    with everywhere("look for jobs of newer code"), transaction.atomic(), connection.cursor() as it:
        it.execute(
            NOT_UNDERSTOOD, {"newer": lease.UNKNOWN, "within": lease.NEWER_WITHIN.total_seconds()}
        )
        names = [name for (name,) in it.fetchall()]
    if names:
        says = f"Jobs wait for code that knows them: {', '.join(names)}."
        return Finding("understood", False, says)
    return Finding("understood", True, "Every job is known to this version of the code.")


def backlog() -> Backlog:
    """Count the jobs of all workspaces."""
    with everywhere("count jobs"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BACKLOG)
        oldest, due, running, parked = cursor.fetchone() or (0, 0, 0, 0)
    return Backlog(oldest=float(oldest or 0), due=due, running=running, parked=parked)

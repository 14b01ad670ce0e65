"""The jobs that flow while `morfx.tests.killing` kills."""

from __future__ import annotations

import time

from django.db import connection, transaction

from morfx.jobs.work import job


def _note(table: str, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO killed_{table} (number) VALUES (%s)", [number])


@job(tries=1000)
def once(number: int) -> None:
    """Leave a row together with the job's own removal: exactly once."""
    _note("once", number)


@job(queue="sends", network=True, tries=1000)
def sent(number: int) -> None:
    """Wait for somebody far away, then leave a row: at least once."""
    time.sleep(0.2)
    with transaction.atomic():
        _note("sent", number)

"""Stored webhooks set to be opened again, batch by batch, each with the one job that does it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone

from morfx.jobs import work
from morfx.jobs.models import Job
from morfx.jobs.work import job
from morfx.tenancy.rows import id_at

from .models import Envelope, Message

BATCH = 500
SLACK = timedelta(days=1)
"""How far the clock that made an id may be from the one that wrote `created_at`."""

PARKED = "It could not be applied; the error is on its parked job."
"""Why an envelope is dead whose job was tried as often as it may be."""


def chosen(
    state: str | None = None, since: datetime | None = None, until: datetime | None = None
) -> QuerySet[Envelope]:
    """Return envelopes by state and by when they came, both ends included.

    Ids sort by time, so they narrow a long stretch to a piece of an index; `created_at` decides.
    """
    since, until = aware(since), aware(until)
    rows = Envelope.objects.defer("body")
    if state is not None:
        rows = rows.filter(state=state)
    if since is not None:
        rows = rows.filter(created_at__gte=since, pk__gt=id_at(since - SLACK))
    if until is not None:
        rows = rows.filter(created_at__lte=until, pk__lt=id_at(until + SLACK))
    return rows


def aware(moment: datetime | None) -> datetime | None:
    """Read a moment without a zone in the server's own."""
    return timezone.make_aware(moment) if moment and timezone.is_naive(moment) else moment


def queue_again(rows: QuerySet[Envelope], at: datetime) -> UUID | None:
    """Set the first batch of `rows` to be opened again; return its last id if more may follow.

    Call inside a transaction. Their attempts stay; a parked job of theirs is forgotten.
    """
    batch = rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True)
    ids = list(batch[:BATCH])
    parked_jobs(ids).delete()
    Envelope.objects.filter(pk__in=ids).update(
        state=Envelope.State.RECEIVED, error="", replayed_at=at
    )
    enqueue(ids)
    return ids[-1] if len(ids) == BATCH else None


def enqueue(ids: Iterable[UUID]) -> None:
    """Give each envelope a job that opens it, unless one made here waits already."""
    from .jobs import open_envelope

    Job.objects.bulk_create(
        [
            Job(
                queue=open_envelope.queue,
                name=open_envelope.name,
                args={"envelope": str(pk)},
                key=f"open:{pk}",
            )
            for pk in ids
        ],
        ignore_conflicts=True,
    )
    work.wake_after_commit(open_envelope.queue)


def parked_jobs(ids: Iterable[UUID]) -> QuerySet[Any]:
    """Return the parked jobs of some envelopes."""
    parked = opening_jobs().filter(parked_at__isnull=False)
    return parked.filter(envelope__in=[str(pk) for pk in ids])


def opening_jobs() -> QuerySet[Any]:
    """Return the jobs that open envelopes, each with its `envelope`'s id as text."""
    from .jobs import open_envelope

    rows = Job.objects.filter(name=open_envelope.name)
    return rows.annotate(envelope=KeyTextTransform("envelope", "args"))


def already_applied(row: Envelope, provider_id: str) -> bool:
    """Tell whether a replayed envelope's message is here: then not even its sender is looked at.

    What the sender was called then must not overwrite what is known since. An envelope that
    comes for the first time is not asked: its message's own row decides.
    """
    if row.replayed_at is None:
        return False
    with transaction.atomic():
        return Message.objects.filter(provider_id=provider_id).exists()


@job(tries=20)
def bury_envelope(envelope: UUID) -> None:
    """Mark an envelope dead that could not be applied after all its tries; it can be replayed."""
    waiting = Envelope.objects.filter(pk=envelope, state=Envelope.State.RECEIVED)
    waiting.update(state=Envelope.State.DEAD, error=PARKED)


@job
def replay_more(
    at: datetime,
    past: UUID,
    until: datetime,
    state: str | None = None,
    since: datetime | None = None,
) -> None:
    """Queue the next batch of a long replay, and itself for the one after that."""
    last = queue_again(chosen(state, since, until).filter(pk__gt=past), at)
    if last is not None:
        replay_more.later(at=at, past=last, until=until, state=state, since=since)

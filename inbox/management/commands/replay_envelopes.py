"""manage.py replay_envelopes [--state …] [--since …] [--until …] [--workspace …] [--wait]"""

from __future__ import annotations

import re
import time
from argparse import ArgumentParser
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from inbox import replaying
from inbox.models import Envelope
from inbox.operations import envelopes
from inbox.operations.envelopes import Replayed
from morfx.jobs.models import Job
from morfx.operations.actor import Actor
from morfx.operations.errors import Refused
from morfx.tenancy import everywhere, within
from morfx.workspaces.access import workspace_called
from morfx.workspaces.models import Workspace

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
LOOK_EVERY = 0.5
PATIENCE = 60.0
"""Seconds without progress after which `--wait` says that no worker seems to live."""


class Command(BaseCommand):
    """Queues stored webhooks to be applied again; what is applied already stays as it is."""

    help = "Apply stored webhooks again. Without arguments: the dead ones of all workspaces."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take which envelopes, and whether to wait for them."""
        parser.add_argument("--state", choices=Envelope.State.values)
        parser.add_argument("--since", metavar="WHEN", help="2026-11-20, 2026-11-20T08:00, 2h, 3d")
        parser.add_argument("--until", metavar="WHEN", help="likewise")
        parser.add_argument("--workspace", metavar="SLUG")
        parser.add_argument("--envelope", metavar="ID", action="append", default=[])
        parser.add_argument("--wait", action="store_true", help="say what became of them")

    def handle(
        self,
        *args: Any,
        state: Any,
        since: str | None,
        until: str | None,
        workspace: str | None,
        envelope: list[str],
        wait: bool,
        **options: Any,
    ) -> None:
        """Replay per workspace, as the system; print how many."""
        start, end = moment(since), moment(until)
        ids = [_id(text) for text in envelope]
        state = state or (None if ids else Envelope.State.DEAD.value)
        begun: list[tuple[UUID, Replayed]] = []
        for place in _workspaces(workspace, ids):
            mine = _theirs(place.pk, ids) if ids else None
            if mine == []:
                continue
            actor = Actor.system(place.pk, "command", via="command")
            try:
                done = envelopes.replay(actor, envelopes=mine, state=state, since=start, until=end)
            except Refused as refusal:
                raise CommandError(refusal.message) from None
            if done.queued:
                self.stdout.write(f"{place.slug}: {done.queued} queued")
                begun.append((place.pk, done))
        total = sum(done.queued for _, done in begun)
        self.stdout.write(f"{total} {'envelope' if total == 1 else 'envelopes'} queued.")
        if wait and begun:
            self._wait(begun)

    def _wait(self, begun: list[tuple[UUID, Replayed]]) -> None:
        """Print what became of them. Raises CommandError when nothing moves any more."""
        left, moved = -1, time.monotonic()
        while now := sum(_left(*each) for each in begun):
            if now != left:
                left, moved = now, time.monotonic()
            if time.monotonic() - moved > PATIENCE:
                raise CommandError(f"{left} still wait and nothing moves. Do the workers run?")
            time.sleep(LOOK_EVERY)
        became: Counter[str] = Counter()
        for each in begun:
            became.update(_became(*each))
        told = ", ".join(f"{count} {state}" for state, count in sorted(became.items()))
        self.stdout.write(f"Done: {told}.")


def moment(text: str | None) -> datetime | None:
    """Read a moment: ISO 8601, or how long ago (`90m`, `2h`, `3d`). Raises CommandError."""
    if text is None:
        return None
    if ago := re.fullmatch(r"(\d{1,6})([smhdw])", text.strip()):
        return timezone.now() - timedelta(**{UNITS[ago[2]]: int(ago[1])})
    try:
        day = parse_date(text.strip())
        found = datetime(day.year, day.month, day.day) if day else parse_datetime(text.strip())
    except ValueError:
        found = None
    if found is None:
        raise CommandError(
            f"“{text}” is no moment: give a date (2026-11-20), a date and time "
            "(2026-11-20T08:00) or how long ago (90m, 2h, 3d)."
        )
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CommandError(f"“{text}” is no envelope's id.") from None


def _workspaces(slug: str | None, ids: list[UUID]) -> list[Workspace]:
    """Return the workspaces to look in; of named envelopes, those that have them."""
    if slug is not None:
        found = workspace_called(slug)
        if found is None:
            raise CommandError(f"There is no workspace {slug}.")
        return [found]
    with everywhere("replay envelopes"), transaction.atomic():
        rows = Workspace.objects.order_by("slug")
        if ids:
            owners = Envelope.objects.filter(pk__in=ids).values_list("workspace_id", "pk")
            known = dict.fromkeys(workspace for workspace, _ in owners)
            if missing := {*ids} - {pk for _, pk in owners}:
                raise CommandError(f"There is no envelope {', '.join(map(str, sorted(missing)))}.")
            rows = rows.filter(pk__in=known)
        return list(rows)


def _theirs(workspace_id: UUID, ids: list[UUID]) -> list[UUID]:
    with within(workspace_id), transaction.atomic():
        return list(Envelope.objects.filter(pk__in=ids).values_list("pk", flat=True))


def _left(workspace_id: UUID, replayed: Replayed) -> int:
    """Return how many envelopes of a replay still wait, a further batch counting as one."""
    with within(workspace_id), transaction.atomic():
        waiting = Envelope.objects.filter(state=Envelope.State.RECEIVED, replayed_at=replayed.at)
        walking = Job.objects.filter(name=replaying.replay_more.name, parked_at=None)
        return waiting.count() + walking.count()


def _became(workspace_id: UUID, replayed: Replayed) -> dict[str, int]:
    with within(workspace_id), transaction.atomic():
        rows = Envelope.objects.filter(replayed_at=replayed.at)
        return dict(rows.order_by().values_list("state").annotate(Count("pk")))

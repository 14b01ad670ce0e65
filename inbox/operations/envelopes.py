"""Stored webhooks are applied again: after a fix, or to be sure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import Field

from morfx.events.ledger import Fact, record
from morfx.operations.actor import Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import NotFound, Refused
from morfx.operations.inputs import Ref

from .. import replaying
from ..models import Envelope

State = Literal["dead", "parsed", "received"]


@dataclass(frozen=True, kw_only=True)
class EnvelopesReplayed(Fact):
    """Stored webhooks were queued to be applied again."""

    name = "envelope.replayed"
    count: int
    state: str | None
    since: datetime | None
    until: datetime | None
    envelope: UUID | None
    """Which, when it was a single one."""

    def describe(self) -> str:
        text = ngettext(
            "%(count)s delivery is applied again.",
            "%(count)s deliveries are applied again.",
            self.count,
        )
        return text % {"count": self.count}


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """How many envelopes were queued, and the moment they carry as `replayed_at`."""

    queued: int
    at: datetime


@operation("whatsapp.envelope.replay", needs="settings.edit")
def replay(
    actor: Actor,
    *,
    envelope: Ref[Envelope] | None = None,
    envelopes: Annotated[list[UUID], Field(max_length=replaying.BATCH)] | None = None,
    state: State | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Replayed:
    """Apply stored webhooks again: one, several by id, or all of a state that came in a time.

    Returns how many were queued. What has been applied already is left as it is.
    """
    if envelope is None and envelopes is None and state is None:
        raise Refused(_("Say which: one, several, or all of a state."), field="state")
    at = timezone.now()
    since, until = replaying.aware(since), replaying.aware(until)
    single = envelope.pk if envelope else None
    rows = _among(replaying.chosen(state, since, until), single, envelopes)
    count = rows.count()
    if not count:
        return Replayed(queued=0, at=at)
    last = replaying.queue_again(rows, at)
    if last is not None and count > replaying.BATCH:
        end = until or at
        replaying.replay_more.later(at=at, past=last, until=end, state=state, since=since)
    record(EnvelopesReplayed(count=count, state=state, since=since, until=until, envelope=single))
    return Replayed(queued=count, at=at)


def _among(
    rows: QuerySet[Envelope], envelope: UUID | None, envelopes: list[UUID] | None
) -> QuerySet[Envelope]:
    """Keep those that were named. Raises NotFound when one of several does not exist here."""
    if envelope is not None:
        rows = rows.filter(pk=envelope)
    if envelopes is not None:
        if Envelope.objects.filter(pk__in=envelopes).count() < len(set(envelopes)):
            raise NotFound("envelopes")
        rows = rows.filter(pk__in=envelopes)
    return rows

"""What the inbox does later: open envelopes, deliver bubbles."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from morfx.jobs.work import Again, job
from morfx.operations.actor import Actor
from morfx.operations.errors import Refused
from morfx.tenancy.compiled import compiled

from . import delivery, others
from .holds import send_what_waited  # noqa: F401 (registers it)
from .models import Envelope
from .operations import echoing, receiving
from .providers.payload import BadPayload, Echo, Inbound, Status, Unreadable, open_payload
from .receipts import tell_read  # noqa: F401 (registers it)
from .reconciling import reconcile  # noqa: F401 (registers it)
from .replaying import already_applied, bury_envelope
from .retrying import look_at_failure  # noqa: F401 (registers it)
from .routing import channel_for
from .settling import note_status


@compiled
def _stored(envelope: UUID) -> QuerySet[Envelope]:
    return Envelope.objects.select_related("channel").filter(pk=envelope)


@job(network=True, tries=5, otherwise=bury_envelope)
def open_envelope(envelope: UUID) -> None:
    """Apply what a stored webhook says: each message and status in its own transaction.

    Applying an envelope again changes nothing. What cannot be read or is refused makes it dead,
    with the reason; its siblings are applied all the same. Other errors are raised at the end,
    so that what failed is tried again.
    """
    with transaction.atomic():
        row = _stored.one(envelope)
    try:
        opened = open_payload(bytes(row.body))
    except BadPayload as error:
        _close(row, [str(error)])
        return
    steps: list[tuple[Callable[..., None], object]]
    steps = [(partial(_receive, position=n), item) for n, item in enumerate(opened.inbound())]
    steps += [(partial(_echo, position=n), item) for n, item in enumerate(opened.echoes())]
    steps += [(_note, item) for item in opened.statuses()]
    steps += [(others.apply, item) for item in opened.others()]
    with transaction.atomic() if len(steps) == 1 else nullcontext():
        _close(row, _apply(row, steps))


def _apply(row: Envelope, steps: list[tuple[Callable[..., None], object]]) -> list[str]:
    problems: list[str] = []
    errors: list[Exception] = []
    for apply, item in steps:
        try:
            if isinstance(item, Unreadable):
                raise Refused(item.error)
            apply(row, item)
        except Refused as refusal:
            problems.append(refusal.message)
        except Exception as error:
            errors.append(error)
    if errors:
        raise next((error for error in errors if not isinstance(error, Again)), errors[0])
    return problems


def _receive(row: Envelope, inbound: Inbound, position: int) -> None:
    channel = channel_for(row, inbound.phone_number_id)
    if not already_applied(row, inbound.provider_id):
        actor = Actor.system(row.workspace_id, "inbox", via="webhook")
        at = row.created_at
        receiving.receive(
            actor, channel=channel, inbound=inbound, received_at=at, position=position
        )


def _echo(row: Envelope, echo: Echo, position: int) -> None:
    channel = channel_for(row, echo.phone_number_id)
    if not already_applied(row, echo.provider_id):
        actor = echoing.somebody(row.workspace_id)
        at = row.created_at
        echoing.echo(actor, channel=channel, echo=echo, received_at=at, position=position)


def _note(row: Envelope, status: Status) -> None:
    note_status(channel_for(row, status.phone_number_id), status, row.created_at)


def _close(row: Envelope, problems: list[str]) -> None:
    row.state = Envelope.State.DEAD if problems else Envelope.State.PARSED
    row.error, row.opened_at = "; ".join(problems)[:2000], timezone.now()
    row.attempts += 1
    with transaction.atomic():
        row.save(update_fields=["state", "error", "opened_at", "attempts"])


@job(queue="sends", network=True, tries=20)
def deliver(conversation: UUID, slot: datetime | None = None) -> None:
    """Send what is due in a conversation; `slot` is when its number's turn was reserved for."""
    delivery.send_due(conversation, slot)

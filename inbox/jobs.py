"""What the inbox does later: open envelopes, deliver bubbles."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from morfx.jobs.work import job
from morfx.operations.actor import Actor
from morfx.operations.errors import Refused

from . import clients, delivery
from .models import Conversation, Envelope
from .operations import receiving, sending
from .providers.payload import BadPayload, Inbound, Status, Unreadable, open_payload
from .receipts import tell_read  # noqa: F401 (registers it)
from .settling import note_status

MOST_IN_A_ROW = 20
"""Bubbles one delivery sends before it lets other conversations have the worker."""


@job(tries=20)
def bury_envelope(envelope: UUID) -> None:
    """Mark an envelope dead that could not be applied after all its tries; it can be replayed."""
    reason = "It could not be applied; the error is on its parked job."
    Envelope.objects.filter(pk=envelope).update(state=Envelope.State.DEAD, error=reason)


@job(network=True, tries=5, otherwise=bury_envelope)
def open_envelope(envelope: UUID) -> None:
    """Apply what a stored webhook says: each message and status in its own transaction.

    Applying an envelope again changes nothing. What cannot be read or is refused makes it dead,
    with the reason; its siblings are applied all the same. Other errors are raised at the end,
    so that what failed is tried again.
    """
    with transaction.atomic():
        row = Envelope.objects.select_related("channel").get(pk=envelope)
    try:
        opened = open_payload(bytes(row.body))
    except BadPayload as error:
        _close(row, [str(error)])
        return
    items: list[tuple[Callable[..., list[str]], object]]
    items = [(partial(_receive, position=n), item) for n, item in enumerate(opened.inbound())]
    items += [(_note, item) for item in opened.statuses()]
    problems = [item.error for item in opened.others() if isinstance(item, Unreadable)]
    errors: list[Exception] = []
    for apply, item in items:
        try:
            problems += apply(row, item)
        except Refused as refusal:
            problems.append(refusal.message)
        except Exception as error:
            errors.append(error)
    if errors:
        raise errors[0]
    _close(row, problems)


def _receive(row: Envelope, inbound: Inbound | Unreadable, position: int) -> list[str]:
    if isinstance(inbound, Unreadable):
        return [inbound.error]
    if inbound.phone_number_id and inbound.phone_number_id != row.channel.phone_number_id:
        return [f"a message for number {inbound.phone_number_id}, which is not this channel's"]
    actor = Actor.system(row.workspace_id, "inbox", via="webhook")
    receiving.receive(
        actor,
        channel=row.channel,
        inbound=inbound,
        received_at=row.created_at,
        position=position,
    )
    return []


def _note(row: Envelope, status: Status | Unreadable) -> list[str]:
    if isinstance(status, Unreadable):
        return [status.error]
    note_status(row.channel, status, row.created_at)
    return []


def _close(row: Envelope, problems: list[str]) -> None:
    row.state = Envelope.State.DEAD if problems else Envelope.State.PARSED
    row.error, row.opened_at = "; ".join(problems)[:2000], timezone.now()
    row.attempts += 1
    with transaction.atomic():
        row.save(update_fields=["state", "error", "opened_at", "attempts"])


@job(network=True, tries=20)
def deliver(conversation: UUID) -> None:
    """Send what is due in a conversation, one bubble after the other."""
    for _ in range(MOST_IN_A_ROW):
        send = delivery.claim_next(conversation)
        if send is None:
            break
        with transaction.atomic():
            target = Conversation.objects.select_related("channel").get(pk=conversation)
        delivery.note(send, clients.send(target, send))
    with transaction.atomic():
        Conversation.objects.select_for_update(of=("self",)).get(pk=conversation)
        sending.schedule(conversation)

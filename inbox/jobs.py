"""What the inbox does later: open envelopes, deliver bubbles."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from morfx.events.poke import poke
from morfx.jobs.work import job
from morfx.operations.actor import Actor

from . import clients, delivery
from .models import Conversation, Envelope, Message
from .operations import receiving, sending
from .providers.payload import BadPayload, Inbound, Status, Unreadable, open_payload
from .settling import note_status

MOST_IN_A_ROW = 20
"""Bubbles one delivery sends before it lets other conversations have the worker."""


@job(network=True, tries=5)
def open_envelope(envelope: UUID) -> None:
    """Apply what a stored webhook says: each message and status in its own transaction.

    Applying an envelope again changes nothing. What cannot be read or applied makes it dead,
    with the reason; its siblings are applied all the same.
    """
    with transaction.atomic():
        row = Envelope.objects.select_related("channel").get(pk=envelope)
    try:
        opened = open_payload(bytes(row.body))
    except BadPayload as error:
        _close(row, [str(error)])
        return
    problems: list[str] = []
    for inbound in opened.inbound():
        problems += _receive(row, inbound)
    for status in opened.statuses():
        problems += _note(row, status)
    problems += [item.error for item in opened.others() if isinstance(item, Unreadable)]
    _close(row, problems)


def _receive(row: Envelope, inbound: Inbound | Unreadable) -> list[str]:
    if isinstance(inbound, Unreadable):
        return [inbound.error]
    if inbound.phone_number_id and inbound.phone_number_id != row.channel.phone_number_id:
        return [f"a message for number {inbound.phone_number_id}, which is not this channel's"]
    actor = Actor.system(row.workspace_id, "inbox", via="webhook")
    receiving.receive(actor, channel=row.channel, inbound=inbound, received_at=row.created_at)
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
        sending.schedule(conversation)


@job(network=True, tries=2)
def tell_read(conversation: UUID) -> None:
    """Tell WhatsApp that the customer's newest message was read. Harmless when it fails."""
    with transaction.atomic():
        newest = (
            Message.objects.select_related("conversation__channel")
            .filter(conversation=conversation, direction=Message.Direction.INBOUND)
            .exclude(provider_id=None)
            .order_by("-id")
            .first()
        )
    if newest is not None and newest.provider_id:
        clients.client_of(newest.conversation.channel).mark_read(newest.provider_id)
        poke(newest.workspace_id, "phone")

"""Telling WhatsApp what was read, so that the customer sees blue ticks."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from morfx.events.poke import poke
from morfx.jobs.work import job

from . import clients
from .models import Message


@job(queue="sends", network=True, tries=2)
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
    if newest is not None and newest.provider_id and not newest.conversation.channel.stopped_at:
        clients.client_of(newest.conversation.channel).mark_read(newest.provider_id)
        poke(newest.workspace_id, "phone")

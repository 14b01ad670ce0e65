"""What the inbox does by itself when something happened in it."""

from __future__ import annotations

from morfx.events.ledger import on
from morfx.events.models import Event

from . import template_jobs
from .facts import ChannelConnected, MessageFailed
from .models import Channel, Message
from .operations import template_sync

SOON = 2.0
"""Seconds in which whoever connects a number has entered all there is to enter."""


@on(MessageFailed)
def doubt_the_template(event: Event) -> None:
    """Look at the templates again when one was refused; the refusal may have come by webhook."""
    message = Message.objects.select_related("conversation").get(pk=event.facts["message"])
    template_jobs.note_refusal(message, event.facts.get("code"))


@on(ChannelConnected)
def fetch_its_templates(event: Event) -> None:
    """Fetch the templates of a number that was just connected."""
    channel = Channel.objects.get(pk=event.facts["channel"])
    if template_sync.can_list(channel):
        template_jobs.ask(channel, after=SOON)

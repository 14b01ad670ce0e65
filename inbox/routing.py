"""One webhook, many numbers: which channel of the workspace a change speaks of."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from morfx.operations.errors import Refused

from .models import Channel, Envelope


def channel_for(row: Envelope, phone_number_id: str) -> Channel:
    """Return the channel of a number: the one the envelope came to, or another of the workspace.

    One app at Meta has one webhook for all of its numbers. Raises Refused for a number that is
    connected nowhere here, so that what came for it stays listed with its reason.
    """
    if phone_number_id in ("", row.channel.phone_number_id):
        return row.channel
    with transaction.atomic():
        found = Channel.objects.filter(phone_number_id=phone_number_id, is_active=True)
        channel = found.order_by("created_at").first()
    if channel is None:
        sentence = _("A message for number %(number)s, which is not connected here.")
        raise Refused(sentence % {"number": phone_number_id}, code="UNKNOWN_NUMBER")
    return channel

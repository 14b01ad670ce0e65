"""What else must wait when WhatsApp refuses a message: the person, the number, the account."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Min
from django.utils import timezone

from morfx.jobs.work import job
from morfx.operations.actor import Actor

from . import pacing
from .models import Channel, Conversation, Send
from .operations import stopping
from .providers.errors import Hold
from .providers.outcomes import Rejected

BY_HTTP: dict[int | None, int] = {401: 190, 403: 10}
"""The code whose row of the table a bare HTTP status stands for, where it stops a number."""
MOST_AT_ONCE = 500
"""Conversations that one job sets going again after a stop."""


def apply(conversation: Conversation, send: Send, refused: Rejected, wait: float) -> None:
    """Hold back what the refusal of a bubble says must wait, for `wait` seconds or until resumed.

    The conversation is locked, its channel loaded; a pair's hold is saved with it.
    """
    channel = conversation.channel
    actor = Actor.system(conversation.workspace_id, "delivery")
    if refused.stops:
        if not _resumed_since(channel, send.claimed_at):
            code = BY_HTTP.get(refused.http_status) if refused.code is None else refused.code
            stopping.stop(actor, channel=channel, code=code, reason=refused.title)
    elif refused.hold is Hold.PAIR:
        conversation.spent_until = pacing.PAIR.spent(timezone.now(), wait)
        conversation.save(update_fields=["spent_until"])
    elif refused.hold is not Hold.NONE and wait:
        stopping.pause(
            actor,
            channel=channel,
            seconds=wait,
            whole_account=refused.hold is Hold.APP,
            code=refused.code,
            reason=refused.title,
        )


def _resumed_since(channel: Channel, claimed_at: datetime | None) -> bool:
    """Tell whether the number was let go on (with a new token, say) after the bubble had left."""
    return bool(channel.resumed_at and claimed_at and claimed_at < channel.resumed_at)


@job
def send_what_waited(channel: UUID, after: UUID | None = None) -> None:
    """Set the conversations going in which something waited for a number that was stopped."""
    from .jobs import deliver

    waiting = Send.objects.filter(state=Send.State.PLANNED, conversation__channel=channel)
    waiting = waiting.exclude(due_at=None)
    if after is not None:
        waiting = waiting.filter(conversation__gt=after)
    due = waiting.values_list("conversation").annotate(Min("due_at")).order_by("conversation")
    rows = list(due[:MOST_AT_ONCE])
    for conversation, first in rows:
        deliver.at(first, key=f"deliver:{conversation}", conversation=conversation)
    if len(rows) == MOST_AT_ONCE:
        send_what_waited.later(channel=channel, after=rows[-1][0])

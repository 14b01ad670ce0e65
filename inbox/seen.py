"""What people's screens tell of themselves: what was seen, and who is writing.

A named exception: nothing of this is an operation. It is no business of automations or audits, it
happens all the time, and losing one does no harm.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Value
from django.db.models.functions import Greatest
from django.utils import timezone

from morfx.events.poke import poke
from morfx.workspaces.models import User

from .models import Conversation, Typing
from .receipts import tell_read

TYPING_LASTS = timedelta(seconds=6)
"""A page tells every 4 seconds that somebody still writes."""


def opened(conversation: Conversation) -> None:
    """Note that a member looks at a conversation: nothing in it is unread any more.

    The customer sees blue ticks once WhatsApp was told, which a job does.
    """
    seen = Conversation.objects.filter(pk=conversation.pk, unread_count__gt=0)
    if seen.update(unread_count=0):
        conversation.unread_count = 0
        poke(conversation.workspace_id, "inbox")
        tell_read.later(key=f"read:{conversation.pk}", conversation=conversation.pk)


def mark_unread(conversation: Conversation) -> None:
    """Note that somebody wants to come back to a conversation."""
    rows = Conversation.objects.filter(pk=conversation.pk)
    rows.update(unread_count=Greatest("unread_count", Value(1)))
    poke(conversation.workspace_id, "inbox")


def typing(conversation: Conversation, user: User) -> None:
    """Note that a member writes; others hear of it when it begins, not at every key."""
    now = timezone.now()
    until = now + TYPING_LASTS
    still = Typing.objects.filter(conversation=conversation, user=user, until__gt=now)
    if still.update(until=until):
        return
    Typing.objects.update_or_create(conversation=conversation, user=user, defaults={"until": until})
    poke(conversation.workspace_id, f"typing-{conversation.pk}")


def stopped_typing(conversation: Conversation, user: User) -> None:
    """Note that a member has sent what they wrote."""
    if Typing.objects.filter(conversation=conversation, user=user).delete()[0]:
        poke(conversation.workspace_id, f"typing-{conversation.pk}")


def who_types(conversation: Conversation, *, but: User, now: datetime) -> list[User]:
    """Return the other members who write in a conversation."""
    rows = Typing.objects.filter(conversation=conversation, until__gt=now).exclude(user=but)
    return [row.user for row in rows.select_related("user").order_by("created_at")]

"""A stretch of a thread: its messages and what else happened between them, oldest first.

Ids are ordered by time (UUID version 7), those of messages and of events alike, so one id says
where a stretch begins, and asking for it again gives the same lines and what came since.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from inbox.models import Conversation, Message
from morfx.events.models import Event

PAGE = 50
LONGEST = 500
"""Messages of a stretch that grew on a screen; beyond it the oldest leave again."""

MOST_EVENTS = 200
SHOWN_EVENTS = (
    "conversation.taken",
    "conversation.givenBack",
    "conversation.botSwitched",
    "conversation.handedOver",
    "conversation.assigned",
    "conversation.archived",
)


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Messages and events of one part of a thread, each oldest first."""

    messages: list[Message]
    events: list[Event]
    earlier: bool
    """There are older messages."""

    @property
    def first(self) -> UUID | None:
        """Return the id of the oldest message."""
        return self.messages[0].pk if self.messages else None


def newest(conversation: Conversation) -> Stretch:
    """Return the end of a thread."""
    return _stretch(conversation, *_last(conversation, PAGE), before=None)


def since(conversation: Conversation, first: UUID) -> Stretch:
    """Return everything from a message on."""
    rows = _messages(conversation).filter(pk__gte=first).order_by("-pk")[: LONGEST + 1]
    found = list(rows)
    earlier = len(found) > LONGEST or _messages(conversation).filter(pk__lt=first).exists()
    return _stretch(conversation, found[:LONGEST], earlier, before=None)


def before(conversation: Conversation, first: UUID) -> Stretch:
    """Return the page that ends just before a message."""
    return _stretch(conversation, *_last(conversation, PAGE, before=first), before=first)


def _last(
    conversation: Conversation, count: int, before: UUID | None = None
) -> tuple[list[Message], bool]:
    rows = _messages(conversation)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: count + 1])
    return found[:count], len(found) > count


def _messages(conversation: Conversation) -> QuerySet[Message]:
    return Message.objects.filter(conversation=conversation).select_related("sender_user")


def _stretch(
    conversation: Conversation, found: list[Message], earlier: bool, before: UUID | None
) -> Stretch:
    messages = found[::-1]
    events = _events(conversation, messages[0].pk if earlier else None, before)
    return Stretch(messages=messages, events=events, earlier=earlier)


def _events(conversation: Conversation, first: UUID | None, before: UUID | None) -> list[Event]:
    """Return what happened between two ids; the conversation's own id is older than all of it."""
    rows = Event.objects.filter(
        name__in=SHOWN_EVENTS,
        about_conversation=conversation.pk,
        pk__gte=first or conversation.pk,
    )
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:MOST_EVENTS])[::-1]

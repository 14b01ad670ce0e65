"""Which messages of a stretch got no answer of an agent: beside them stands where to ask why.

The reason itself is the agents' to tell; the inbox only knows that somebody took the message up
(`heard_by`), and which bubbles that turn planned.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from ..models import Conversation, Message, Send

SOON = timedelta(minutes=2)
"""A message that nobody took up for so long waits for no answer that is on its way."""

LEFT = (Send.State.PLANNED, Send.State.CLAIMED, Send.State.ACCEPTED, Send.State.UNKNOWN)
"""States of a bubble that is an answer, or is about to be one."""


def unanswered(conversation: Conversation, messages: Sequence[Message]) -> set[UUID]:
    """Return the customer's messages that got no answer; at most one query, none as a rule.

    A turn whose bubbles stand in the same stretch has answered; of another, its bubbles are asked
    for: they may be on their way, or stand on the next page.
    """
    shown = {str(row.content.get("plan", "")) for row in messages}
    found, turns = set[UUID](), dict[UUID, str]()
    for row in messages:
        if row.direction != Message.Direction.INBOUND:
            continue
        if row.heard_by.startswith("turn:"):
            if row.heard_by not in shown:
                turns[row.pk] = row.heard_by
        elif row.heard_at is not None or timezone.now() - row.created_at > SOON:
            found.add(row.pk)
    spoke = _that_spoke(conversation, set(turns.values()))
    return found | {pk for pk, turn in turns.items() if turn not in spoke}


def _that_spoke(conversation: Conversation, plans: set[str]) -> set[str]:
    if not plans:
        return set()
    rows = Send.objects.filter(conversation=conversation, plan__in=plans, state__in=LEFT)
    return set(rows.values_list("plan", flat=True))

"""Bubbles are planned: rows before anything is sent, withdrawn when somebody else has the word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from morfx.events.ledger import record
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.inputs import Ref
from morfx.tenancy.compiled import compiled

from ..facts import BubblesPlanned
from ..models import Conversation, Message, Send


@dataclass(frozen=True, kw_only=True)
class Bubble:
    """One bubble to plan; `pause` is seconds after the one before it."""

    text: str
    pause: float = 0.0
    key: str = ""
    intent: str = ""
    last_word: bool = False
    """The line of a hand-over: goes out although the bot is already off."""
    image: str = ""
    """The public address of a picture; `text` is its caption then."""

    def as_body(self) -> dict[str, Any]:
        """Return what the ledger keeps of it."""
        body: dict[str, Any] = {"type": "text", "text": self.text}
        if self.image:
            body |= {"type": "image", "link": self.image}
        return body | {"key": self.key, "intent": self.intent, "last_word": self.last_word}


@operation("whatsapp.bubble.plan", needs=SYSTEM)
def plan(
    actor: Actor,
    *,
    conversation: Ref[Conversation],
    bubbles: Sequence[Any],
    plan_id: str,
    agent: str,
    after: UUID | None = None,
) -> list[Send]:
    """Plan an agent's bubbles under the conversation's present epoch.

    Planning the same `plan_id` again plans nothing. `after` is the newest inbound message the
    planner knew: a newer one withdraws what is not sent yet.
    """
    if _planned(plan_id):
        return []
    planned = [
        Send(
            conversation=conversation,
            sender=Message.Sender.AGENT,
            sender_id=agent,
            purpose=f"{plan_id}:{position}",
            plan=plan_id,
            body=bubble.as_body(),
            position=position,
            pause=bubble.pause,
            epoch=conversation.epoch,
            after_id=after,
            due_at=timezone.now() + timedelta(seconds=bubble.pause) if position == 0 else None,
        )
        for position, bubble in enumerate(bubbles)
    ]
    if planned:
        Send.objects.bulk_create(planned)
        record(
            BubblesPlanned(
                conversation=conversation.pk, plan=plan_id, agent=agent, count=len(planned)
            )
        )
        schedule(conversation.pk)
    return planned


withdrawals: list[Callable[[Send, str], None]] = []
"""Who wants to know of plans that were withdrawn before anything of them went out, by their first
bubble, and why."""


@compiled
def _planned(plan_id: str) -> QuerySet[Send]:
    return Send.objects.filter(plan=plan_id).only("pk")[:1]


def schedule(conversation_id: UUID) -> None:
    """Set the conversation's one delivery job for the moment its next bubble is due."""
    first = _first_due.first(conversation_id)
    if first is not None and first.due_at is not None:
        set_delivery(conversation_id, first.due_at)


@compiled
def _first_due(conversation_id: UUID) -> QuerySet[Send]:
    rows = Send.objects.filter(conversation_id=conversation_id, state=Send.State.PLANNED)
    return rows.exclude(due_at=None).only("due_at").order_by("due_at")[:1]


def set_delivery(conversation_id: UUID, due: datetime, *, slot: datetime | None = None) -> None:
    """Set the conversation's one delivery job; `slot` is when its number's turn is reserved."""
    from ..jobs import deliver

    more = {"slot": slot} if slot else {}
    deliver.at(due, key=f"deliver:{conversation_id}", conversation=conversation_id, **more)


def withdraw(conversation: Conversation, reason: str) -> int:
    """Withdraw every agent's bubble that is still only planned; return how many."""
    rows = Send.objects.filter(conversation=conversation, sender=Message.Sender.AGENT)
    return put_aside(rows, reason)


def put_aside(rows: QuerySet[Send], reason: str) -> int:
    """Withdraw those of `rows` that are only planned; return how many.

    One that stands in the thread already (it was throttled, or tried again) is shown as not sent.
    """
    planned = rows.filter(state=Send.State.PLANNED)
    kept = list(planned.only("message_id", "conversation_id", "plan", "position", "attempt"))
    shown = [row.message_id for row in kept if row.message_id]
    if shown:
        error = {"code": None, "title": _("Not sent: somebody else has the word now.")}
        Message.objects.filter(pk__in=shown).update(status="failed", error=error)
    count = planned.update(state=Send.State.WITHDRAWN, reason=reason, settled_at=timezone.now())
    unsaid = [row for row in kept if row.plan and row.position == 0 and row.attempt == 1]
    for row in unsaid:
        for hear in withdrawals:
            hear(row, reason)
    return count

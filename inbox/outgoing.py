"""What waits to go out in one conversation: its order, and what may be said against a bubble."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from morfx.tenancy.compiled import compiled

from .kept import preview
from .models import Conversation, Message, Send
from .operations import sending
from .providers.outcomes import Rejected
from .retrying import arrived, error_of

KEEPS_ITS_PLACE = timedelta(minutes=1)
"""How long a bubble that is tried again holds back what was written after it."""

objections: list[Callable[[Send, Conversation], str]] = []
"""What higher floors may say against an agent's bubble: each returns a reason, or nothing."""


GOING = (Send.State.PLANNED, Send.State.CLAIMED)
"""States of a bubble that those after it in its plan wait for."""


@compiled
def _open(conversation_id: UUID) -> QuerySet[Send]:
    rows = Send.objects.select_related("message").filter(conversation_id=conversation_id)
    rows = rows.filter(state__in=[Send.State.PLANNED, Send.State.CLAIMED, Send.State.UNKNOWN])
    return rows.order_by("created_at", "position")


class Queue:
    """The open bubbles of a locked conversation, read once; changes are kept in step."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.rows = _open(conversation.pk)

    def claimed(self) -> list[Send]:
        """Return the bubbles somebody is sending, or died sending."""
        return [row for row in self.rows if row.state == Send.State.CLAIMED]

    def planned(self) -> list[Send]:
        """Return the bubbles that are due some time; not those that wait for one before them."""
        rows = [row for row in self.rows if row.state == Send.State.PLANNED and row.due_at]
        return sorted(rows, key=_order)

    def row(self, pk: UUID) -> Send:
        """Return a bubble as it is now, whatever became of it."""
        found = next((row for row in self.rows if row.pk == pk), None)
        return found or Send.objects.select_related("message").get(pk=pk)

    def next_due(self) -> Send | None:
        """Return what may go first: one that is tried again keeps its place, for a while."""
        now = timezone.now()
        for row in self.planned():
            if _due(row) <= now:
                return row
            if row.attempt > 1 and _due(row) - now < KEEPS_ITS_PLACE:
                return None
        return None

    def follow(self, send: Send) -> None:
        """Give the next bubble of a settled one's plan its due time."""
        waiting = [row for row in self.rows if row.state == Send.State.PLANNED and not row.due_at]
        mine = [row for row in waiting if row.plan and row.plan == send.plan]
        if mine:
            after = min(mine, key=lambda row: row.position)
            after.due_at = timezone.now() + timedelta(seconds=after.pause)
            after.save(update_fields=["due_at"])

    def unblock(self) -> bool:
        """Let go on what waits for a bubble that a report settled, while nobody noted its end."""
        going = {row.plan for row in self.rows if row.due_at and row.state in GOING}
        waiting = [row for row in self.rows if row.state == Send.State.PLANNED and not row.due_at]
        stranded = {row.plan: row for row in reversed(waiting) if row.plan not in going}
        for row in stranded.values():
            self.follow(row)
        return bool(stranded)

    def put_back(self, send: Send, refused: Rejected) -> None:
        """Plan a bubble again that was certainly not sent; it waits for its number to go on."""
        send.state, send.error, send.claimed_at = Send.State.PLANNED, error_of(refused), None
        send.save(update_fields=["state", "error", "claimed_at"])
        Message.objects.filter(pk=send.shown_id).update(status="queued")

    def add(self, send: Send) -> None:
        """Take another attempt in."""
        self.rows.append(send)

    def schedule(self) -> None:
        """Set the conversation's one delivery job for the moment its next bubble may go."""
        planned = self.planned()
        if planned:
            first = planned[0]
            blocks = first.attempt > 1 and _due(first) - timezone.now() < KEEPS_ITS_PLACE
            due = _due(first) if blocks else min(map(_due, planned))
            sending.set_delivery(self.conversation.pk, due)


def objection(send: Send, conversation: Conversation) -> str:
    """Return why a bubble must not go out any more; empty when it may.

    The epoch is the guard that counts: it is read here under the lock that a person's reply
    takes too, so after their commit no bubble planned before it is claimed.
    """
    if send.attempt > 1 and send.message is not None and arrived(send.message):
        return "arrived"
    if send.sender != Message.Sender.AGENT:
        return ""
    if send.epoch != conversation.epoch:
        return "person" if conversation.owned_by_person else "superseded"
    if send.body.get("last_word"):
        return ""
    if conversation.bot_enabled is False:
        return "bot_off"
    if _newer_inbound(send):
        return "interrupted"
    return next((reason for ask in objections if (reason := ask(send, conversation))), "")


def withdraw_plan(queue: Queue, send: Send, reason: str) -> None:
    """Withdraw a bubble and, unless it arrived after all, those of its plan that were to follow."""
    if reason == "arrived":
        send.state, send.reason = Send.State.WITHDRAWN, reason
        send.save(update_fields=["state", "reason"])
        return queue.follow(send)
    wanted = Q(plan=send.plan) if send.plan else Q(pk=send.pk)
    sending.put_aside(Send.objects.filter(wanted), reason)
    for row in queue.rows:
        if row.pk == send.pk or (send.plan and row.plan == send.plan):
            row.state = Send.State.WITHDRAWN if row.state == Send.State.PLANNED else row.state
    return None


def put_into_thread(send: Send, conversation: Conversation) -> None:
    """Let the thread show a bubble that is being sent, and the list show it as the newest."""
    changed = ["spent_until"]
    if send.message is None:
        now = timezone.now()
        send.message = Message.objects.create(
            conversation=conversation,
            direction=Message.Direction.OUTBOUND,
            type="image" if send.body["type"] == "image" else "text",
            text=str(send.body["text"]),
            sender=send.sender,
            content=_content(send),
            status="sending",
        )
        conversation.last_message_at = now
        conversation.last_preview = preview(send.message)
        conversation.last_sender = send.sender
        changed += ["last_message_at", "last_preview", "last_sender"]
    else:
        Message.objects.filter(pk=send.message.pk).update(status="sending")
    conversation.save(update_fields=changed)


def _content(send: Send) -> dict[str, Any]:
    """Return what the thread's message keeps of a bubble besides its words."""
    content: dict[str, Any] = {"plan": send.plan, "intent": send.body.get("intent", "")}
    if send.body["type"] == "image":
        content["image"] = {"link": send.body["link"]}
    return content


def _order(send: Send) -> tuple[bool, datetime, datetime, int]:
    return (send.attempt == 1, _due(send), send.created_at, send.position)


def _due(send: Send) -> datetime:
    assert send.due_at is not None
    return send.due_at


def _newer_inbound(send: Send) -> bool:
    """Tell whether the customer has written something its planner did not know.

    What was heard before the plan was known to it, though it may sort after what the plan answers:
    a message sorts by when it came, and may be opened long after those that came later.
    """
    if send.after_id is None:
        return bool(_written_since(send.conversation_id, send.created_at))
    first = send.message if send.attempt > 1 else None
    planned_at = first.created_at if first else send.created_at
    return bool(_written_after(send.conversation_id, send.after_id, planned_at))


def _written(conversation_id: UUID) -> QuerySet[Message]:
    """Return what starts a turn; what was deleted before anybody heard it starts none."""
    rows = Message.objects.filter(
        conversation_id=conversation_id, direction=Message.Direction.INBOUND
    )
    return rows.exclude(heard_by__in=["no_answer_wanted", "deleted"]).only("pk")


@compiled
def _written_after(
    conversation_id: UUID, message_id: UUID, planned_at: datetime
) -> QuerySet[Message]:
    rows = _written(conversation_id).filter(pk__gt=message_id)
    return rows.exclude(heard_at__lt=planned_at)[:1]


@compiled
def _written_since(conversation_id: UUID, then: datetime) -> QuerySet[Message]:
    return _written(conversation_id).filter(created_at__gt=then)[:1]

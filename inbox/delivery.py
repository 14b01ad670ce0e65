"""Bubble by bubble: what may still go out is claimed, sent, and its outcome noted.

The three steps stand apart because the middle one talks to the network: claiming and noting are
short transactions on the conversation's row, and nothing is locked while a provider answers.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from morfx.events.poke import poke

from .models import Conversation, Message, Send
from .operations.sending import follow, put_aside
from .providers.outcomes import Outcome, Rejected, Unknown
from .settling import outside_window, settle

MOST_ATTEMPTS = 5

objections: list[Callable[[Send, Conversation], str]] = []
"""What higher floors may say against an agent's bubble: each returns a reason, or nothing."""


def claim_next(conversation_id: UUID) -> Send | None:
    """Claim the next bubble that may go out now; None when there is none.

    Whoever asks holds the conversation's delivery job, so a bubble found claimed was claimed by
    a process that died: nobody knows whether it was sent, and it is never sent again.
    """
    with transaction.atomic():
        conversation = (
            Conversation.objects.select_for_update(of=("self",))
            .select_related("channel")
            .get(pk=conversation_id)
        )
        for orphan in _rows(conversation, Send.State.CLAIMED):
            settle(orphan, Unknown(reason="the process that sent it ended"))
            follow(orphan)
        while send := _next_due(conversation):
            if reason := objection(send, conversation):
                _withdraw_plan(send, reason)
                continue
            if refusal := outside_window(conversation):
                _claim(send, conversation)
                settle(send, refusal)
                follow(send)
                continue
            return _claim(send, conversation)
        return None


def objection(send: Send, conversation: Conversation) -> str:
    """Return why an agent's bubble must not go out any more; empty when it may.

    The epoch is the guard that counts: it is read here under the lock that a person's reply
    takes too, so after their commit no bubble planned before it is claimed.
    """
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


def note(send: Send, outcome: Outcome) -> None:
    """Write down what became of a claimed bubble, and let the next one of its plan follow."""
    with transaction.atomic():
        conversation = Conversation.objects.select_for_update(of=("self",)).get(
            pk=send.conversation_id
        )
        fresh = Send.objects.select_related("message").get(pk=send.pk)
        late = fresh.state == Send.State.UNKNOWN and not isinstance(outcome, Unknown)
        if fresh.state != Send.State.CLAIMED and not late:
            follow(fresh)
            return
        retry = isinstance(outcome, Rejected) and outcome.retryable and not late
        if retry and fresh.attempt < MOST_ATTEMPTS:
            _later(fresh, outcome)
        else:
            settle(fresh, outcome)
            follow(fresh)
        poke(conversation.workspace_id, "inbox", f"conversation-{conversation.pk}", "phone")


def _rows(conversation: Conversation, state: str) -> list[Send]:
    rows = Send.objects.select_related("message").filter(conversation=conversation, state=state)
    return list(rows.order_by("created_at", "position"))


def _next_due(conversation: Conversation) -> Send | None:
    return (
        Send.objects.select_related("message")
        .filter(conversation=conversation, state=Send.State.PLANNED, due_at__lte=timezone.now())
        .order_by("due_at", "created_at", "position")
        .first()
    )


def _newer_inbound(send: Send) -> bool:
    """Tell whether the customer has written something its planner did not know."""
    written = Message.objects.filter(
        conversation_id=send.conversation_id, direction=Message.Direction.INBOUND
    ).exclude(heard_by="no_answer_wanted")
    if send.after_id is None:
        return written.filter(created_at__gt=send.created_at).exists()
    return written.filter(pk__gt=send.after_id).exists()


def _withdraw_plan(send: Send, reason: str) -> None:
    """Withdraw a bubble and those of its plan that were to follow."""
    wanted = Q(plan=send.plan) if send.plan else Q(pk=send.pk)
    put_aside(Send.objects.filter(wanted), reason)


def _claim(send: Send, conversation: Conversation) -> Send:
    now = timezone.now()
    if send.message is None:
        send.message = Message.objects.create(
            conversation=conversation,
            direction=Message.Direction.OUTBOUND,
            text=str(send.body["text"]),
            sender=send.sender,
            content={"plan": send.plan, "intent": send.body.get("intent", "")},
        )
        conversation.last_message_at = now
        conversation.last_preview = send.message.text[:100]
        conversation.last_sender = send.sender
        conversation.save(update_fields=["last_message_at", "last_preview", "last_sender"])
    Message.objects.filter(pk=send.message.pk).update(status="sending")
    send.state, send.claimed_at = Send.State.CLAIMED, now
    send.save(update_fields=["state", "claimed_at", "message"])
    poke(conversation.workspace_id, "inbox", f"conversation-{conversation.pk}")
    return send


def _later(send: Send, outcome: Outcome) -> None:
    """Plan a bubble that was certainly not sent once more, after the wait it was told."""
    wait = getattr(outcome, "retry_after", None) or 2.0**send.attempt
    send.state, send.attempt = Send.State.PLANNED, send.attempt + 1
    send.due_at = timezone.now() + timedelta(seconds=wait)
    send.save(update_fields=["state", "attempt", "due_at"])
    Message.objects.filter(pk=send.shown_id).update(status="queued")

"""Bubble by bubble: what may still go out is claimed, sent, and its outcome noted.

The three steps stand apart because the middle one talks to the network: claiming and noting are
short transactions on the conversation's row, and nothing is locked while a provider answers.
What has to wait (for the number's pace, above all) waits before the claim, so that between a
claim and its post there is nothing but the post.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from morfx.events.poke import poke
from morfx.tenancy.compiled import compiled

from . import clients, consequences, pacing
from .models import Conversation, Send
from .operations import sending
from .outgoing import Queue, objection, put_into_thread, withdraw_plan
from .providers.outcomes import Outcome, Unknown
from .settling import ENDED, outside_window

MOST_IN_A_ROW = 20
"""Bubbles one delivery sends before it lets other conversations have the worker."""


def send_due(conversation_id: UUID, slot: datetime | None = None) -> None:
    """Send what is due in a conversation, as fast as its number may.

    `slot` is the moment that was reserved for it before. Who must wait for longer than a nap
    leaves, and is called again at the reserved moment.
    """
    channel_id = pacing.channel_of(conversation_id)
    if not pacing.still_ours(slot):
        turn = pacing.turn_of(channel_id)
        if turn.wait > pacing.NAP:
            return _come_back(conversation_id, turn)
        time.sleep(turn.wait)
    send = claim_next(conversation_id)
    if send is None:
        return pacing.give_back(channel_id)
    for left in reversed(range(MOST_IN_A_ROW)):
        outcome = clients.send(send.conversation, send)
        ready = bool(left) and pacing.spare(channel_id)
        if (send := note(send, outcome, go_on=ready)) is None:
            return pacing.give_back(channel_id) if ready else None
    return None


def _come_back(conversation_id: UUID, turn: pacing.Turn) -> None:
    due = timezone.now() + timedelta(seconds=turn.wait)
    with transaction.atomic():
        sending.set_delivery(conversation_id, due, slot=due if turn.reserved else None)


def claim_next(conversation_id: UUID) -> Send | None:
    """Claim the next bubble that may go out now; None, with the next delivery set, if none may.

    Whoever asks holds the conversation's delivery job, so a bubble found claimed was claimed by
    a process that died: nobody knows whether it was sent, and it is never sent again.
    """
    with transaction.atomic():
        queue = Queue(_locked.one(conversation_id))
        for orphan in queue.claimed():
            consequences.end(queue, orphan, Unknown(reason=ENDED))
        return _claim_or_schedule(queue)


def note(send: Send, outcome: Outcome, *, go_on: bool = False) -> Send | None:
    """Write down what became of a claimed bubble; claim the next one too when told to `go_on`."""
    with transaction.atomic():
        queue = Queue(_locked.one(send.conversation_id))
        fresh = queue.row(send.pk)
        late = fresh.state == Send.State.UNKNOWN and not isinstance(outcome, Unknown)
        if fresh.state == Send.State.CLAIMED or late:
            consequences.draw(queue, fresh, outcome, final=late)
        poke(send.workspace_id, "inbox", f"conversation-{send.conversation_id}", "phone")
        return _claim_or_schedule(queue, go_on=go_on)


@compiled
def _locked(conversation_id: UUID) -> QuerySet[Conversation]:
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("channel")
    return rows.filter(pk=conversation_id)


def _claim_or_schedule(queue: Queue, *, go_on: bool = True) -> Send | None:
    """Claim what is due, past all that may not go any more; else set the next delivery."""
    conversation = queue.conversation
    if conversation.channel.stopped_at is not None:
        return None
    queue.unblock()
    while go_on and (send := queue.next_due()):
        if reason := objection(send, conversation):
            withdraw_plan(queue, send, reason)
        elif refusal := outside_window(conversation, send):
            put_into_thread(send, conversation)
            consequences.end(queue, send, refusal)
        else:
            turn, spent_until = pacing.PAIR.admit(conversation.spent_until, timezone.now())
            if turn > timezone.now():  # this person was sent too much lately
                sending.set_delivery(conversation.pk, turn)
                return None
            conversation.spent_until = spent_until
            return _claim(send, conversation)
    queue.schedule()
    return None


def _claim(send: Send, conversation: Conversation) -> Send:
    put_into_thread(send, conversation)
    send.state, send.claimed_at = Send.State.CLAIMED, timezone.now()
    send.save(update_fields=["state", "claimed_at", "message", "due_at"])
    send.conversation = conversation
    poke(conversation.workspace_id, "inbox", f"conversation-{conversation.pk}")
    return send

"""What a provider's answer means: for the bubble, for its plan, for all else that waits."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from prometheus_client import Counter

from morfx.tenancy.compiled import compiled

from . import holds, learning, retrying
from .models import Message, Send
from .outgoing import Queue, withdraw_plan
from .providers.outcomes import Accepted, Outcome, Rejected
from .settling import reject, settle

overtaken = Counter(
    "morfx_bubbles_overtaken",
    "Bubbles of an agent that were on the wire when the conversation changed hands.",
)


@compiled
def _message(key: UUID) -> QuerySet[Message]:
    return Message.objects.select_for_update().filter(pk=key)


def draw(queue: Queue, send: Send, outcome: Outcome, *, final: bool) -> None:
    """Note an outcome in a locked conversation: settled, tried again, or waiting for its number.

    A `final` one comes too late to be tried again: people may have been told already.
    """
    conversation = queue.conversation
    if send.sender == Message.Sender.AGENT and send.epoch != conversation.epoch:
        overtaken.inc()
    if isinstance(outcome, Rejected):
        send.message = message = _message.one(send.shown_id)  # a report may be folded in just now
        wait = retrying.wait_of(send, outcome)
        holds.apply(conversation, send, outcome, wait)
        if outcome.stops and not final and not retrying.arrived(message):
            queue.put_back(send, outcome)
            return
        if not final and retrying.helps(send, outcome, conversation):
            reject(send, outcome)
            send.save(update_fields=["state", "reason", "error", "settled_at"])
            queue.add(retrying.again(send, wait))
            return
    end(queue, send, outcome)


def end(queue: Queue, send: Send, outcome: Outcome) -> None:
    """Settle a bubble for good, and decide on what was to follow it.

    After one that was refused nothing more of an agent's answer goes out: a person is called, and
    half an answer helps nobody. After an unknown one the rest follows.
    """
    settle(send, outcome)
    if isinstance(outcome, Accepted):
        learning.hear(queue.conversation, outcome.user_id)
    if isinstance(outcome, Rejected) and send.sender == Message.Sender.AGENT:
        withdraw_plan(queue, send, "refused")
    else:
        queue.follow(send)

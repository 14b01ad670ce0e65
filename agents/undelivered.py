"""What an agent says and nobody hears: then a person looks after the conversation."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agents import voice
from agents.engine import registry, situation
from agents.models import Session
from agents.operations import sessions
from inbox.facts import ChannelResumed, ChannelStopped, MessageFailed
from inbox.models import Channel, Conversation, Message, Send
from inbox.operations import handover
from inbox.providers.errors import WINDOW_CODES
from morfx.events.ledger import on
from morfx.events.models import Event
from morfx.jobs import work
from morfx.jobs.work import job
from morfx.operations.actor import Actor

STOPPED_PATIENCE = timedelta(minutes=5)
"""How long an agent's bubbles may wait for a number that is stopped: time enough for an admin to
give it a new token, and not so much that a customer thinks nobody is there."""

MOST_AT_ONCE = 200


@on(MessageFailed)
def call_a_person(event: Event) -> None:
    """Hand a conversation over in which an agent's bubble failed for good.

    Nothing is said to the customer, who may be out of reach; who has been given to people already
    is not given again.
    """
    message = Message.objects.filter(pk=event.facts["message"]).first()
    if message is None or message.sender != Message.Sender.AGENT:
        return
    reason = _("The agent's message did not arrive: %(why)s") % {"why": event.facts["reason"]}
    if message.status == "unknown":
        reason = _("Nobody knows whether the agent's message arrived.")
    send = message.sends.order_by("attempt").last()
    if send is not None and send.position == 0 and message.error.get("code") in WINDOW_CODES:
        voice.note_unsaid(send, "window_closed")
    _give(message.conversation, send.sender_id if send else "", reason, event)


@on(ChannelStopped)
def wait_for_the_number(event: Event) -> None:
    """Give a stopped number a few minutes before people are asked to look after its customers."""
    _look_again(UUID(event.facts["channel"]))


@on(ChannelResumed)
def stop_waiting(event: Event) -> None:
    """Forget the wait: what was held goes out now."""
    work.cancel(_key(event.facts["channel"]))


@job(network=True)
def look_after_stopped(channel: UUID) -> None:
    """Hand over the conversations whose agent waits for a stopped number; again while it is."""
    with transaction.atomic():
        row = Channel.objects.get(pk=channel)
        if row.stopped_at is None:
            return
        waiting = Send.objects.filter(
            conversation__channel=channel, state=Send.State.PLANNED, sender=Message.Sender.AGENT
        )
        found = list(waiting.values_list("conversation", "sender_id").distinct()[:MOST_AT_ONCE])
    reason = _("The number cannot send: %(why)s") % {"why": row.stopped_reason}
    for conversation_id, agent in found:
        with transaction.atomic():
            _give(Conversation.objects.get(pk=conversation_id), agent, reason)
    with transaction.atomic():
        _look_again(channel)


def _give(conversation: Conversation, agent: str, reason: str, cause: Event | None = None) -> None:
    """Hand a conversation to people, and end the agent's sessions in it."""
    actor = Actor.system(conversation.workspace_id, "agents")
    if agent in registry.agents:
        actor = situation.agent_actor(conversation.workspace_id, agent)
    actor = actor.because(cause) if cause else actor
    handover.hand_over(actor, conversation=conversation, reason=reason, agent=agent)
    for session in Session.objects.filter(conversation=conversation, status=Session.Status.ACTIVE):
        sessions.close(actor, session=session, reason="handoff")


def _look_again(channel: UUID) -> None:
    due = timezone.now() + STOPPED_PATIENCE
    look_after_stopped.at(due, key=_key(channel), channel=channel)


def _key(channel: object) -> str:
    return f"stopped:{channel}"

"""When agents wake: a customer writes, a conversation comes back."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from agents.engine import situation
from agents.jobs import answer
from agents.models import AgentSetting
from agents.operations import silence
from agents.undelivered import call_a_person  # noqa: F401 (registers what reacts)
from inbox.facts import BotSwitched, ConversationGivenBack, MessageReceived
from inbox.models import Conversation, Message
from morfx.events.ledger import on
from morfx.events.models import Event
from morfx.operations.actor import Actor
from morfx.tenancy.compiled import compiled

PATIENCE = 4.0
"""How many quiet periods a customer who keeps writing may put the answer off."""


@on(MessageReceived)
def wake_the_agent(event: Event) -> None:
    """Start, or push back, the pause after which the agent answers."""
    conversation = _locked(event)
    setting = situation.setting_of(conversation)
    reason = situation.silence(conversation, setting)
    waiting = situation.unheard(conversation.pk)
    if not waiting:
        return
    if reason or setting is None:
        actor = Actor.system(event.workspace_id, "agents").because(event)
        silence.stay_silent(actor, messages=waiting, reason=reason)
        return
    _set_pause(conversation, setting, event, waiting[0])


@on(ConversationGivenBack, BotSwitched)
def look_again(event: Event) -> None:
    """Answer what came while the conversation was on its way back."""
    conversation = _locked(event)
    setting = situation.setting_of(conversation)
    waiting = situation.unheard(conversation.pk)
    if waiting and setting is not None and not situation.silence(conversation, setting):
        _set_pause(conversation, setting, event, waiting[0])


def _locked(event: Event) -> Conversation:
    """Return the event's conversation; who changes hands now waits until we have looked."""
    return _by_id.one(UUID(str(event.facts["conversation"])))


@compiled
def _by_id(conversation_id: UUID) -> QuerySet[Conversation]:
    return Conversation.objects.select_for_update(of=("self",)).filter(pk=conversation_id)


def _set_pause(
    conversation: Conversation, setting: AgentSetting, event: Event, first: Message
) -> None:
    """Set the answer for when the customer has been quiet, but not for ever."""
    now = timezone.now()
    quiet = timedelta(seconds=setting.quiet_seconds)
    due = min(now + quiet, max(now, first.created_at + quiet * PATIENCE))
    answer.at(
        due,
        key=f"answer:{conversation.pk}",
        conversation=conversation.pk,
        cause=event.pk,
        depth=event.depth + 1,
    )

"""When agents wake: a customer writes, a conversation comes back."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from agents.engine import situation
from agents.jobs import answer
from agents.models import AgentSetting
from agents.operations import silence
from inbox.facts import BotSwitched, ConversationGivenBack, MessageReceived
from inbox.models import Conversation
from morfx.events.ledger import on
from morfx.events.models import Event
from morfx.operations.actor import Actor

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
    _set_pause(conversation, setting, event)


@on(ConversationGivenBack, BotSwitched)
def look_again(event: Event) -> None:
    """Answer what came while the conversation was on its way back."""
    conversation = _locked(event)
    setting = situation.setting_of(conversation)
    waiting = situation.unheard(conversation.pk)
    if waiting and setting is not None and not situation.silence(conversation, setting):
        _set_pause(conversation, setting, event)


def _locked(event: Event) -> Conversation:
    """Return the event's conversation; who changes hands now waits until we have looked."""
    rows = Conversation.objects.select_for_update(of=("self",))
    return rows.get(pk=event.facts["conversation"])


def _set_pause(conversation: Conversation, setting: AgentSetting, event: Event) -> None:
    """Set the answer for when the customer has been quiet, but not for ever."""
    now = timezone.now()
    quiet = timedelta(seconds=setting.quiet_seconds)
    first = situation.unheard(conversation.pk)[0].created_at
    due = min(now + quiet, max(now, first + quiet * PATIENCE))
    answer.at(due, key=f"answer:{conversation.pk}", conversation=conversation.pk, cause=event.pk)

"""Whose conversation, whose turn, how long still: what the head of the thread says."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from morfx.workspaces.access import MemberRequest

from .. import bot, seen, window
from ..models import Conversation, Message, Send
from . import people
from .finding import place

SOON = timedelta(minutes=2)
"""An unanswered message older than this means that no answer is on its way."""


def head(request: MemberRequest, conversation: Conversation) -> dict[str, Any]:
    """Return what the header, and all that stands below it, says of a conversation."""
    now = timezone.now()
    state = bot.state_of(conversation)
    answering = state.available and state.enabled and not conversation.owned_by_person
    return {
        "conversation": {
            **whose(request, conversation),
            "archived": conversation.status == Conversation.Status.ARCHIVED,
            "window": _window(conversation, now),
            "bot": {
                "available": state.available,
                "enabled": answering,
                "agent": state.name or state.agent or str(_("The agent")),
            },
            "owner": _owner(request, conversation, answering),
            "assigned_to": people.person(conversation.assigned_to),
        },
        "writing": _writing(request, conversation, state if answering else None, now),
        "assignees": _assignees(conversation),
        "can_delete": False,
    }


def whose(request: MemberRequest, conversation: Conversation) -> dict[str, Any]:
    """Return whose conversation it is, and where it is shown; asks the database nothing."""
    return {
        **people.customer(conversation),
        "url": place("conversation", request, conversation.pk),
        "list_url": place("list", request),
        "panel_url": place("conversation", request, conversation.pk, screen="panel"),
    }


def _window(conversation: Conversation, now: datetime) -> dict[str, Any]:
    last = conversation.last_customer_message_at
    state = window.state(last, now)
    return {
        "open": state != window.WindowState.CLOSED,
        "closes_at": window.closes_at(last),
        "closing_soon": state == window.WindowState.CLOSING,
    }


def _owner(request: MemberRequest, conversation: Conversation, answering: bool) -> dict[str, Any]:
    who = conversation.owner_who
    if who:
        mine = people.user_id_of(who) == request.user.pk
        return {"kind": "person", "name": people.names([who])[who], "is_me": mine}
    return {"kind": "bot" if answering else "nobody", "name": "", "is_me": False}


def _writing(
    request: MemberRequest, conversation: Conversation, state: bot.BotState | None, now: datetime
) -> str:
    """Return who writes at this moment, as a sentence; empty when nobody does."""
    typing = [user.display_name for user in seen.who_types(conversation, but=request.user, now=now)]
    if not typing and state is not None and _answer_comes(conversation, now):
        typing = [state.name or state.agent]
    if not typing:
        return ""
    if len(typing) > 1:
        return _("%(names)s are writing…") % {"names": ", ".join(typing)}
    return _("%(name)s is writing…") % {"name": typing[0]}


def _answer_comes(conversation: Conversation, now: datetime) -> bool:
    """Tell whether the agent has bubbles on their way, or a message it has not taken up yet."""
    under_way = Send.objects.filter(
        conversation=conversation,
        sender=Message.Sender.AGENT,
        state__in=[Send.State.PLANNED, Send.State.CLAIMED],
    )
    unheard = Message.objects.filter(
        conversation=conversation,
        direction=Message.Direction.INBOUND,
        heard_at=None,
        created_at__gte=now - SOON,
    )
    return under_way.exists() or unheard.exists()


def _assignees(conversation: Conversation) -> list[dict[str, Any]]:
    return [
        {**(people.person(user) or {}), "current": user.pk == conversation.assigned_to_id}
        for user in people.members()
    ]

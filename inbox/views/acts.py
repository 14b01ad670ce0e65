"""What a member does with a conversation; each answers with the header as it is then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from morfx.operations.errors import Forbidden, NotFound, Refused
from morfx.workspaces.access import MemberRequest, member_required, needs

from .. import seen
from ..models import Conversation
from ..operations import conversations as operations
from .finding import conversation_of, place, visible
from .screen import header_of


@require_POST
@member_required
@needs("whatsapp.send")
def take_over(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Take the conversation; the agent is silent."""
    return _do(request, pk, lambda row: operations.take_over(request.actor, conversation=row))


@require_POST
@member_required
@needs("whatsapp.send")
def give_back(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Give the conversation back to the agent."""
    return _do(request, pk, lambda row: operations.give_back(request.actor, conversation=row))


@require_POST
@member_required
@needs("whatsapp.send")
def switch_bot(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Switch the agent on or off in this conversation."""
    enabled = request.POST.get("enabled") == "1"
    return _do(
        request,
        pk,
        lambda row: operations.set_bot(request.actor, conversation=row, enabled=enabled),
    )


@require_POST
@member_required
@needs("whatsapp.send")
def assign(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Give the conversation to a member, or to nobody."""
    user: Any = request.POST.get("user") or None
    return _do(
        request, pk, lambda row: operations.assign(request.actor, conversation=row, user=user)
    )


@require_POST
@member_required
@needs("whatsapp.send")
def archive(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Close the conversation, or open it again."""
    change = operations.close if request.POST.get("archived") == "1" else operations.reopen
    return _do(request, pk, lambda row: change(request.actor, conversation=row))


@require_POST
@member_required
@needs("whatsapp.view")
def mark_unread(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Keep the conversation for later."""
    return _do(request, pk, seen.mark_unread)


def _do(request: MemberRequest, pk: UUID, change: Callable[[Conversation], object]) -> HttpResponse:
    """Change a conversation, and show it; or the list, when it is no longer the member's to see."""
    before = conversation_of(request, pk)
    refused = ""
    try:
        change(before)
    except Forbidden:
        raise
    except NotFound:
        raise Http404 from None
    except Refused as refusal:
        refused = refusal.message
    after = visible(request).for_screen().filter(pk=pk).first()
    if not request.headers.get("HX-Request"):
        if refused:
            messages.error(request, refused)
        return redirect(place("conversation", request, pk) if after else place("list", request))
    if after is None:
        return HttpResponseClientRedirect(place("list", request))
    response = header_of(request, after)
    if refused:
        trigger_client_event(response, "toast", {"text": refused, "kind": "error"})
    return response

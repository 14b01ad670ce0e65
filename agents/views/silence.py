"""Why a customer's message got no answer: one sentence, beside its bubble."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from agents import silences
from agents.models import AgentTurn
from inbox.models import Conversation, Message
from morfx.workspaces.access import MemberRequest, member_required, needs

from .showing import place, show
from .why import explained


@require_safe
@member_required
@needs("whatsapp.view")
def silence(request: MemberRequest, message: UUID) -> HttpResponse:
    """Explain why a message of a customer got no answer; what was answered is said to be."""
    row = Message.objects.filter(pk=message, direction=Message.Direction.INBOUND).first()
    visible = Conversation.objects.visible_to(request.membership)
    if row is None or not visible.filter(pk=row.conversation_id).exists():
        raise Http404
    found = silences.of([row]).get(row.pk)
    turn = _turn(found)
    context = {
        "message": row,
        "silence": found,
        "turn": turn,
        "session_url": place(request, "session", turn.session_id) if turn else "",
        "back_url": reverse(
            "inbox:conversation", args=[request.workspace.slug, row.conversation_id]
        ),
        **(explained(turn) if turn else {}),
    }
    return show(request, "silence", context)


def _turn(found: silences.Silence | None) -> AgentTurn | None:
    """Return the turn that heard the message and said nothing; None when no turn did."""
    if found is None or found.turn is None:
        return None
    return AgentTurn.objects.select_related("session").filter(pk=found.turn).first()

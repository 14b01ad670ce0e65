"""Writing to the customer: once per key, and what was typed is never lost."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages as notices
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from morfx.operations import keys
from morfx.operations.errors import Forbidden, NotFound, Refused
from morfx.workspaces.access import MemberRequest, member_required, needs

from .. import seen
from ..models import Conversation, Message
from ..operations import messages
from .finding import conversation_of, place
from .listing import answer
from .screen import composing, page_of


@require_POST
@member_required
@needs("whatsapp.send")
def send(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Write to the customer; a refusal keeps the words and says why."""
    conversation = conversation_of(request, pk)
    text, key = request.POST.get("text", ""), request.POST.get("key", "")[:64]
    try:
        send_once(request, conversation, text, key)
    except Forbidden:
        raise
    except Refused as refusal:
        return _refused(request, conversation, text, key, refusal)
    seen.stopped_typing(conversation, request.user)
    if not request.headers.get("HX-Request"):
        return redirect(place("conversation", request, pk))
    response = render(request, "inbox/composer.html#outcome", composing(request, conversation))
    return trigger_client_event(response, f"conversation-{pk}")


@require_POST
@member_required
@needs("whatsapp.send")
def retry(request: MemberRequest, pk: UUID, message: UUID) -> HttpResponse:
    """Send a failed message again, because somebody decided to."""
    conversation = conversation_of(request, pk)
    failed = get_object_or_404(Message, pk=message, conversation=conversation)
    refused = ""
    try:
        messages.retry(request.actor, message=failed)
    except Forbidden:
        raise
    except NotFound:
        raise Http404 from None
    except Refused as refusal:
        refused = refusal.message
    if not request.headers.get("HX-Request"):
        if refused:
            notices.error(request, refused)
        return redirect(place("conversation", request, pk))
    response = HttpResponse(status=204)
    if refused:
        trigger_client_event(response, "toast", {"text": refused, "kind": "error"})
    return trigger_client_event(response, f"conversation-{pk}")


@require_POST
@member_required
@needs("whatsapp.send")
def typing(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Note that the member writes."""
    seen.typing(conversation_of(request, pk), request.user)
    return HttpResponse(status=204)


def send_once(request: MemberRequest, conversation: Conversation, text: str, key: str) -> None:
    """Send a message unless this key has sent it already. Raises Refused.

    The claim on the key and the message stand or fall together: a refusal frees the key.
    """
    inputs = {"conversation": str(conversation.pk), "text": text}
    mine = f"page:{request.user.pk}:{key}"
    with transaction.atomic():
        if key and keys.first_answer("whatsapp.message.send", mine, inputs) is not None:
            return
        sent = messages.send(request.actor, conversation=conversation, text=text)
        if key:
            keys.remember(mine, {"message": str(sent.pk)})


def _refused(
    request: MemberRequest, conversation: Conversation, text: str, key: str, refusal: Refused
) -> HttpResponse:
    sentence = f"{refusal.message} {refusal.suggestion}".strip()
    if request.headers.get("HX-Request"):
        context = composing(request, conversation)
        context |= {"composer_error": sentence, "composer_key": key or context["composer_key"]}
        return render(request, "inbox/composer.html#outcome", context, status=422)
    page = page_of(request, conversation, composer_error=sentence, composer_text=text)
    response = answer(request, page)
    response.status_code = 422
    return response

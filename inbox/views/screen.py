"""The open conversation, and each of its pieces as a poke makes pages ask for them again."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from morfx.workspaces.access import MemberRequest, member_required, needs

from .. import bot, seen
from ..models import Conversation
from . import stretches
from .bubbles import Lines
from .finding import conversation_of, link, place, uuid_or_404
from .header import head, whose
from .listing import answer, listed
from .panel import beside


@require_safe
@member_required
@needs("whatsapp.view")
def conversation(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Show a conversation beside the list; whoever opens it has seen it."""
    found = conversation_of(request, pk)
    if request.headers.get("HX-Target") != "composer":  # a closed one that looks for itself
        seen.opened(found)
    return answer(request, page_of(request, found))


@require_safe
@member_required
@needs("whatsapp.view")
def thread(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Show a stretch of the messages again (`from`), or the page before one (`before`)."""
    found = conversation_of(request, pk)
    if request.GET.get("seen") == "1":
        seen.opened(found)
    context = {"conversation": found, **said(request, found)}
    return render(request, "inbox/thread.html#thread", context)


@require_safe
@member_required
@needs("whatsapp.view")
def header(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Show whose turn it is."""
    return header_of(request, conversation_of(request, pk))


@require_safe
@member_required
@needs("whatsapp.view")
def panel(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Show what is known of the customer."""
    found = conversation_of(request, pk)
    context = {"conversation": whose(request, found), **beside(request, found)}
    return render(request, "inbox/panel.html#panel", context)


def header_of(request: MemberRequest, conversation: Conversation) -> HttpResponse:
    """Answer with the header alone."""
    return render(request, "inbox/header.html#header", head(request, conversation))


def page_of(request: MemberRequest, conversation: Conversation, **composer: str) -> dict[str, Any]:
    """Return what the whole page shows; htmx that swaps the conversation needs no list."""
    alone = request.headers.get("HX-Target") == "conversation"
    return {
        **({} if alone else listed(request, conversation.pk)),
        **head(request, conversation),
        **said(request, conversation),
        **beside(request, conversation),
        **composing(request, conversation),
        **composer,
        "screen": "panel" if request.GET.get("screen") == "panel" else "thread",
    }


def said(request: MemberRequest, conversation: Conversation) -> dict[str, Any]:
    """Return a stretch of the thread: what the query names, else its end."""
    if since := request.GET.get("from"):
        stretch = stretches.since(conversation, uuid_or_404(since))
    elif before := request.GET.get("before"):
        stretch = stretches.before(conversation, uuid_or_404(before))
    else:
        stretch = stretches.newest(conversation)
    first = str(stretch.first) if stretch.first else ""
    agent = bot.state_of(conversation).name
    return {
        "bubbles": Lines(request.workspace.slug, conversation, agent).of(stretch),
        "thread_url": place("thread", request, conversation.pk, **{"from": first}),
        "older_url": place("thread", request, conversation.pk, before=first)
        if stretch.earlier
        else None,
    }


def composing(request: MemberRequest, conversation: Conversation) -> dict[str, Any]:
    """Return what an empty composer needs; a fresh key is a fresh message."""
    return {
        "composer_key": secrets.token_urlsafe(18),
        "composer_text": "",
        "composer_error": "",
        "templates_url": link("inbox:templates", request.workspace.slug, conversation.pk),
        "typing_url": place("typing", request, conversation.pk),
    }

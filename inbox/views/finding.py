"""From a URL to what a member may see of it, and from names to URLs that may not exist (yet)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse

from morfx.workspaces.access import MemberRequest

from ..models import Conversation, ConversationRows


def visible(request: MemberRequest) -> ConversationRows:
    """Return the conversations the member may see."""
    rows: ConversationRows = Conversation.objects.visible_to(request.membership)
    return rows


def conversation_of(request: MemberRequest, pk: UUID) -> Conversation:
    """Return a conversation the member may see. Raises Http404."""
    found: Conversation = get_object_or_404(visible(request).for_screen(), pk=pk)
    return found


def link(name: str, /, *args: Any, **query: str | None) -> str | None:
    """Return a page's address; None when there is no such page: floors above may be missing."""
    try:
        address = reverse(name, args=args)
    except NoReverseMatch:
        return None
    return with_query(address, **query)


def place(name: str, request: MemberRequest, /, *args: Any, **query: str | None) -> str:
    """Return the address of one of our own pages in the request's workspace."""
    address = reverse(f"inbox:{name}", args=[request.workspace.slug, *args])
    return with_query(address, **query)


def with_query(address: str, /, **query: str | None) -> str:
    """Return an address with those parameters that are not empty."""
    given = {name: value for name, value in query.items() if value}
    return f"{address}?{urlencode(given)}" if given else address


def uuid_or_404(text: str) -> UUID:
    """Read an id of a query string. Raises Http404."""
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None

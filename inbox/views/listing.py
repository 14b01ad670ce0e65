"""The list of conversations: filtered, searched, the newest first, a few screens at a time."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from morfx.operations.errors import Refused
from morfx.operations.paging import page
from morfx.workspaces.access import MemberRequest, member_required, needs

from .. import bot, order_marks
from ..context import unread_count
from ..models import FILTERS, Availability, Channel, Conversation
from ..operations import availability
from .content import preview
from .finding import place, visible
from .people import customer, person

PAGE = 30
PIECES = {
    "conversations": "inbox/list.html#fresh",
    "more": "inbox/list.html#rows",
    "list-pane": "inbox/list.html#pane",
    "conversation": "inbox/conversation.html#conversation",
}
"""What htmx is answered with, by the element it will replace; else the whole page."""


@require_safe
@member_required
@needs("whatsapp.view")
def conversations(request: MemberRequest) -> HttpResponse:
    """Show the list, with nothing open beside it."""
    return answer(request, {**listed(request), "conversation": None})


@require_POST
@member_required
@needs("whatsapp.view")
def set_availability(request: MemberRequest) -> HttpResponse:
    """Say whether the member takes conversations now."""
    availability.set_online(request.actor, online=request.POST.get("online") == "1")
    context = {"availability": _availability(request)}
    return render(request, "inbox/list.html#availability", context)


@require_safe
@member_required
@needs("whatsapp.view")
def count(request: MemberRequest) -> HttpResponse:
    """Show how many conversations wait to be read: the side bar's number, on every page."""
    context = {
        "count": unread_count(request),
        "count_url": request.path,
        "live": "inbox",
    }
    return render(request, "parts/nav-count.html", context)


def answer(request: MemberRequest, context: dict[str, Any]) -> HttpResponse:
    """Render the inbox, or the piece of it that htmx asks for."""
    target = request.headers.get("HX-Target", "") if request.headers.get("HX-Request") else ""
    response = render(request, PIECES.get(target, "inbox/inbox.html"), context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def listed(request: MemberRequest, selected: UUID | None = None) -> dict[str, Any]:
    """Return what the list shows. Raises Http404 for a cursor or filter that is not ours."""
    key, query = request.GET.get("filter") or "all", request.GET.get("q", "").strip()[:100]
    if key not in FILTERS:
        raise Http404
    rows = visible(request).filtered(key, request.user.pk).search(query).for_list()
    try:
        found = page(
            rows, by=["-last_message_at", "-id"], limit=PAGE, cursor=request.GET.get("cursor")
        )
    except Refused:
        raise Http404 from None
    here = {"filter": key if key != "all" else "", "q": query}
    answering = bot.answering(found.items)
    return {
        "filters": _filters(request, key),
        "query": query,
        "list_url": place("list", request, **here),
        "next_url": place("list", request, **here, cursor=found.next) if found.next else None,
        "conversations": [_row(request, each, answering, here) for each in found.items],
        "selected": selected,
        "availability": _availability(request),
        "connect_url": SimpleLazyObject(lambda: _connect_url(request)),
    }


def _connect_url(request: MemberRequest) -> str:
    """Return where to connect a number; empty when there is one, or the member may not."""
    may = request.actor.may
    if not (may("settings.view") and may("settings.edit")) or Channel.objects.exists():
        return ""
    return place("channels", request)


def _filters(request: MemberRequest, current: str) -> list[dict[str, Any]]:
    labels = {
        "all": _("All"),
        "unread": _("Unread"),
        "mine": _("Mine"),
        "unassigned": _("Unassigned"),
        "archived": _("Archived"),
    }
    counts = {
        "unread": SimpleLazyObject(lambda: unread_count(request)),
        "mine": SimpleLazyObject(lambda: _mine(request)),
    }
    return [
        {
            "key": key,
            "label": labels[key],
            "url": place("list", request, filter=key if key != "all" else ""),
            "count": counts.get(key),
            "current": key == current,
        }
        for key in FILTERS
    ]


def _mine(request: MemberRequest) -> int:
    return visible(request).filtered("mine", request.user.pk).count()


def _availability(request: MemberRequest) -> dict[str, Any]:
    def online() -> bool:
        return Availability.objects.filter(user=request.user, is_online=True).exists()

    return {"online": SimpleLazyObject(online), "url": place("availability", request)}


def _row(
    request: MemberRequest,
    conversation: Conversation,
    answering: set[UUID],
    here: dict[str, str],
) -> dict[str, Any]:
    contact: Any = conversation.contact  # with what `for_list` adds
    waits = bool(conversation.handed_over_at) and not conversation.owned_by_person
    return {
        **customer(conversation),
        "url": place("conversation", request, conversation.pk, **here),
        "preview": preview(conversation.last_preview),
        "preview_by": conversation.last_sender,
        "last_message_at": conversation.last_message_at,
        "unread_count": conversation.unread_count,
        "bot_on": conversation.pk in answering,
        "needs_person": waits and conversation.assigned_to_id is None,
        "assigned_to": person(conversation.assigned_to),
        "tags": contact.listed_tags if contact else [],
        "order_marks": order_marks.marks(contact.open_orders) if contact else "",
    }

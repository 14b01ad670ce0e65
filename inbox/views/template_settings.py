"""All templates of the workspace's numbers: what WhatsApp thinks of each, and fetching them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from morfx.operations.errors import Forbidden, Refused
from morfx.operations.paging import page
from morfx.web.sentences import read
from morfx.workspaces.access import MemberRequest, member_required, needs

from ..models import Channel, Template, TemplateSync
from ..operations import template_sync
from .finding import place
from .template_words import described

SIZE = 100


@require_safe
@member_required
@needs("settings.view")
def overview(request: MemberRequest) -> HttpResponse:
    """List every template, also those that are gone, with what WhatsApp says of each."""
    try:
        found = _page(request.GET.get("cursor"))
    except Refused:
        found = _page(None)
    may_edit = request.actor.may("settings.edit")
    context = {
        "templates": [described(row) for row in found.items],
        "next_url": found.next and place("template_settings", request, cursor=found.next),
        "list_url": place("template_settings", request),
        "syncs": [_state(row) for row in TemplateSync.objects.select_related("channel")],
        "sync_url": place("templates_sync", request) if may_edit else None,
        "channels_url": place("channels", request),
        "unreachable": [
            str(channel)
            for channel in Channel.objects.filter(is_active=True)
            if not template_sync.can_list(channel)
        ],
    }
    return render(request, "inbox/template-settings.html", context)


@require_POST
@member_required
@needs("settings.edit")
def sync(request: MemberRequest) -> HttpResponse:
    """Fetch all templates again; the pages that show them follow by themselves."""
    text, kind = _("The templates are being fetched from WhatsApp."), "good"
    try:
        template_sync.sync(request.actor)
    except Forbidden:
        raise
    except Refused as refusal:
        text, kind = f"{refusal.message} {refusal.suggestion}".strip(), "error"
    if not request.headers.get("HX-Request"):
        (messages.success if kind == "good" else messages.error)(request, text)
        return redirect(place("template_settings", request))
    response = HttpResponse(status=204)
    trigger_client_event(response, "templates")
    return trigger_client_event(response, "toast", {"text": text, "kind": kind})


def _page(cursor: str | None) -> Any:
    return page(Template.objects.all(), by=["name", "language", "id"], limit=SIZE, cursor=cursor)


def _state(row: TemplateSync) -> dict[str, Any]:
    """Return how an account's last fetch went; one that was asked for later is under way."""
    waiting = bool(row.asked_at and (not row.finished_at or row.asked_at > row.finished_at))
    return {
        "number": str(row.channel),
        "finished_at": row.finished_at,
        "error": read(row.error),
        "under_way": waiting and not row.error,
    }

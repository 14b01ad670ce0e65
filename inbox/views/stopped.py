"""Numbers that stopped sending: said on top of the inbox, with what to do, and let go on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from morfx.operations.errors import Refused
from morfx.workspaces.access import MemberRequest, member_required, needs

from ..models import Channel
from ..operations import stopping
from ..providers.errors import row_for
from .finding import place


@never_cache
@require_safe
@member_required
@needs("whatsapp.view")
def stopped(request: MemberRequest) -> HttpResponse:
    """Say which numbers stopped sending; nothing while all of them send."""
    may_edit = request.actor.may("settings.edit")
    rows = Channel.objects.exclude(stopped_at=None).order_by("created_at", "id")
    context = {
        "stopped": [told(row) for row in rows],
        "channels_url": place("channels", request) if may_edit else "",
    }
    return render(request, "inbox/stopped.html", context)


@require_POST
@member_required
@needs("settings.edit")
def resume(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Let a stopped number send again."""
    channel = get_object_or_404(Channel, pk=pk)
    try:
        stopping.resume(request.actor, channel=channel)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The number sends again; what waited is on its way."))
    return redirect(place("channels", request))


def told(channel: Channel) -> dict[str, Any]:
    """Return why a number stopped, and what to do about it, as sentences."""
    row = row_for(channel.stopped_code)
    return {
        "name": channel.name or channel.display_phone or channel.phone_number_id,
        "since": channel.stopped_at,
        "why": row.meaning,
        "said": channel.stopped_reason,
        "todo": row.suggestion,
    }

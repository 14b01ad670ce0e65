"""The workspace's WhatsApp numbers: what is connected, and connecting one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from morfx.workspaces.access import MemberRequest, member_required, needs

from ..forms import ConnectChannel
from ..models import Channel
from ..providers.presets import preset_named
from ..webhook_setup import asks_for_token, steps
from .finding import place
from .stopped import told


@never_cache
@require_safe
@member_required
@needs("settings.view")
def channels(request: MemberRequest) -> HttpResponse:
    """List the connected numbers."""
    return _page(request, ConnectChannel(request.actor))


@never_cache
@require_POST
@member_required
@needs("settings.edit")
def connect(request: MemberRequest) -> HttpResponse:
    """Connect a number, or change how a connected one is reached."""
    form = ConnectChannel(request.actor, request.POST)
    if form.run():
        done = _("Connected. Now give the provider the webhook address, as said beside it.")
        messages.success(request, done)
        return redirect(place("channels", request))
    return _page(request, form, status=422)


def _page(request: MemberRequest, form: ConnectChannel, *, status: int = 200) -> HttpResponse:
    may_edit = request.actor.may("settings.edit")
    rows = Channel.objects.order_by("created_at", "id")
    context = {
        "form": form if may_edit else None,
        "connect_url": place("channel_connect", request),
        "channels": [_shown(request, channel, may_edit) for channel in rows],
    }
    return render(request, "inbox/channels.html", context, status=status)


def _shown(request: MemberRequest, channel: Channel, may_edit: bool) -> dict[str, Any]:
    """Return a number as the page shows it.

    Only those who may change it see what lets one pose as the provider: the verify token, and the
    address, which for 360dialog is all that protects it.
    """
    base = settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
    return {
        "name": channel.name or channel.display_phone or channel.phone_number_id,
        "phone": channel.display_phone,
        "provider": preset_named(channel.provider).label,
        "phone_number_id": channel.phone_number_id,
        "active": channel.is_active,
        "stopped": told(channel) if channel.stopped_at else None,
        "resume_url": place("channel_resume", request, channel.pk) if may_edit else "",
        "refused": channel.refused_deliveries,
        "webhook_url": f"{base}{channel.webhook_path}" if may_edit else "",
        "verify_token": channel.verify_token if may_edit and asks_for_token(channel) else "",
        "steps": steps(channel) if may_edit else "",
    }

"""WhatsApp numbers are connected."""

from __future__ import annotations

import secrets
from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from pydantic import Field

from morfx.events.ledger import record
from morfx.operations.actor import Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Refused

from ..facts import ChannelConnected
from ..models import Channel
from . import stopping

SCHEMES = ("https://",) if settings.PROD else ("https://", "http://")
"""How a provider's address may begin; plain HTTP only where we develop and test."""

OURS = ("localhost", ".localhost", ".local", ".internal")
"""Ends of names that are nobody's outside."""


def _is_outside(url: str) -> bool:
    """Tell whether a provider may live at an address: in production, nowhere in our own network."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not url.startswith(SCHEMES) or not host or "@" in parts.netloc:
        return False
    if not settings.PROD:
        return True
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(OURS)


Secret = Annotated[str, Field(max_length=2000)]


@operation("whatsapp.channel.connect", needs="settings.edit")
def connect(
    actor: Actor,
    *,
    provider: Literal["cloud", "360dialog", "kapso"],
    phone_number_id: Annotated[str, Field(min_length=1, max_length=64)],
    token: Secret,
    app_secret: Secret = "",
    verify_token: Secret = "",
    base_url: Annotated[str, Field(max_length=300)] = "",
    waba_id: Annotated[str, Field(max_length=64)] = "",
    name: Annotated[str, Field(max_length=100)] = "",
    display_phone: Annotated[str, Field(max_length=32)] = "",
    simulated: bool | None = None,
    throughput: Annotated[int, Field(ge=1, le=1000)] | None = None,
) -> Channel:
    """Connect a WhatsApp number, or change how a connected one is reached.

    Without `verify_token` one is made; what is left empty stays as it was. `throughput` is how many
    messages a second WhatsApp lets the number exchange. A stopped number goes on with a new token.
    """
    if base_url and not _is_outside(base_url):
        raise Refused(_("This is not a web address."), field="base_url")
    channel = Channel.objects.filter(
        provider=provider, phone_number_id=phone_number_id
    ).first() or Channel(provider=provider, phone_number_id=phone_number_id)
    given = {
        "token": token,
        "app_secret": app_secret,
        "verify_token": verify_token or channel.verify_token or secrets.token_urlsafe(24),
        "base_url": base_url.rstrip("/"),
        "waba_id": waba_id,
        "name": name,
        "display_phone": display_phone,
        "throughput": throughput,
    }
    for field, value in given.items():
        if value:
            setattr(channel, field, value)
    channel.is_active = True
    channel.is_simulated = channel.is_simulated if simulated is None else simulated
    channel.save()
    record(ChannelConnected(channel=channel.pk, provider=provider, phone_number_id=phone_number_id))
    if token and channel.stopped_at:
        stopping.resume(actor, channel=channel)
    return channel

"""What the demo workspace talks through: a number on the simulated WhatsApp of this machine."""

from __future__ import annotations

import os
import secrets

import requests
import structlog
from django.conf import settings

from morfx.operations.actor import Actor
from morfx.tenancy import within
from morfx.workspaces.models import Membership

from .demo_templates import TEMPLATES
from .models import Availability, Channel
from .operations import availability, channels
from .simulator.client import SimulatorClient, SimulatorRefused

PHONE_NUMBER_ID = "1000000000000001"
DISPLAY_PHONE = "573110000000"
WABA_ID = "1000000000000002"
NAME = "Somnio (demo)"
FALLBACK_URL = "http://127.0.0.1:8000"

log = structlog.get_logger()


def furnish(actor: Actor) -> None:
    """Connect the simulated number, and put the demo's people online once.

    Runs at each start: the simulator may listen elsewhere, and so may we. The number's secrets
    are made once and kept. Does nothing about the number when there is no simulator.
    """
    with within(actor.workspace_id):
        if settings.SIMULATOR_URL:
            _register(_connected(actor))
        _put_online()


def webhook_base() -> str:
    """Return where the simulator, on this machine, reaches our webhooks."""
    return os.environ.get("MORFX_LOCAL_URL") or settings.PUBLIC_URL or FALLBACK_URL


def _connected(actor: Actor) -> Channel:
    """Return the demo's channel; connected anew only when it is new, or the simulator moved."""
    url = settings.SIMULATOR_URL.rstrip("/")
    known = Channel.objects.filter(provider="cloud", phone_number_id=PHONE_NUMBER_ID).first()
    if known is not None and known.is_active and known.base_url == url:
        return known
    return channels.connect(
        actor,
        provider="cloud",
        phone_number_id=PHONE_NUMBER_ID,
        token=known.token if known else secrets.token_urlsafe(24),
        app_secret=known.app_secret if known else secrets.token_hex(16),
        base_url=url,
        waba_id=WABA_ID,
        name=NAME,
        display_phone=DISPLAY_PHONE,
        simulated=True,
    )


def _register(channel: Channel) -> None:
    """Tell the simulator of the number; without it the rest of the demo still works."""
    client = SimulatorClient(settings.SIMULATOR_URL, timeout=5.0)
    try:
        client.register_number(
            channel.phone_number_id,
            display_phone_number=channel.display_phone,
            token=channel.token,
            app_secret=channel.app_secret,
            webhook_url=f"{webhook_base().rstrip('/')}{channel.webhook_path}",
            verify_token=channel.verify_token,
            waba_id=channel.waba_id,
            verified_name=channel.name,
        )
        client.set_templates(channel.phone_number_id, *TEMPLATES)
    except (SimulatorRefused, requests.RequestException) as error:
        log.error("the simulated number could not be registered", why=str(error))
    finally:
        client.close()


def _put_online() -> None:
    """Let members take conversations who never said whether they do: round-robin needs somebody."""
    decided = set(Availability.objects.values_list("user_id", flat=True))
    for membership in Membership.objects.select_related("user", "workspace"):
        if membership.user_id not in decided:
            availability.set_online(membership.actor(), online=True)

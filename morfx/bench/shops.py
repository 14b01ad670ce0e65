"""Workspaces to measure in: each with a WhatsApp number, and Somnio answering at once if asked."""

from __future__ import annotations

import itertools
from typing import Any

_numbers = itertools.count()
APP_SECRET = "benchmark-secret"  # noqa: S105
AGENT = "somnio-sales-v1"


def open_shops(
    how_many: int, *, provider_url: str = "", agent: bool = True
) -> list[dict[str, Any]]:
    """Make workspaces; return their channels as the load programs know them."""
    return [_open_shop(next(_numbers), provider_url, agent) for _ in range(how_many)]


def _open_shop(number: int, provider_url: str, agent: bool) -> dict[str, Any]:
    from django.db import transaction

    from agents.operations import settings
    from inbox.operations import channels
    from morfx.operations.actor import Actor
    from morfx.tenancy import within
    from morfx.workspaces.models import User
    from morfx.workspaces.operations import workspaces

    with transaction.atomic():
        owner = User.objects.create_user(f"owner{number}@bench.test", "benchmark", name="Owner")
        workspace = workspaces.create(owner, f"Bench {number}", via="command")
        workspaces.furnish(workspace, via="command")
    with within(workspace.pk):
        actor = Actor.system(workspace.pk, "bench", via="command")
        channel = channels.connect(
            actor,
            provider="cloud",
            phone_number_id=f"10000000000{number:04d}",
            token="benchmark-token",  # noqa: S106
            app_secret=APP_SECRET,
            base_url=provider_url,
            waba_id=f"20000000000{number:04d}",
            display_phone=f"57311{number:07d}",
        )
        if agent:
            settings.set_agent(
                actor, agent=AGENT, on=True, speed=0.0, timer_preset="real", quiet_seconds=0.0
            )
    return {"workspace": str(workspace.pk), "slug": workspace.slug, **_told(channel)}


def _told(channel: Any) -> dict[str, Any]:
    """Return what a load program must know of a channel."""
    return {
        "channel": str(channel.pk),
        "path": channel.webhook_path,
        "number": channel.phone_number_id,
        "account": channel.waba_id,
        "display": channel.display_phone,
        "secret": APP_SECRET,
    }

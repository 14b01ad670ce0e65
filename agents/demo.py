"""Who answers in the demo workspace: Somnio, a little faster than in real life."""

from __future__ import annotations

from agents.models import AgentSetting
from agents.operations import settings
from morfx.operations.actor import Actor
from morfx.tenancy import within

AGENT = "somnio-sales-v1"
SPEED = 0.5
QUIET_SECONDS = 2.0


def furnish(actor: Actor) -> None:
    """Switch the demo's agent on. Does nothing the second time: an admin may have changed it."""
    with within(actor.workspace_id):
        if not AgentSetting.objects.filter(agent=AGENT).exists():
            settings.set_agent(
                actor,
                agent=AGENT,
                on=True,
                speed=SPEED,
                timer_preset="real",
                quiet_seconds=QUIET_SECONDS,
            )

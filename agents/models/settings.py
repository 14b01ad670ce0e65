"""How agents work in a workspace: what a person decided, where it differs from the agent's own."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import JSONField, Q, Value

from inbox.models import Channel
from morfx.tenancy.rows import Owned


def _nothing() -> Value:
    return Value({}, output_field=JSONField())


class AgentSetting(Owned):
    """How one agent works in a workspace, or on one of its numbers.

    A number's own row says who answers there; a number without one follows the workspace's. What
    is empty in `thresholds` and `timers` is the agent's own.
    """

    class Preset(models.TextChoices):
        REAL = "real"
        FAST = "rapido"
        INSTANT = "instantaneo"

    class Timeout(models.TextChoices):
        ORDER = "order"
        REMIND = "remind"

    agent = models.TextField()
    channel = models.ForeignKey(Channel, models.CASCADE, null=True, related_name="+")
    """The number these are for; none: every number without settings of its own."""
    is_on = models.BooleanField(default=False)
    speed = models.FloatField(default=1.0)
    """Multiplies the pauses between bubbles; 0 sends them at once."""
    timer_preset = models.TextField(choices=Preset.choices, default=Preset.REAL)
    timers = models.JSONField(default=dict, db_default=_nothing(), blank=True)
    """Seconds by timer level (`{"0": 600}`), where they differ from the preset's."""
    quiet_seconds = models.FloatField(default=3.0)
    """How long the customer must be quiet before the agent answers."""
    handover_message = models.TextField(default="Regálame 1 minuto, ya te comunico con un asesor.")
    thresholds = models.JSONField(default=dict, blank=True)
    """Confidence by step (`proceed`, `reanalyse`, `clarify`), where it differs from the agent's."""
    promos_timeout = models.TextField(
        choices=Timeout.choices, default=Timeout.ORDER, db_default=Timeout.ORDER
    )
    """What follows when a customer who was offered packs stays quiet: an unconfirmed order, or a
    reminder only."""
    media = models.JSONField(default=dict, db_default=_nothing(), blank=True)
    """`ask` or `handover` by kind of message (`audio`, `image`…); what is missing asks."""
    hours = models.JSONField(default=dict, db_default=_nothing(), blank=True)
    """Business hours; see `agents.engine.hours`. Empty: always open."""
    budgets = models.JSONField(default=dict, db_default=_nothing(), blank=True)
    """Limits by scope, measure and hardness; see `agents.engine.budgets`."""
    budget_tokens_session = models.PositiveIntegerField(default=50_000)
    """Most tokens for one customer's session, when `budgets` names no other."""
    idle_hours = models.PositiveSmallIntegerField(default=24, db_default=24)
    """Hours without a word after which a session is over."""
    closes_nightly = models.BooleanField(default=True, db_default=True)
    """Whether sessions of the days before are closed at night, in the workspace's time zone."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "agent"],
                name="agent_setting_once",
                condition=Q(channel=None),
            ),
            models.UniqueConstraint(
                fields=["workspace", "agent", "channel"],
                name="agent_setting_channel_once",
                condition=Q(channel__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["workspace", "channel"],
                name="agent_setting_channel_one_on",
                condition=Q(channel__isnull=False, is_on=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent} ({'on' if self.is_on else 'off'})"

    def as_answer(self) -> dict[str, Any]:
        """Return the settings as answers show them."""
        return {
            "id": self.pk,
            "agent": self.agent,
            "channel_id": self.channel_id,
            "on": self.is_on,
            "speed": self.speed,
            "timer_preset": self.timer_preset,
            "timers": self.timers,
            "quiet_seconds": self.quiet_seconds,
            "handover_message": self.handover_message,
            "thresholds": self.thresholds,
            "promos_timeout": self.promos_timeout,
            "media": self.media,
            "hours": self.hours,
            "budgets": self.budgets,
            "budget_tokens_session": self.budget_tokens_session,
            "idle_hours": self.idle_hours,
            "closes_nightly": self.closes_nightly,
        }

"""What the agents' page asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from agents.models import AgentSetting
from agents.operations import settings
from morfx.operations.actor import Actor
from morfx.operations.forms import OperationForm

SPEEDS = {
    1.0: _("Real: pauses as a person would make them"),
    0.2: _("Fast: a fifth of the real pauses"),
    0.0: _("Instant: no pauses"),
}
PRESETS = [
    (AgentSetting.Preset.REAL, _("Real: minutes")),
    (AgentSetting.Preset.FAST, _("Fast: up to one minute, for trying out")),
    (AgentSetting.Preset.INSTANT, _("Instant: seconds, for trying out")),
]


class SwitchAgent(OperationForm):
    """Switches an agent on or off."""

    operation = settings.set_agent
    ask = ("on",)


class ChangeAgent(OperationForm):
    """How an agent works here."""

    operation = settings.set_agent
    ask = (
        "speed",
        "timer_preset",
        "quiet_seconds",
        "handover_message",
        "budget_tokens_session",
    )
    labels: ClassVar[Mapping[str, Any]] = {
        "speed": _("Pauses between its messages"),
        "timer_preset": _("How long it waits for a quiet customer"),
        "quiet_seconds": _("Seconds a customer must be quiet before it answers"),
        "handover_message": _("What it says when it hands over to a person"),
        "budget_tokens_session": _("Most tokens for one customer; then a person goes on"),
    }
    widgets: ClassVar[Mapping[str, forms.Widget]] = {
        "handover_message": forms.Textarea({"rows": 2}),
        "quiet_seconds": forms.NumberInput({"min": 0, "max": 120, "step": 0.5}),
        "budget_tokens_session": forms.NumberInput({"min": 0, "step": 1000}),
    }

    def __init__(self, actor: Actor, setting: AgentSetting, data: Any = None) -> None:
        super().__init__(
            actor,
            data,
            given={"agent": setting.agent},
            initial={name: getattr(setting, name) for name in self.ask},
            auto_id=f"id_{setting.agent}_%s",
        )
        self._dress(setting)

    def _dress(self, setting: AgentSetting) -> None:
        """Offer the presets, and a speed of one's own where somebody has set one."""
        speeds: list[tuple[float, Any]] = [*SPEEDS.items()]
        if setting.speed not in SPEEDS:
            own = _("Own: %(speed)s times the real pauses") % {"speed": f"{setting.speed:g}"}
            speeds.append((setting.speed, own))
        self.fields["speed"].widget = forms.Select(choices=speeds)
        self.fields["timer_preset"].choices = PRESETS  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.required = True

"""What the agents' configuration page asks: every input of `agents.agent.set`, laid flat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import product
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agents import week
from agents.choices import (
    ANSWERS,
    DAY_NAMES,
    KINDS,
    KINDS_OF_LIMIT,
    MEASURES,
    MEDIA,
    PRESETS,
    SCOPES,
    SPEEDS,
    STEPS,
    TIMEOUTS,
)
from agents.engine import budgets
from agents.engine.hours import DAYS
from agents.engine.registry import AgentDefinition
from agents.models import AgentSetting
from agents.operations import settings
from inbox.models import Channel
from morfx.operations.actor import Actor
from morfx.operations.errors import Invalid, Refused
from morfx.operations.forms import OperationForm


class SwitchAgent(OperationForm):
    """Switches an agent on or off."""

    operation = settings.set_agent
    ask = ("on",)


class ConfigureAgent(forms.Form):
    """How an agent works here, or on one number. What is left empty is the agent's own."""

    handover_message = forms.CharField(
        label=_("What it says when it hands over to a person"),
        max_length=1000,
        widget=forms.Textarea({"rows": 2}),
    )
    speed = forms.FloatField(label=_("Pauses between its messages"), min_value=0, max_value=10)
    quiet_seconds = forms.FloatField(
        label=_("Seconds a customer must be quiet before it answers"), min_value=0, max_value=120
    )
    idle_hours = forms.IntegerField(
        label=_("Hours without a word that end a session"), min_value=1, max_value=720
    )
    closes_nightly = forms.BooleanField(
        label=_("End the sessions of the day at night"), required=False
    )
    timer_preset = forms.ChoiceField(
        label=_("How long it waits for a quiet customer"), choices=PRESETS
    )
    promos_timeout = forms.ChoiceField(
        label=_("When a customer who was offered packs stays quiet"), choices=TIMEOUTS
    )
    answers = forms.ChoiceField(label=_("When it answers"), choices=ANSWERS)
    closed_message = forms.CharField(
        label=_("What it says when it hands over while the shop is closed"),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(
        self,
        actor: Actor,
        agent: AgentDefinition,
        setting: AgentSetting,
        data: Any = None,
        *,
        channel: Channel | None = None,
    ) -> None:
        super().__init__(data, auto_id=f"id_{agent.id}_%s", initial=_initial(setting))
        self.actor, self.agent, self.setting, self.channel = actor, agent, setting, channel
        self._add(agent, setting)

    def _add(self, agent: AgentDefinition, setting: AgentSetting) -> None:
        """Add the fields that repeat: waits, confidences, kinds of messages, days, limits."""
        self.fields["speed"].widget = forms.Select(choices=_speeds(setting))
        for level, seconds in agent.presets[setting.timer_preset].items():
            words = _("Seconds until it %(what)s") % {"what": agent.words.level(level)}
            self.fields[f"wait_{level}"] = _number(words, 1, 86_400, usual=seconds)
        for step, label in STEPS.items():
            field = _number(label, 0, 100, usual=agent.thresholds[step], whole=True)
            self.fields[f"threshold_{step}"] = field
        for kind, label in KINDS.items():
            self.fields[f"media_{kind}"] = forms.ChoiceField(label=label, choices=MEDIA)
        for day in DAYS:
            self.fields[f"day_{day}"] = _hours(DAY_NAMES[day])
        for name, words in _limits():
            self.fields[name] = _limit(name, words)

    def clean(self) -> dict[str, Any]:
        """Read the days' hours, and hold the limits and confidences against each other."""
        found: dict[str, Any] = super().clean() or {}
        for day in DAYS:
            try:
                found[f"day_{day}"] = week.read(found.get(f"day_{day}") or "")
            except ValueError as error:
                self.add_error(f"day_{day}", str(error))
        for scope, measure in product(SCOPES, MEASURES):
            soft, hard = (found.get(f"limit_{scope}_{measure}_{kind}") for kind in KINDS_OF_LIMIT)
            if soft is not None and hard is not None and soft > hard:
                sentence = _("Warn before it stops, not after.")
                self.add_error(f"limit_{scope}_{measure}_soft", sentence)
        self._hold_thresholds(found)
        return found

    def _hold_thresholds(self, found: Mapping[str, Any]) -> None:
        given = {step: found.get(f"threshold_{step}") for step in STEPS}
        steps = {s: self.agent.thresholds[s] if v is None else v for s, v in given.items()}
        for higher, lower in (("proceed", "reanalyse"), ("reanalyse", "clarify")):
            if steps[lower] > steps[higher]:
                sentence = _("It must not be above the one before it.")
                self.add_error(f"threshold_{lower}", sentence)

    def run(self) -> bool:
        """Set the agent; tell whether that went well. What was wrong stands beside its field."""
        if not self.is_valid():
            return False
        try:
            settings.set_agent(
                self.actor, agent=self.agent.id, channel=self.channel, **self._asked()
            )
        except Refused as refusal:
            self._refuse(refusal)
        return not self.errors

    def _asked(self) -> dict[str, Any]:
        """Return what was typed as the operation's inputs."""
        found = self.cleaned_data
        plain = ("handover_message", "speed", "quiet_seconds", "idle_hours", "closes_nightly")
        return {
            **{name: found[name] for name in (*plain, "timer_preset", "promos_timeout")},
            "timers": self._given("wait_"),
            "thresholds": self._given("threshold_"),
            "media": {k: v for k, v in self._given("media_").items() if v != "ask"},
            "hours": self._hours(),
            "budgets": self._budgets(),
        }

    def _given(self, prefix: str) -> dict[str, Any]:
        """Return the fields of a prefix that were filled in, without it."""
        return {
            name.removeprefix(prefix): value
            for name, value in self.cleaned_data.items()
            if name.startswith(prefix) and value is not None
        }

    def _hours(self) -> dict[str, Any]:
        """Return the business hours; nothing at all where nothing was said of them."""
        days = {day: self.cleaned_data[f"day_{day}"] for day in DAYS}
        found: dict[str, Any] = {}
        if any(days.values()):
            found["week"] = {day: stretches for day, stretches in days.items() if stretches}
        if self.cleaned_data["answers"] != "always":
            found["answers"] = self.cleaned_data["answers"]
        if self.cleaned_data["closed_message"]:
            found["handover_message"] = self.cleaned_data["closed_message"]
        return found

    def _budgets(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in self._given("limit_").items():
            scope, measure, kind = name.split("_")
            found.setdefault(scope, {}).setdefault(measure, {})[kind] = value
        return found

    def _refuse(self, refusal: Refused) -> None:
        sentences = refusal.fields if isinstance(refusal, Invalid) else {}
        for name, sentence in (sentences or {refusal.field or "": refusal.message}).items():
            self.add_error(self._field_of(name), sentence)

    def _field_of(self, name: str) -> str | None:
        """Return the field of an input: `thresholds.clarify` is asked as `threshold_clarify`."""
        first, _dot, rest = name.partition(".")
        prefix = {"timers": "wait_", "thresholds": "threshold_", "budgets": "limit_"}.get(first)
        flat = f"{prefix}{rest.replace('.', '_')}" if prefix and rest else first
        return flat if flat in self.fields else None


def _initial(setting: AgentSetting) -> dict[str, Any]:
    """Return a setting as the form's fields show it."""
    plain = (
        "handover_message", "speed", "quiet_seconds", "idle_hours", "closes_nightly",
        "timer_preset", "promos_timeout",
    )  # fmt: skip
    found = {name: getattr(setting, name) for name in plain}
    found |= {f"wait_{level}": seconds for level, seconds in (setting.timers or {}).items()}
    found |= {f"threshold_{step}": value for step, value in (setting.thresholds or {}).items()}
    found |= {f"media_{kind}": (setting.media or {}).get(kind, "ask") for kind in KINDS}
    hours = setting.hours or {}
    found |= {f"day_{day}": week.write((hours.get("week") or {}).get(day, [])) for day in DAYS}
    found["answers"] = hours.get("answers", "always")
    found["closed_message"] = hours.get("handover_message", "")
    for scope, measures in budgets.limits_of(setting).items():
        for measure, limits in measures.items():
            for kind, limit in limits.items():
                found[f"limit_{scope}_{measure}_{kind}"] = f"{limit.normalize():f}"
    return found


def _limits() -> Iterator[tuple[str, str]]:
    """Return the field of each limit, with its label; the page says whose limit it is."""
    for scope, measure, kind in product(SCOPES, MEASURES, KINDS_OF_LIMIT):
        label = f"{KINDS_OF_LIMIT[kind]} ({MEASURES[measure]})"
        yield f"limit_{scope}_{measure}_{kind}", label


def _limit(name: str, label: str) -> forms.DecimalField:
    whole = "tokens" in name
    return forms.DecimalField(
        label=label,
        required=name == "limit_session_tokens_hard",
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=0 if whole else 4,
        widget=forms.NumberInput({"min": 0, "step": 1000 if whole else "any"}),
    )


def _number(label: Any, least: int, most: int, *, usual: float, whole: bool = False) -> Any:
    """Return a field for a number of one's own; empty it shows the agent's."""
    kind = forms.IntegerField if whole else forms.FloatField
    shown = {"placeholder": f"{usual:g}", "min": least, "max": most, "step": "any"}
    return kind(
        label=label,
        required=False,
        min_value=least,
        max_value=most,
        widget=forms.NumberInput(shown),
    )


def _hours(label: Any) -> forms.CharField:
    """Return a field for the hours of a day."""
    widget = forms.TextInput({"placeholder": _("closed"), "autocomplete": "off"})
    return forms.CharField(label=label, required=False, max_length=120, widget=widget)


def _speeds(setting: AgentSetting) -> list[tuple[float, Any]]:
    """Return the speeds to choose from, with one's own where somebody has set one."""
    found: list[tuple[float, Any]] = [*SPEEDS.items()]
    if setting.speed not in SPEEDS:
        own = _("Own: %(speed)s times the real pauses") % {"speed": f"{setting.speed:g}"}
        found.append((setting.speed, own))
    return found

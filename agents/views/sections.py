"""The configuration page's sections: which settings stand together, and under which words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agents.choices import KINDS_OF_LIMIT, MEASURES, SCOPES
from agents.engine.hours import DAYS
from agents.forms import ConfigureAgent

SECTIONS: tuple[tuple[Any, Any, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        gettext_lazy("Speed"),
        gettext_lazy("How long it waits before it answers, and between its messages."),
        ("speed", "quiet_seconds"),
        (),
    ),
    (
        gettext_lazy("Hand-over"),
        gettext_lazy("What the customer hears when a person goes on."),
        ("handover_message",),
        (),
    ),
    (
        gettext_lazy("Timers"),
        gettext_lazy("What follows when a customer is quiet. Empty: the seconds shown."),
        ("timer_preset", "promos_timeout"),
        ("wait_",),
    ),
    (
        gettext_lazy("Sessions"),
        gettext_lazy("When it begins afresh with a customer."),
        ("idle_hours", "closes_nightly"),
        (),
    ),
    (
        gettext_lazy("Confidence"),
        gettext_lazy("How sure it must be of what the customer meant. Empty: the value shown."),
        (),
        ("threshold_",),
    ),
    (
        gettext_lazy("Messages without words"),
        gettext_lazy("What it does with what no model here can read."),
        (),
        ("media_",),
    ),
)
"""Titles, explanations, fields below each other, and what the names of fields side by side begin
with."""


def sections(form: ConfigureAgent) -> list[dict[str, Any]]:
    """Return the form's fields by section."""
    found = [
        {
            "title": title,
            "text": text,
            "fields": [form[name] for name in names],
            "row": [
                form[name] for start in starts for name in form.fields if name.startswith(start)
            ],
        }
        for title, text, names, starts in SECTIONS
    ]
    hours = {
        "title": _("Business hours"),
        "text": _("When people are there, such as 8:00-12:00, 14:00-18:00. No hours: always."),
        "fields": [form["answers"], form["closed_message"]],
        "days": [form[f"day_{day}"] for day in DAYS],
    }
    budget = {
        "title": _("Budget"),
        "text": _("At the first limit people are warned; at the second a person goes on."),
        "limits": _limits(form),
    }
    return [*found, hours, budget]


def _limits(form: ConfigureAgent) -> list[dict[str, Any]]:
    return [
        {
            "scope": SCOPES[scope],
            "fields": [
                form[f"limit_{scope}_{measure}_{kind}"]
                for measure in MEASURES
                for kind in KINDS_OF_LIMIT
            ],
        }
        for scope in SCOPES
    ]

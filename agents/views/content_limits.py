"""What an agent goes by besides its words: field notes, thresholds, timers; and the prices."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from agents.engine.registry import AgentDefinition
from agents.operations import content as contents
from crm.models import Product
from crm.operations import products
from morfx.operations.actor import Actor
from morfx.operations.errors import Refused
from morfx.operations.forms import OperationForm
from morfx.workspaces.access import MemberRequest, member_required, needs

from .content import found, head

STEPS = {
    "proceed": gettext_lazy("From here on it is sure, and goes on"),
    "reanalyse": gettext_lazy(
        "From here on it looks again, with more of the talk and a stronger model"
    ),
    "clarify": gettext_lazy("From here on it asks what was meant; below, a person goes on"),
}
PRESETS = {
    "real": gettext_lazy("Real"),
    "rapido": gettext_lazy("Fast"),
    "instantaneo": gettext_lazy("Instant"),
}


class ChangePrice(OperationForm):
    """What one product costs; it counts at once, for every agent and person."""

    operation = products.update
    ask = ("price",)
    labels: ClassVar[Mapping[str, Any]] = {"price": gettext_lazy("Price")}
    widgets: ClassVar[Mapping[str, forms.Widget]] = {
        "price": forms.NumberInput({"min": 0, "step": "0.01", "inputmode": "decimal"})
    }

    def __init__(self, actor: Actor, product: Product, data: Any = None) -> None:
        super().__init__(
            actor,
            data,
            given={"product": product.pk},
            initial={"price": f"{product.price.normalize():f}"},
            auto_id=f"id_{product.pk}_%s",
        )
        self.fields["price"].required = True


@member_required
@needs("settings.view")
def limits(request: MemberRequest, agent: str) -> HttpResponse:
    """Show, and change, field notes, thresholds and timers."""
    definition = found(agent)
    refusal = None
    if request.method == "POST":
        refusal = _save(request, definition)
        if refusal is None:
            messages.success(
                request, _("Saved in the draft. Customers see it once it is published.")
            )
            return redirect("agents:content_limits", request.workspace.slug, definition.id)
    context = head(request, definition, "limits")
    sent = request.POST if refusal else None
    context |= {**_shown(definition, context["mine"], sent), "refusal": refusal}
    return render(request, "agents/content/limits.html", context, status=422 if refusal else 200)


@member_required
@needs("settings.view")
def prices(request: MemberRequest, agent: str) -> HttpResponse:
    """Show what the products cost that this agent sells."""
    return _prices(request, found(agent))


@require_POST
@member_required
@needs("settings.edit")
def price(request: MemberRequest, agent: str, product: UUID) -> HttpResponse:
    """Change what a product costs."""
    definition = found(agent)
    row = get_object_or_404(Product, pk=product)
    form = ChangePrice(request.actor, row, request.POST)
    if form.run():
        messages.success(request, _("Saved. Customers hear the new price from now on."))
        return redirect("agents:content_prices", request.workspace.slug, definition.id)
    return _prices(request, definition, {row.pk: form})


def _prices(
    request: MemberRequest,
    agent: AgentDefinition,
    sent: Mapping[UUID, ChangePrice] | None = None,
) -> HttpResponse:
    context = head(request, agent, "prices")
    rows = Product.objects.filter(is_active=True).exclude(code="").order_by("code")
    context["products"] = [
        {
            "row": row,
            "form": (sent or {}).get(row.pk) or ChangePrice(request.actor, row),
        }
        for row in rows
    ]
    return render(request, "agents/content/prices.html", context, status=422 if sent else 200)


def _save(request: MemberRequest, agent: AgentDefinition) -> Refused | None:
    post = request.POST
    revision = post.get("revision", "")
    timers = {
        preset: {str(level): _number(post.get(f"timer.{preset}.{level}", "")) for level in levels}
        for preset, levels in agent.presets.items()
    }
    try:
        contents.edit(
            request.actor,
            agent=agent.id,
            revision=int(revision) if revision.isdecimal() and len(revision) < 10 else None,
            fields={name: post.get(f"field.{name}", "") for name in agent.fields},
            thresholds=_thresholds(post),  # type: ignore[arg-type]
            timers=timers,
        )
    except Refused as refusal:
        return refusal
    return None


def _thresholds(post: QueryDict) -> dict[str, int]:
    """Return the thresholds that were sent; what is no whole number counts as none, -1."""
    sent = {step: post.get(f"threshold.{step}", "").strip() for step in STEPS}
    return {
        step: int(value) if value.isdecimal() and len(value) < 4 else -1
        for step, value in sent.items()
    }


def _number(typed: str) -> float:
    try:
        return float(typed.strip().replace(",", "."))
    except ValueError:
        return math.nan


def _shown(
    agent: AgentDefinition, mine: Mapping[str, Any], sent: QueryDict | None
) -> dict[str, Any]:
    """Return the form's rows: what was typed, else what the draft says."""

    def value(name: str, stored: object) -> object:
        return sent.get(name, "") if sent is not None else stored

    levels = sorted(next(iter(agent.presets.values()), {}))
    return {
        "fields": [
            (name, agent.words.field(name), value(f"field.{name}", note))
            for name, note in mine["fields"].items()
        ],
        "thresholds": [
            (step, words, value(f"threshold.{step}", mine["thresholds"][step]))
            for step, words in STEPS.items()
        ],
        "presets": [PRESETS.get(preset, preset) for preset in agent.presets],
        "timers": [
            (
                agent.words.level(level),
                [
                    (
                        f"timer.{preset}.{level}",
                        PRESETS.get(preset, preset),
                        value(f"timer.{preset}.{level}", f"{mine['timers'][preset][str(level)]:g}"),
                    )
                    for preset in agent.presets
                ],
            )
            for level in levels
        ],
    }

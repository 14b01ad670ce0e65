"""The models: which answer, which are left alone and why, and what today's calls came to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, F, Q, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from agents.llm import clients, health, pricing, telling
from agents.models import ModelCall, ModelHealth
from agents.operations import alarms
from morfx.operations.errors import Refused
from morfx.tenancy.rows import id_at
from morfx.workspaces.access import MemberRequest, member_required, needs

from .showing import dollars

TROUBLED = 20
"""Of today's calls without an answer, how many are listed."""

USES = {
    "message": gettext_lazy("every message"),
    "doubt": gettext_lazy("in doubt, talks with tools"),
    "picture": gettext_lazy("pictures"),
    "voice": gettext_lazy("voice notes"),
}
"""What a model is used for."""

OUTCOMES = {
    "ok": gettext_lazy("Answered"),
    "failed": gettext_lazy("Failed"),
    "unknown": gettext_lazy("Unknown"),
    "started": gettext_lazy("Under way"),
}


@member_required
@needs("settings.edit")
def models(request: MemberRequest) -> HttpResponse:
    """Show every model client, what today's calls cost, and those that brought nothing."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    today = ModelCall.objects.filter(pk__gte=id_at(midnight))
    troubled = today.exclude(outcome=ModelCall.Outcome.OK).order_by("-id")[:TROUBLED]
    known = {row.client: row for row in ModelHealth.objects.all()}
    context = {
        "models": [_model(name, known.get(name)) for name in clients.names()],
        "can_listen": any(use == "voice" for _id, use in _uses("openai")),
        "outcomes": _outcomes(today),
        "troubled": [_call(call) for call in troubled],
    }
    return render(request, "agents/models.html", context)


@require_POST
@member_required
@needs("settings.edit")
def try_again(request: MemberRequest) -> HttpResponse:
    """Let the next message try a model that is left alone."""
    try:
        alarms.try_again(request.actor, client=request.POST.get("client", ""))
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The next message tries it."))
    return redirect("agents:models", request.workspace.slug)


@member_required
def banner(request: MemberRequest) -> HttpResponse:
    """Show who may change it that a model needs them; nothing to the others."""
    urgent = health.recent_alarms() if request.actor.may("settings.edit") else []
    shown = [{"client": row.client, "why": telling.alarm_sentence(row.alarm)} for row in urgent]
    return render(request, "agents/model-alarms.html", {"alarms": shown})


def _uses(client: str) -> list[tuple[str, str]]:
    found = clients.uses(fast=settings.MODEL_FAST, strong=settings.MODEL_STRONG)
    return found.get(client, [])


def _ids(client: str) -> list[dict[str, Any]]:
    """Return a client's models, each once, with what it is used for and whether it has a price."""
    found: dict[str, list[str]] = {}
    for model, use in _uses(client):
        found.setdefault(model, []).append(str(USES[use]))
    return [
        {"id": model, "uses": ", ".join(uses), "is_priced": pricing.is_priced(model)}
        for model, uses in found.items()
    ]


def _model(name: str, row: ModelHealth | None) -> dict[str, Any]:
    is_open = row is not None and row.state == ModelHealth.State.OPEN
    state = "closed"
    if row is not None and is_open:
        state = "half_open" if row.is_half_open() else "open"
    return {
        "name": name,
        "ids": _ids(name),
        "host": clients.host() if name == "openai" else "",
        "state": state,
        "since": row.since if row else None,
        "until": row.open_until if row else None,
        "failures": row.failures if row and is_open else 0,
        "why": telling.reason(row.failure) if row and row.failure else "",
        "sentence": row.sentence if row else "",
        "alarm": telling.alarm_sentence(row.alarm) if row and row.alarm else "",
        "alarm_at": row.alarm_at if row and row.alarm else None,
    }


def _outcomes(today: Any) -> list[dict[str, Any]]:
    """Return today's calls and cost by model and outcome; estimates are said to be."""
    rows = today.values("source", "outcome").annotate(
        calls=Count("id"),
        cost=Sum("cost"),
        guesses=Count("id", filter=Q(is_estimate=True)),
        cached=Sum("cache_read_tokens"),
        sent=Sum(F("input_tokens") + F("cache_read_tokens") + F("cache_write_tokens")),
        seconds=Sum("audio_seconds"),
    )
    return [
        {
            "client": row["source"],
            "outcome": OUTCOMES.get(row["outcome"], row["outcome"]),
            "calls": row["calls"],
            "cost": dollars(row["cost"] or Decimal(0)),
            "is_estimate": row["guesses"] > 0,
            "cached": round(100 * row["cached"] / row["sent"]) if row["cached"] else 0,
            "seconds": round(row["seconds"] or 0),
        }
        for row in rows.order_by("source", "outcome")
    ]


def _call(call: ModelCall) -> dict[str, Any]:
    return {
        "at": call.created_at,
        "model": call.model or call.source,
        "outcome": OUTCOMES.get(call.outcome, call.outcome),
        "why": telling.reason(call.error) if call.error else "",
        "cost": dollars(call.cost),
        "is_estimate": call.is_estimate,
        "latency_ms": call.latency_ms,
        "request_id": call.request_id,
    }

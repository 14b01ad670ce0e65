"""Everything WhatsApp ever delivered to us, what became of it, and the button that tries again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import BinaryField, Case, Count, F, QuerySet, When
from django.db.models.functions import Length
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from morfx.operations.errors import Refused
from morfx.operations.paging import page
from morfx.web.sentences import read
from morfx.workspaces.access import MemberRequest, member_required, needs

from .. import rounds
from ..lookups import readable
from ..models import Channel, Envelope, LooseStatus, Reconciliation, Send
from ..operations import envelopes
from ..providers.payload import BadPayload, open_payload
from .finding import place

PAGE = 50
SMALL = 64 * 1024
"""Bytes of a body up to which the list looks into it; of larger ones it shows the size."""
SHOWN = 200_000
"""Characters of a body that its page shows."""
NEWEST = 10
STATES = ("received", "parsed", "dead")


@never_cache
@require_safe
@member_required
@needs("settings.edit")
def deliveries(request: MemberRequest) -> HttpResponse:
    """List what was delivered, the newest first; and beside it, what is not settled."""
    state = _state(request.GET.get("state", ""))
    cursor = request.GET.get("cursor")
    try:
        found = page(_rows(state), by=["-id"], limit=PAGE, cursor=cursor)
    except Refused:
        raise Http404 from None
    further = place("deliveries", request, state=state, cursor=found.next) if found.next else None
    open_ones = dict(
        Envelope.objects.exclude(state=Envelope.State.PARSED)
        .order_by()
        .values_list("state")
        .annotate(Count("pk"))
    )
    context = {
        "filters": _filters(request, state, open_ones),
        "state": state,
        "deliveries": [_shown(request, row) for row in found.items],
        "next_url": further,
        "dead": open_ones.get(Envelope.State.DEAD, 0),
        "replay_dead_url": place("replay_dead", request),
        **({} if cursor else _unsettled(request)),
    }
    return render(request, "inbox/deliveries.html", context)


@never_cache
@require_safe
@member_required
@needs("settings.edit")
def delivery(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Show one delivery with its body as it came."""
    rows = Envelope.objects.select_related("channel").annotate(size=Length("body"))
    row: Any = get_object_or_404(rows, pk=pk)
    found = readable(bytes(row.body))
    text = found if isinstance(found, str) else json.dumps(found, indent=2, ensure_ascii=False)
    row.small = row.body
    context = {
        "delivery": _shown(request, row),
        "back_url": place("deliveries", request),
        "body": text[:SHOWN],
        "is_cut": len(text) > SHOWN,
    }
    return render(request, "inbox/delivery.html", context)


@require_POST
@member_required
def replay(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Apply one delivery again."""
    row = get_object_or_404(Envelope.objects.defer("body"), pk=pk)
    envelopes.replay(request.actor, envelope=row)
    messages.success(request, _("It is being applied again."))
    state = _state(request.POST.get("state", ""))
    return redirect(place("deliveries", request, state=state))


@require_POST
@member_required
def replay_dead(request: MemberRequest) -> HttpResponse:
    """Apply every dead delivery again."""
    queued = envelopes.replay(request.actor, state="dead").queued
    if queued:
        done = ngettext(
            "%(count)s delivery is being applied again.",
            "%(count)s deliveries are being applied again.",
            queued,
        )
        messages.success(request, done % {"count": queued})
    else:
        messages.info(request, _("There is nothing to apply again."))
    return redirect(place("deliveries", request))


def _state(text: str) -> str:
    """Return a filter's state; empty for all. Raises Http404."""
    if text and text not in STATES:
        raise Http404
    return text


def _rows(state: str) -> QuerySet[Envelope]:
    """Return deliveries with their size, and their body only where it is small."""
    small = Case(When(size__lte=SMALL, then=F("body")), output_field=BinaryField())
    rows = Envelope.objects.defer("body").select_related("channel")
    rows = rows.filter(state=state) if state else rows
    return rows.annotate(size=Length("body")).annotate(small=small)


def _filters(request: MemberRequest, current: str, count: dict[str, int]) -> list[dict[str, Any]]:
    labels = {"": _("All"), **_labels()}
    return [
        {
            "label": label,
            "url": place("deliveries", request, state=state),
            "count": count.get(state, 0),
            "current": state == current,
        }
        for state, label in labels.items()
    ]


def _labels() -> dict[str, str]:
    return {"received": _("Waiting"), "parsed": _("Applied"), "dead": _("Not applied")}


def _shown(request: MemberRequest, row: Any) -> dict[str, Any]:
    return {
        "came_at": row.created_at,
        "opened_at": row.opened_at,
        "replayed_at": row.replayed_at,
        "attempts": row.attempts,
        "channel": str(row.channel),
        "holds": _holds(row.small),
        "size": row.size,
        "state": row.state,
        "state_label": _labels()[row.state],
        "error": "; ".join(read(part) for part in row.error.split("; ") if part),
        "url": place("delivery", request, row.pk),
        "replay_url": place("replay", request, row.pk),
    }


def _holds(body: Any) -> str:
    """Say in a few words what a delivery holds; empty when it is too large to look into."""
    if body is None:
        return ""
    try:
        opened = open_payload(bytes(body))
    except BadPayload:
        return _("Not readable")
    written, reports = _count(opened.inbound()), _count(opened.statuses())
    echoes, others = _count(opened.echoes()), _count(opened.others())
    said = (
        (written, ngettext("%(n)s message", "%(n)s messages", written)),
        (reports, ngettext("%(n)s report", "%(n)s reports", reports)),
        (echoes, ngettext("%(n)s from our phone", "%(n)s from our phone", echoes)),
        (others, ngettext("%(n)s notice", "%(n)s notices", others)),
    )
    return ", ".join(words % {"n": n} for n, words in said if n)


def _count(items: Iterable[object]) -> int:
    return sum(1 for _item in items)


def _unsettled(request: MemberRequest) -> dict[str, Any]:
    """Return what stands beside the first page: refusals, open ends, and what was put in order."""
    unknown = Send.objects.filter(state=Send.State.UNKNOWN).order_by("-created_at")
    unknown = unknown.select_related("conversation__contact")
    reports = LooseStatus.objects.order_by("-id")
    made = Reconciliation.objects.order_by("-id")[:NEWEST]
    numbers: list[dict[str, Any]] = [
        {"name": str(channel), "refused": channel.refused_deliveries}
        for channel in Channel.objects.order_by("created_at", "id")
    ]
    found: dict[str, Any] = {
        "unconfirmed": [_send(request, send) for send in unknown[:NEWEST]],
        "reports": [_report(report) for report in reports[:NEWEST]],
        "rounds": [{"at": row.created_at, "found": _found(row)} for row in made],
    }
    refused = sum(channel["refused"] for channel in numbers)
    return {"numbers": numbers, **found, "open_ends": _open_ends(found, refused)}


def _open_ends(found: dict[str, Any], refused: int) -> list[dict[str, Any]]:
    """Return the sections below the list, each with how much it shows."""
    labels = {
        "refused": _("Refused"),
        "unconfirmed": _("Not confirmed"),
        "reports": _("Reports without a message"),
        "rounds": _("Put in order"),
    }
    counts = {"refused": refused, **{key: len(rows) for key, rows in found.items()}}
    return [{"key": key, "label": label, "count": counts[key]} for key, label in labels.items()]


def _send(request: MemberRequest, send: Send) -> dict[str, Any]:
    return {
        "to": send.conversation.display_name,
        "text": str(send.body.get("text", ""))[:120],
        "since": send.claimed_at or send.created_at,
        "reason": read(send.reason),
        "url": place("conversation", request, send.conversation_id),
    }


def _report(report: LooseStatus) -> dict[str, Any]:
    words = {
        "accepted": _("Sent"),
        "delivered": _("Delivered"),
        "read": _("Read"),
        "played": _("Played"),
        "failed": _("Failed"),
    }
    return {
        "provider_id": report.provider_id,
        "status": words.get(report.status, report.status),
        "since": report.created_at,
    }


def _found(row: Reconciliation) -> list[dict[str, Any]]:
    return [
        {"label": rounds.labels.get(kind, kind), "count": count, "failed": kind in row.failed}
        for kind, count in {**row.failed, **row.settled}.items()
    ]

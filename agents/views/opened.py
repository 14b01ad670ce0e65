"""What stands behind the numbers that are no sessions: agents' orders, and their answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from agents.browsing import visible_to
from agents.counting import orders_of, slowest
from agents.engine import registry
from agents.models import AgentTurn, Session
from crm.models import Order
from morfx.events.models import Event
from morfx.operations.errors import Refused
from morfx.operations.paging import page
from morfx.workspaces.access import MemberRequest, member_required, needs

from .asked import Asked, choices, period_of
from .showing import dollars, duration, place, show

PAGE = 50
DEEPEST = 10_000
"""Answers that can be paged through, the slowest first."""


@require_safe
@member_required
@needs("orders.view")
def orders(request: MemberRequest) -> HttpResponse:
    """List the orders that agents made in a period, the newest first."""
    asked = period_of(request.GET, request.workspace.time_zone)
    made = orders_of(asked.period.span)
    try:
        events = page(made, by=["-id"], limit=PAGE, cursor=request.GET.get("cursor"))
    except Refused:
        raise Http404 from None
    further = place(request, "orders", **asked.query, cursor=events.next) if events.next else None
    context = {**_frame(asked), "orders": _orders(request, events.items), "next_url": further}
    return show(request, "opened", context, status=422 if asked.errors else 200)


@require_safe
@member_required
@needs("whatsapp.view")
def answers(request: MemberRequest) -> HttpResponse:
    """List the agents' answers to messages of a period, the slowest first."""
    asked = period_of(request.GET, request.workspace.time_zone)
    text = request.GET.get("skip", "0")
    skip = min(int(text), DEEPEST) if text.isdecimal() else 0
    rows = slowest(asked.period.span, skip=skip, limit=PAGE + 1)
    more = len(rows) > PAGE and skip + PAGE <= DEEPEST
    further = place(request, "answers", **asked.query, skip=skip + PAGE) if more else None
    context = {
        **_frame(asked),
        "answers": _answers(request, rows[:PAGE]),
        "is_answers": True,
        "is_partial": request.membership.role == "agent",
        "next_url": further,
    }
    return show(request, "opened", context, status=422 if asked.errors else 200)


def _frame(asked: Asked) -> dict[str, Any]:
    return {"asked": asked, "choices": choices(asked)}


def _orders(request: MemberRequest, events: Sequence[Event]) -> list[dict[str, Any]]:
    """Return orders by the facts that tell of them; one that was deleted since keeps its title."""
    known = Order.objects.select_related("contact", "stage").in_bulk(
        [event.facts["order"] for event in events]
    )
    sessions = _sessions(request, known.values())
    return [_order(request, event, known, sessions) for event in events]


def _order(
    request: MemberRequest,
    event: Event,
    known: dict[UUID, Order],
    sessions: dict[UUID, Session],
) -> dict[str, Any]:
    pk = UUID(str(event.facts["order"]))
    order, session = known.get(pk), sessions.get(pk)
    agent = registry.agents.get(event.who.partition(":")[2])
    contact = order.contact if order else None
    return {
        "title": event.facts["title"],
        "url": reverse("crm:order", args=[request.workspace.slug, pk]) if order else "",
        "contact": contact.name if contact else "",
        "stage": order.stage.name if order else "",
        "confirmed": order.confirmed if order else event.facts["confirmed"],
        "total": order.total if order else event.facts["total"],
        "currency": event.facts["currency"],
        "agent": agent.name if agent else event.who,
        "created_at": event.created_at,
        "session_url": place(request, "session", session.pk) if session else "",
        "cost": dollars(session.cost_used) if session else "",
    }


def _sessions(request: MemberRequest, orders_: Iterable[Order]) -> dict[UUID, Session]:
    """Return the session that made each order, among those the member may see."""
    orders_ = list(orders_)
    contacts = {order.contact_id for order in orders_}
    rows = visible_to(request.membership).filter(
        contact__in=contacts, last_order_id__in=[order.pk for order in orders_]
    )
    return {row.last_order_id: row for row in rows if row.last_order_id}


def _answers(
    request: MemberRequest, rows: Sequence[tuple[str, Any, float]]
) -> list[dict[str, Any]]:
    """Return answers with what was asked, for those whose conversation the member may see."""
    plans = {UUID(plan.partition(":")[2]): (at, seconds) for plan, at, seconds in rows}
    turns = AgentTurn.objects.filter(pk__in=plans, session__in=visible_to(request.membership))
    turns = turns.select_related("session__conversation__contact").defer("trace")
    known = {turn.pk: turn for turn in turns}
    return [
        {
            "customer": known[pk].session.conversation.display_name,
            "text": known[pk].text,
            "url": place(request, "session", known[pk].session_id),
            "at": at,
            "took": duration(seconds),
        }
        for pk, (at, seconds) in plans.items()
        if pk in known
    ]

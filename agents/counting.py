"""What the figures are made of, counted in PostgreSQL: three queries for a span of time.

Ids begin with their time, so a span is a range of ids; every index starts with the workspace.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.fields.json import KT

from agents.models import Session
from morfx.events.models import Event
from morfx.tenancy import current_id
from morfx.web.sentences import template_of

from .periods import Span


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What was counted in a span."""

    sessions: int
    handed_over: int
    tokens: int
    cost: Decimal
    """US dollars."""
    orders: int
    response_seconds: float | None
    """None where nothing was answered."""


def counts(span: Span) -> Counts:
    """Count a span."""
    handed = Q(status=Session.Status.HANDED_OFF)
    found = sessions_of(span).aggregate(
        all=Count("pk"),
        handed=Count("pk", filter=handed),
        tokens=Sum("tokens_used"),
        cost=Sum("cost_used"),
    )
    return Counts(
        sessions=found["all"],
        handed_over=found["handed"],
        tokens=found["tokens"] or 0,
        cost=found["cost"] or Decimal(0),
        orders=orders_of(span).count(),
        response_seconds=_response(span),
    )


def sessions_of(span: Span) -> QuerySet[Session]:
    """Return the sessions that began in a span."""
    return Session.objects.filter(pk__gte=span.first_id, pk__lt=span.past_id)


def orders_of(span: Span) -> QuerySet[Event]:
    """Return the facts of a span that an agent made an order; one of a rehearsal is none."""
    return Event.objects.filter(
        name="order.created",
        who__startswith="agent:",
        via="agent",
        pk__gte=span.first_id,
        pk__lt=span.past_id,
    )


def handed_over(span: Span) -> Any:
    """Return the sessions of a span that were handed over, each with its `reason`.

    That is what the first hand-over of the conversation after the session's beginning says.
    """
    told = Event.objects.filter(
        about_conversation=OuterRef("conversation"),
        pk__gte=OuterRef("pk"),
        name="conversation.handedOver",
    )
    reason = told.order_by("id").annotate(reason=KT("facts__reason")).values("reason")[:1]
    rows = sessions_of(span).filter(status=Session.Status.HANDED_OFF)
    return rows.annotate(reason=Subquery(reason))  # Any: stubs forget an annotation on its way


def reasons(span: Span) -> list[tuple[str, list[str], int]]:
    """Return why a span's sessions were handed over: (reason, its wordings, count), most first.

    Wordings that differ only in what was filled in ("used 50,100 tokens") are one reason.
    """
    rows = handed_over(span).order_by().values("reason").annotate(count=Count("pk"))
    found: dict[str, tuple[list[str], int]] = {}
    for row in rows:
        wording = row["reason"] or ""
        known, count = found.get(template_of(wording) or wording, ([], 0))
        found[template_of(wording) or wording] = ([*known, wording], count + row["count"])
    listed = [(reason, known, count) for reason, (known, count) in found.items()]
    return sorted(listed, key=lambda one: (-one[2], one[0]))


def because(span: Span, reason: str) -> QuerySet[Session]:
    """Return the sessions handed over for one of the `reasons`."""
    wordings = next((known for each, known, _count in reasons(span) if each == reason), [])
    unsaid = Q(reason=None) if "" in wordings else Q()
    rows: QuerySet[Session] = handed_over(span).filter(Q(reason__in=wordings) | unsaid)
    return rows


ANSWER_COMES = timedelta(days=1)
"""How long after a span an answer to a message of the span is still looked for."""

ANSWERS = """
SELECT plan, asked, extract(epoch FROM said - asked) AS seconds FROM (
  SELECT CASE direction WHEN 'inbound' THEN heard_by ELSE content ->> 'plan' END AS plan,
         min(created_at) FILTER (WHERE direction = 'inbound') AS asked,
         min(created_at) FILTER (WHERE direction = 'outbound') AS said
  FROM inbox_message
  WHERE workspace_id = %(workspace)s AND id >= %(first)s AND id < %(late)s
    AND CASE direction
        WHEN 'inbound' THEN id < %(past)s AND heard_by LIKE 'turn:%%'
        ELSE sender = 'agent' END
  GROUP BY 1
) AS turns WHERE said >= asked
"""
"""A message names the turn that heard it, and a bubble the turn that planned it. One walk and one
grouping: as a join it was planned as a nested loop where statistics were old."""

AVERAGE = f"SELECT avg(seconds) FROM ({ANSWERS}) AS answers"  # noqa: S608 (our own words)

LISTED = f"{ANSWERS} ORDER BY seconds DESC, plan OFFSET %(skip)s LIMIT %(limit)s"


def _response(span: Span) -> float | None:
    with connection.cursor() as cursor:
        cursor.execute(AVERAGE, _between(span))
        row = cursor.fetchone()
    return round(float(row[0]), 1) if row and row[0] is not None else None


def slowest(span: Span, *, skip: int, limit: int) -> list[tuple[str, Any, float]]:
    """Return answers, the slowest first: (`turn:<id>`, when it was asked, seconds)."""
    with connection.cursor() as cursor:
        cursor.execute(LISTED, {**_between(span), "skip": skip, "limit": limit})
        rows: Iterable[Any] = cursor.fetchall()
    return [(plan, at, float(seconds)) for plan, at, seconds in rows]


def _between(span: Span) -> dict[str, Any]:
    return {
        "workspace": current_id(),
        "first": span.first_id,
        "past": span.past_id,
        "late": Span(start=span.start, end=span.end + ANSWER_COMES).past_id,
    }

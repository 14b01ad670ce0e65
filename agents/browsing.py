"""Sessions by what they were and came to: one way to find them, for pages and for doors."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Value

from agents import counting
from agents.models import AgentTurn, Session
from agents.periods import Span
from inbox.models import Conversation
from inbox.models.conversation_rows import Viewer
from morfx.workspaces.roles import Role

UNSAID = "-"
"""Stands for a hand-over of which no reason was kept."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What sessions are looked for; what is empty or None does not matter."""

    agent: str = ""
    status: str = ""
    mode: str = ""
    span: Span | None = None
    """When they began."""
    handed_over: bool | None = None
    has_error: bool = False
    """A model failed them, or something they did was refused."""
    ordered: bool = False
    """They made an order."""
    reason: str = ""
    """Why they were handed over, as `counting.reasons` names it; UNSAID where nobody said. Needs a
    span."""


def visible_to(viewer: Viewer) -> QuerySet[Session]:
    """Return the sessions of conversations that a viewer may see."""
    rows = Session.objects.all()
    if viewer.role != Role.AGENT:
        return rows
    return rows.filter(conversation__in=Conversation.objects.visible_to(viewer))


def found(viewer: Viewer, wanted: Wanted) -> QuerySet[Session]:
    """Return the sessions a viewer may see that are as wanted."""
    rows = visible_to(viewer)
    if wanted.span is not None:
        rows = rows.filter(pk__gte=wanted.span.first_id, pk__lt=wanted.span.past_id)
        if wanted.reason:
            reason = "" if wanted.reason == UNSAID else wanted.reason
            rows = rows.filter(pk__in=counting.because(wanted.span, reason).values("pk"))
    if wanted.agent:
        rows = rows.filter(agent=wanted.agent)
    if wanted.status:
        rows = rows.filter(status=wanted.status)
    if wanted.mode:
        rows = rows.filter(state__mode=wanted.mode)
    if wanted.handed_over is not None:
        handed = Q(status=Session.Status.HANDED_OFF)
        rows = rows.filter(handed if wanted.handed_over else ~handed)
    if wanted.ordered:
        rows = rows.exclude(last_order_id=None)
    if wanted.has_error:
        rows = rows.filter(Exists(_turns_with_errors().filter(session=OuterRef("pk"))))
    return rows


def _in_trace(path: str) -> Func:
    """Tell whether a turn's trace holds something at a JSON path (PostgreSQL, 9.16.2)."""
    return Func(
        F("trace"),
        Value(path),
        template="jsonb_path_exists(%(expressions)s::jsonpath)",
        output_field=BooleanField(),
    )


def _turns_with_errors() -> QuerySet[AgentTurn]:
    """Return the turns a model failed, or whose deeds were refused."""
    return AgentTurn.objects.filter(
        Q(_in_trace("$.failures[0]")) | Q(_in_trace("$.tools[*].error"))
    )

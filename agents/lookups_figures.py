"""What agents came to, their sessions, and their silences, for doors and agents."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from agents import browsing, periods, silences
from agents.counting import reasons
from agents.figures import as_answer, figures
from agents.models import Session
from agents.periods import Period
from inbox.lookups import visible
from inbox.models import Conversation, Message
from morfx.operations.actor import Actor
from morfx.operations.catalogue import lookup
from morfx.operations.errors import NotFound, Refused
from morfx.operations.inputs import Also, Ref
from morfx.operations.paging import Cursor, Limit, Page, page
from morfx.workspaces.models import Workspace

USUAL_DAYS = 7

Since = Annotated[date | None, Also("from")]
Until = Annotated[date | None, Also("to")]


@lookup("agents.figures.read", needs="settings.view")
def read_figures(actor: Actor, *, since: Since = None, until: Until = None) -> dict[str, Any]:
    """Return what the agents came to from one day to another, both included.

    Days are the workspace's. Without days they are the last seven. Each figure has the value of
    the period of the same length before it, the change in percent (of percentages, in points),
    its unit and its formula. Money is in US dollars.
    """
    period = _period(actor, since, until) or periods.last_days(
        USUAL_DAYS, _zone(actor), timezone.now()
    )
    return {
        "from": period.first,
        "to": period.last,
        "time_zone": str(period.zone),
        "figures": as_answer(figures(period)),
        "handover_reasons": [
            {"reason": wordings[-1] if len(wordings) == 1 else reason, "count": count}
            for reason, wordings, count in reasons(period.span)
        ],
    }


@lookup("agents.session.list", needs="whatsapp.view")
def list_sessions(
    actor: Actor,
    *,
    agent: str = "",
    status: Literal["active", "closed", "handed_off"] | None = None,
    mode: str = "",
    since: Since = None,
    until: Until = None,
    handed_over: bool | None = None,
    has_error: bool = False,
    ordered: bool = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Session]:
    """List sessions, newest first: by when they began, and by what they were and came to.

    `has_error` keeps those a model failed, or whose deeds were refused; `ordered`, those that made
    an order.
    """
    period = _period(actor, since, until)
    wanted = browsing.Wanted(
        agent=agent,
        status=status or "",
        mode=mode,
        span=period.span if period else None,
        handed_over=handed_over,
        has_error=has_error,
        ordered=ordered,
    )
    return page(browsing.found(actor, wanted), by=["-id"], limit=limit, cursor=cursor)


@lookup("agents.silence.list", needs="whatsapp.view")
def list_silences(
    actor: Actor, *, conversation: Ref[Conversation], limit: Limit = 50, cursor: Cursor = None
) -> dict[str, Any]:
    """List a conversation's messages that got no answer, newest first, each with the reason.

    A page looks through `limit` messages of the customer, so it may hold fewer; `next` is null
    at the end.
    """
    if not visible(actor).filter(pk=conversation.pk).exists():
        raise NotFound("conversation")
    rows = Message.objects.filter(conversation=conversation, direction=Message.Direction.INBOUND)
    found = page(rows, by=["-id"], limit=limit, cursor=cursor)
    silent = silences.of(found.items)
    items = [
        {
            "message_id": row.pk,
            "text": row.text,
            "type": row.type,
            "created_at": row.created_at,
            "silence": silent[row.pk],
        }
        for row in found.items
        if row.pk in silent
    ]
    return {"items": items, "next": found.next}


def _period(actor: Actor, since: date | None, until: date | None) -> Period | None:
    """Return the days asked for; None when none are. Raises Refused for half a period."""
    if since is None and until is None:
        return None
    if since is None or until is None:
        missing = "since" if since is None else "until"
        raise Refused(_("Name the first and the last day, or neither."), field=missing)
    return periods.between(since, until, _zone(actor), timezone.now())


def _zone(actor: Actor) -> str:
    return str(Workspace.objects.values_list("time_zone", flat=True).get(pk=actor.workspace_id))

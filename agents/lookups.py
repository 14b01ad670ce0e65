"""Sessions and turns, for doors and agents."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext as _

from agents import (  # noqa: F401
    lookups_assistant,
    lookups_content,
    lookups_figures,
    lookups_sandbox,
)
from agents.costs import dollars
from agents.engine import budgets
from agents.llm import telling
from agents.models import AgentSetting, AgentTurn, ModelCall, ModelHealth, Session
from inbox.models import Channel, Conversation
from morfx.operations.actor import Actor
from morfx.operations.catalogue import lookup
from morfx.operations.errors import NotFound, Refused
from morfx.operations.inputs import Ref
from morfx.operations.paging import Cursor, Limit, Page, page


@lookup("agents.session.read", needs="whatsapp.view")
def read_session(
    actor: Actor,
    *,
    session: Ref[Session] | None = None,
    conversation: Ref[Conversation] | None = None,
) -> Session:
    """Return a session, or the newest one of a conversation."""
    if session is not None:
        return session
    if conversation is None:
        raise Refused(_("Name a session or a conversation."), field="session")
    found = Session.objects.filter(conversation=conversation).order_by("-id").first()
    if found is None:
        raise NotFound("conversation")
    return found


@lookup("agents.turn.list", needs="whatsapp.view")
def list_turns(
    actor: Actor,
    *,
    session: Ref[Session] | None = None,
    conversation: Ref[Conversation] | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[AgentTurn]:
    """List the turns of a session or a conversation, newest first, each with its trace."""
    rows = AgentTurn.objects.all()
    if session is not None:
        rows = rows.filter(session=session)
    if conversation is not None:
        rows = rows.filter(session__conversation=conversation)
    return page(rows, by=["-id"], limit=limit, cursor=cursor)


@lookup("agents.budget.read", needs="settings.view")
def read_budget(actor: Actor, *, agent: str, channel: Ref[Channel] | None = None) -> dict[str, Any]:
    """Return an agent's limits, and what the workspace has used today and this month.

    `state` is `ok`, `soft` when a limit that warns is reached, or `hard` when one that stops is.
    """
    setting = AgentSetting.objects.filter(agent=agent, channel=channel).first()
    limits = budgets.limits_of(setting or AgentSetting(agent=agent))
    used = budgets.shared(with_calls_under_way=False)
    return {
        "limits": setting.budgets if setting else {},
        "spent": {
            scope: {"tokens": spent.tokens, "money": dollars(spent.money)}
            for scope, spent in used.items()
        },
        "state": budgets.state(limits, used),
    }


@lookup("agents.call.list", needs="settings.view")
def list_calls(
    actor: Actor,
    *,
    session: Ref[Session] | None = None,
    outcome: Literal["started", "ok", "failed", "unknown"] | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ModelCall]:
    """List calls of models, newest first.

    `is_estimate` marks tokens and cost that are not known: they are the most it can have been.
    """
    rows = ModelCall.objects.all()
    if session is not None:
        rows = rows.filter(session=session)
    if outcome is not None:
        rows = rows.filter(outcome=outcome)
    return page(rows, by=["-id"], limit=limit, cursor=cursor)


@lookup("agents.model.list", needs="settings.view")
def list_models(actor: Actor) -> list[dict[str, Any]]:
    """List what is known of the models: which are left alone, until when and why."""
    return [
        {
            "client": row.client,
            "state": "half_open" if row.is_half_open() else row.state,
            "since": row.since,
            "open_until": row.open_until,
            "failures": row.failures,
            "failure": row.failure,
            "reason": telling.reason(row.failure) if row.failure else "",
            "alarm": row.alarm,
            "alarm_at": row.alarm_at,
        }
        for row in ModelHealth.objects.order_by("client")
    ]

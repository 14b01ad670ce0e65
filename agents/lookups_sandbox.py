"""Rehearsals, for doors and pages: which there are, and the whole of one."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any

from django.db.models import Q
from pydantic import Field

from agents.costs import dollars
from agents.models import SandboxSession
from agents.operations.sandbox import seen_by
from agents.sandbox import history
from agents.sandbox.answers import standing
from agents.sandbox.taking_up import take_up
from morfx.operations.actor import Actor
from morfx.operations.catalogue import lookup
from morfx.operations.inputs import Ref
from morfx.operations.paging import Cursor, Limit, Page, page

FORMAT = "morfx.sandbox/1"


@lookup("agents.sandbox.list", needs="whatsapp.view")
def list_sessions(
    actor: Actor,
    *,
    kept: bool | None = None,
    agent: str = "",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[SandboxSession]:
    """List one's own rehearsals and the shared ones, those used last first.

    `kept` asks for those with a name only, or for those without.
    """
    rows = SandboxSession.objects.filter(Q(created_by=actor.who) | Q(shared=True))
    if kept is not None:
        rows = rows.exclude(name="") if kept else rows.filter(name="")
    if agent:
        rows = rows.filter(agent=agent)
    return page(rows.defer("opening"), by=["-used_at", "-id"], limit=limit, cursor=cursor)


@lookup("agents.sandbox.read", needs="whatsapp.view")
def read_session(
    actor: Actor,
    *,
    session: Ref[SandboxSession],
    after: Annotated[int, Field(ge=0)] | None = None,
    limit: Limit = 200,
) -> dict[str, Any]:
    """Read a rehearsal: how it was set up, where it stands, and its newest turns, or those `after`.

    Each turn is the answer that was given then, with what was `asked`: its `role` says who began
    it (customer, person, timer, tester), `at` when. `next` is the turn to read on after, or null;
    `earlier` tells whether there are turns before the first one here.
    """
    rows = seen_by(actor, session).turns
    if after is None:
        newest = rows.order_by("-number")[:limit]
        turns = [_shown(history.unpack(row)) for row in reversed(newest)]
    else:
        later = rows.filter(number__gt=after).order_by("number")[:limit]
        turns = [_shown(history.unpack(row)) for row in later]
    stands = standing(take_up(session))
    read_to = turns[-1]["turn"] if turns else stands["turn"]
    return {
        "session": session.pk,
        **session.as_answer(),
        "mine": session.created_by == actor.who,
        **stands,
        "timer_seconds": stands["levels"],
        "turns": turns,
        "earlier": bool(turns) and turns[0]["turn"] > 1,
        "next": read_to if read_to < stands["turn"] else None,
    }


ROLES = {"say": "customer", "person": "person", "advance": "timer"}
"""Who begins a turn; the tester, where it is nobody of the talk."""


def _shown(turn: dict[str, Any]) -> dict[str, Any]:
    asked, answer = turn["asked"], turn["answer"]
    return {
        **answer,
        "turn": turn["turn"],
        "role": ROLES.get(asked["do"], "tester"),
        "text": asked.get("text", ""),
        "kind": asked.get("kind", "text"),
        "at": answer["since"],
        "asked": asked,
    }


@lookup("agents.sandbox.export", needs="whatsapp.view")
def export_session(actor: Actor, *, session: Ref[SandboxSession]) -> dict[str, Any]:
    """Export a rehearsal whole: settings, every turn with its answer and where it stood after."""
    rows = seen_by(actor, session).turns.order_by("number")
    turns = [history.unpack(row) for row in rows]
    return {
        "format": FORMAT,
        **session.as_answer(),
        "opening": session.opening,
        "stage": session.stage,
        "turns": turns,
        "totals": _totals(turns),
    }


def _totals(turns: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Add up what each model took."""
    found: dict[str, dict[str, Any]] = {}
    for call in (call for turn in turns for call in turn["answer"].get("models", ())):
        total = found.setdefault(
            call["model"], {"calls": 0, "input_tokens": 0, "output_tokens": 0, "cost": Decimal(0)}
        )
        total["calls"] += 1
        total["input_tokens"] += call["input_tokens"]
        total["output_tokens"] += call["output_tokens"]
        total["cost"] += Decimal(call["cost"]["amount"])
    return {model: {**total, "cost": dollars(total["cost"])} for model, total in found.items()}

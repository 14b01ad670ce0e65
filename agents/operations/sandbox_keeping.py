"""Rehearsals are taken back, branched off, kept, renamed, deleted and played again."""

from __future__ import annotations

from typing import Annotated, Any

from django.db import transaction
from django.utils.translation import gettext as _
from pydantic import Field

from agents.models import SandboxSession, SandboxTurn
from agents.sandbox import history, replay
from agents.sandbox.answers import standing
from agents.sandbox.stage import Stage, read, stored
from agents.sandbox.taking_up import DRAFT, content_of, opening_of, take_up
from morfx.operations.actor import Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Refused
from morfx.operations.inputs import Label, Locked, Ref

from .sandbox import Version, own_of, seen_by, stand
from .settings import _known

Number = Annotated[int, Field(ge=0)]


@operation("agents.sandbox.rewind", needs="whatsapp.view")
def rewind(actor: Actor, *, session: Locked[SandboxSession], turn: Number) -> dict[str, Any]:
    """Take a rehearsal back to where it stood after a turn; 0 is its beginning.

    The turns after it are gone. What a live one wrote to the CRM stays written.
    """
    own_of(actor, session)
    stage = _stage_after(session, turn)
    session.turns.filter(number__gt=turn).delete()
    stand(session, stage)
    return {"session": session.pk, **standing(take_up(session))}


@operation("agents.sandbox.branch", needs="whatsapp.view")
def branch(
    actor: Actor,
    *,
    session: Ref[SandboxSession],
    turn: Number,
    name: Label | None = None,
    version: Version | None = None,
) -> dict[str, Any]:
    """Begin a rehearsal that goes on from where another stood after a turn; the other stays.

    It has the other's turns up to there, and goes on by its content or by another `version`. A
    branch of a live one is dry.
    """
    stage = _stage_after(seen_by(actor, session), turn)
    pin = session.content if version is None else str(version)
    content_of(session.agent, pin)
    new = SandboxSession.objects.create(
        agent=session.agent,
        timer_preset=session.timer_preset,
        speed=session.speed,
        content=pin,
        opening=session.opening,
        stage=stored(stage),
        created_by=actor.who,
        name=name or "",
        parent=session,
        parent_turn=turn,
    )
    SandboxTurn.objects.bulk_create(
        SandboxTurn(session=new, number=row.number, kept=row.kept)
        for row in session.turns.filter(number__lte=turn).order_by("number")
    )
    return {"session": new.pk, "parent": session.pk, **standing(take_up(new))}


@operation("agents.sandbox.keep", needs="whatsapp.view")
def keep(
    actor: Actor, *, session: Locked[SandboxSession], name: Label, shared: bool = False
) -> SandboxSession:
    """Keep a rehearsal under a name until somebody deletes it; `shared` shows it to all members."""
    own_of(actor, session)
    session.name, session.shared = name, shared
    session.save(update_fields=["name", "shared"])
    return session


@operation("agents.sandbox.rename", needs="whatsapp.view")
def rename(actor: Actor, *, session: Locked[SandboxSession], name: Label) -> SandboxSession:
    """Give a kept rehearsal another name."""
    own_of(actor, session)
    session.name = name
    session.save(update_fields=["name"])
    return session


@operation("agents.sandbox.delete", needs="whatsapp.view")
def delete(actor: Actor, *, session: Locked[SandboxSession]) -> dict[str, Any]:
    """Delete a rehearsal with its turns. What a live one wrote to the CRM stays written."""
    gone = own_of(actor, session).pk
    session.delete()
    return {"id": gone, "deleted": True}


@operation("agents.sandbox.replay", needs="whatsapp.view", talks=True)
def play_again(
    actor: Actor, *, session: Ref[SandboxSession], version: Version | None = None
) -> dict[str, Any]:
    """Play a rehearsal again from its beginning and show what is different, turn by turn.

    `version` is the content to go by: a number, or `draft`; the published one otherwise. Nothing
    of it is kept, and nothing is done in the CRM.
    """
    turns = _turns(seen_by(actor, session))
    pin = "" if version is None else str(version)
    rehearsal = take_up(session, stage=opening(session), version=pin)
    answers = replay.play_again(rehearsal, [turn["asked"] for turn in turns])
    compared = replay.differences(turns, answers)
    return {
        "session": session.pk,
        "version": DRAFT if pin == DRAFT else rehearsal.content_version,
        "content_version": rehearsal.content_version,
        "same": all(turn["same"] for turn in compared),
        "turns": compared,
    }


def opening(session: SandboxSession) -> Stage:
    """Return the stage a rehearsal began on."""
    return read(session.opening) if session.opening else opening_of(_known(session.agent))


def _turns(session: SandboxSession) -> list[dict[str, Any]]:
    with transaction.atomic():
        return [history.unpack(row) for row in session.turns.order_by("number")]


def _stage_after(session: SandboxSession, turn: int) -> Stage:
    if turn == 0:
        return opening(session)
    row = session.turns.filter(number=turn).first()
    if row is None:
        raise Refused(_("There is no turn %(number)s.") % {"number": turn}, field="turn")
    return history.stage_after(row)

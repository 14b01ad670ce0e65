"""Rehearse with an agent on a clock of its own: nothing leaves, nobody hears.

No facts are recorded here, on purpose: a rehearsal must start no automation and fill no feed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import Field

from agents.engine import registry
from agents.engine.values import State
from agents.models import AgentSetting, SandboxSession
from agents.sandbox.answers import answer_of
from agents.sandbox.play import Rehearsal, rehearse
from agents.sandbox.stage import Stage, read, stored
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Conflict
from morfx.operations.inputs import Locked, Ref

from .settings import _known

KEPT = timedelta(days=7)
"""How long a rehearsal is kept after it began."""

A_WEEK = 7 * 24 * 3600.0


@operation("agents.sandbox.start", needs="whatsapp.view")
def start(
    actor: Actor,
    *,
    agent: str,
    timer_preset: Literal["real", "rapido", "instantaneo"] | None = None,
    speed: Annotated[float, Field(ge=0, le=10)] | None = None,
) -> dict[str, Any]:
    """Begin a rehearsal with an agent. What is not given is as the workspace has it."""
    definition = _known(agent)
    setting = AgentSetting.objects.filter(agent=agent).first() or AgentSetting()
    SandboxSession.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    opening = Stage(state=State(mode=definition.flow(()).initial_mode))
    session = SandboxSession.objects.create(
        agent=agent,
        timer_preset=timer_preset or setting.timer_preset,
        speed=setting.speed if speed is None else speed,
        created_by=actor.who,
        stage=stored(opening),
    )
    return {"session": session.pk}


@operation("agents.sandbox.say", needs="whatsapp.view", talks=True)
def say(
    actor: Actor,
    *,
    session: Ref[SandboxSession],
    text: Annotated[str, Field(min_length=1, max_length=10_000)],
) -> dict[str, Any]:
    """Say something as the customer, at the present moment of the rehearsal's clock.

    Unless the clock was advanced since the last words, it first runs to the end of the replies on
    their way: the customer has read them. After an `advance` it does not, and replies whose moment
    has not come are interrupted. `after_seconds` counts from these words.
    """
    rehearsal = _taken_up(session)
    rehearsal.say(text)
    return _kept(actor, session, rehearsal)


@operation("agents.sandbox.advance", needs="whatsapp.view", talks=True)
def advance(
    actor: Actor,
    *,
    session: Ref[SandboxSession],
    seconds: Annotated[float, Field(ge=0, le=A_WEEK)],
) -> dict[str, Any]:
    """Let time pass in a rehearsal; timers that run out on the way wake the agent, in order.

    `replies` are what the timers led to; `after_seconds` counts from the moment of this call.
    """
    rehearsal = _taken_up(session)
    began = rehearsal.stage.now
    rehearsal.advance(seconds)
    return _kept(actor, session, rehearsal, began=began)


@operation("agents.sandbox.save", needs=SYSTEM)
def save(
    actor: Actor, *, session: Locked[SandboxSession], version: int, stage: dict[str, Any]
) -> None:
    """Keep where a rehearsal stands. Refused when somebody else went on with it meanwhile."""
    if session.version != version:
        raise Conflict(_("Somebody else went on with this rehearsal."), retryable=True)
    session.stage, session.version = stage, version + 1
    session.save(update_fields=["stage", "version"])


def _taken_up(session: SandboxSession) -> Rehearsal:
    """Read all a rehearsal needs in one short transaction, none of which stays open."""
    with transaction.atomic():
        known = AgentSetting.objects.filter(agent=session.agent).first()
        setting = AgentSetting(
            agent=session.agent,
            is_on=True,
            speed=session.speed,
            timer_preset=session.timer_preset,
            handover_message=known.handover_message if known else "",
        )
        if known is not None:
            setting.budget_tokens_session = known.budget_tokens_session
        return rehearse(registry.find(session.agent), setting, read(session.stage))


def _kept(
    actor: Actor,
    session: SandboxSession,
    rehearsal: Rehearsal,
    *,
    began: datetime | None = None,
) -> dict[str, Any]:
    save(
        Actor.system(actor.workspace_id, "sandbox"),
        session=session,
        version=session.version,
        stage=stored(rehearsal.stage),
    )
    return {"session": session.pk, **answer_of(rehearsal, since=began or rehearsal.spoken_at)}

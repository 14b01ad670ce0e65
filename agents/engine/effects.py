"""Effects are carried out: deeds, timers, bubbles; inside the one transaction of a turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import structlog

from agents.models import AgentTurn, Session
from inbox.operations import handover, sending
from inbox.operations.sending import Bubble
from morfx.jobs import work
from morfx.operations.actor import Actor

from . import situation
from .deeds import Applied, EssentialRefused, do_all
from .situation import Situation
from .values import CancelTimer, Decision, HandOver, Say, SetTimer

log = structlog.get_logger()


def carry_out(
    actor: Actor, here: Situation, session: Session, turn: AgentTurn, decision: Decision
) -> Applied:
    """Carry a decision out; keyed by session, turn and purpose, so that a retry repeats nothing.

    When an order is refused, nothing that was to be said about it is said: the conversation goes
    to a person, and the trace tells why.
    """
    applied = Applied(state=decision.state, plan=f"turn:{turn.pk}")
    try:
        do_all(_limited(actor, here), session, turn, decision, applied)
    except EssentialRefused as refused:
        log.error("an agent's deed was refused", why=str(refused))
        applied.state = here.state
        _hand_over(actor, here, session, str(refused), here.world.handover_message, applied)
        return applied
    _timers(session, decision.effects)
    parting = next((e for e in decision.effects if isinstance(e, HandOver)), None)
    if parting is not None:
        _hand_over(actor, here, session, parting.reason, parting.message, applied)
        return applied
    _say(actor, here, decision, applied)
    return applied


def _limited(actor: Actor, here: Situation) -> Actor:
    """Return the agent without the system's rights: what it does by name its definition allows."""
    return replace(actor, permissions=here.agent.permissions, operations=here.agent.operations)


def _timers(session: Session, effects: Sequence[object]) -> None:
    from agents.jobs import wake
    from agents.operations.sessions import timer_key

    for effect in effects:
        if isinstance(effect, CancelTimer):
            work.cancel(timer_key(session, effect.name))
        elif isinstance(effect, SetTimer):
            wake.later(
                key=timer_key(session, effect.name),
                after=effect.seconds,
                session=session.pk,
                conversation=session.conversation_id,
                timer=effect.name,
                level=effect.level,
            )


def _say(actor: Actor, here: Situation, decision: Decision, applied: Applied) -> None:
    says = [effect for effect in decision.effects if isinstance(effect, Say)]
    speed = here.setting.speed
    bubbles = [
        Bubble(
            text=say.text, pause=say.delay * speed, key=say.key, intent=say.intent,
            image=say.media if say.kind == "image" else "",
        )
        for say in says
    ]  # fmt: skip
    if bubbles:
        sending.plan(
            actor,
            conversation=here.conversation,
            bubbles=bubbles,
            plan_id=applied.plan,
            agent=here.agent.id,
            after=situation.newest_inbound(here),
        )
    applied.says = says


def _hand_over(
    actor: Actor,
    here: Situation,
    session: Session,
    reason: str,
    message: str,
    applied: Applied,
) -> None:
    from agents.operations import sessions

    handover.hand_over(
        actor,
        conversation=here.conversation,
        reason=reason,
        message=message,
        agent=here.agent.id,
        plan_id=applied.plan,
    )
    sessions.close(actor, session=session, reason="handoff")
    session.refresh_from_db()
    applied.handed_over = reason
    applied.says = [Say(text=message, key="handover", intent="handover")] if message else []

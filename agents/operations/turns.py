"""A turn is committed: state, trace, bubbles, timers and deeds, all in one transaction."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from agents.engine import leases, situation
from agents.engine.effects import Applied, carry_out
from agents.engine.perceive import Perception
from agents.engine.situation import Situation
from agents.engine.states import stored_state
from agents.engine.trace import trace_of, write_calls
from agents.engine.values import Decision
from agents.errors import VersionConflictError
from agents.facts import StayedSilent, TurnTaken
from agents.models import AgentTurn, Session
from inbox.models import Conversation, Message
from morfx.events.ledger import record
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.inputs import Locked, Ref


@operation("agents.turn.commit", needs=SYSTEM)
def commit(
    actor: Actor,
    *,
    conversation: Locked[Conversation],
    here: Any,
    perception: Any,
    decision: Any,
    token: int,
    wait_for_more: bool = True,
) -> bool:
    """Commit a turn; False, with nothing written, when the customer has written more meanwhile.

    Raises VersionConflictError when the lease, the owner or the session changed under it.
    """
    session = _still_ours(here, conversation, token)
    if wait_for_more and _more_to_hear(here):
        return False
    return _write(actor, here, session, perception, decision)


@operation("agents.turn.wake", needs=SYSTEM)
def wake(
    actor: Actor,
    *,
    conversation: Locked[Conversation],
    session: Ref[Session],
    timer: str,
    level: int,
) -> bool:
    """Let a flow act on a timer that came due; False when its moment has passed.

    Judged on fresh state: a closed session, a person, or an unanswered message makes it stale.
    """
    fresh = Session.objects.select_for_update().get(pk=session.pk)
    setting = situation.setting_of(conversation)
    if fresh.status != Session.Status.ACTIVE or setting is None:
        return False
    if situation.silence(conversation, setting) or situation.unheard(conversation.pk):
        return False
    here = situation.read(conversation, setting, fresh, [])
    decision = here.agent.flow(here.texts).wake(here.state, timer, level, here.world)
    return _write(actor, here, fresh, None, decision, timer=f"{timer}:{level}")


@operation("agents.turn.skip", needs=SYSTEM)
def stay_silent(actor: Actor, *, messages: Any, reason: str) -> None:
    """Note that messages get no answer from an agent, and why."""
    ids = [message.pk for message in messages]
    Message.objects.filter(pk__in=ids).update(heard_at=timezone.now(), heard_by=reason)
    record(StayedSilent(conversation=messages[0].conversation_id, messages=ids, reason=reason))


def _still_ours(here: Situation, conversation: Conversation, token: int) -> Session:
    """Return the session, locked, if lease, epoch and version are what the turn started from."""
    if not leases.held(conversation.pk, token):
        raise VersionConflictError(str(here.session.pk), here.session.version)
    session = Session.objects.select_for_update().get(pk=here.session.pk)
    if session.version != here.session.version or conversation.epoch != here.conversation.epoch:
        raise VersionConflictError(str(session.pk), here.session.version)
    return session


def _more_to_hear(here: Situation) -> bool:
    known = {message.pk for message in here.messages}
    return any(message.pk not in known for message in situation.unheard(here.conversation.pk))


def _write(
    actor: Actor,
    here: Situation,
    session: Session,
    perception: Perception | None,
    decision: Decision,
    timer: str = "",
) -> bool:
    """Write a decision down: turns first, because effects are keyed by them."""
    turn = _customer_turn(here, session, perception, timer)
    applied = carry_out(actor, here, session, turn, decision)
    turn.trace = trace_of(here, perception, decision, applied)
    turn.save(update_fields=["trace"])
    write_calls(session, turn, perception)
    _agent_turn(session, turn, applied)
    state = applied.state
    session.state, session.version = stored_state(state), session.version + 1
    session.last_activity_at = timezone.now()
    session.save()
    Message.objects.filter(pk__in=[message.pk for message in here.messages]).update(
        heard_at=timezone.now(), heard_by=f"turn:{turn.pk}"
    )
    record(
        TurnTaken(
            turn=turn.pk,
            session=session.pk,
            conversation=here.conversation.pk,
            intent=turn.intent,
            confidence=turn.confidence,
            mode_before=here.state.mode,
            mode_after=state.mode,
            says=len(applied.says),
        )
    )
    return True


def _customer_turn(
    here: Situation, session: Session, perception: Perception | None, timer: str
) -> AgentTurn:
    heard = perception.heard if perception else None
    return AgentTurn.objects.create(
        session=session,
        number=_next_number(session),
        role=AgentTurn.Role.SYSTEM if timer else AgentTurn.Role.CUSTOMER,
        text=here.text,
        kind=heard.kind if heard else "",
        intent=heard.intent if heard else (timer or "unreadable"),
        confidence=heard.confidence if heard else None,
        tokens=perception.tokens if perception else 0,
        cost=sum(usage.cost for usage in perception.usages) if perception else 0,
    )


def _agent_turn(session: Session, turn: AgentTurn, applied: Applied) -> None:
    if applied.says:
        AgentTurn.objects.create(
            session=session,
            number=turn.number + 1,
            role=AgentTurn.Role.AGENT,
            text="\n".join(say.text for say in applied.says),
            intent=turn.intent,
            trace={"plan": applied.plan, "answers": str(turn.pk)},
        )


def _next_number(session: Session) -> int:
    last = AgentTurn.objects.filter(session=session).order_by("-number").first()
    return last.number + 1 if last else 1

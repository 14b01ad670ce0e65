"""A turn is committed: state, trace, bubbles, timers and deeds, all in one transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from agents.engine import leases, situation
from agents.engine.budgets import hard
from agents.engine.effects import carry_out
from agents.engine.perceive import Perception
from agents.engine.situation import Situation
from agents.engine.states import stored_state
from agents.engine.trace import trace_of
from agents.engine.turn_rows import customer_turn, pay, tell, write_turns
from agents.engine.values import Decision
from agents.errors import VersionConflictError
from agents.facts import TurnTaken
from agents.models import Session
from inbox.models import Conversation, Message
from morfx.events.ledger import record
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.inputs import Locked
from morfx.tenancy.compiled import compiled

KEPT = [
    "state", "version", "last_activity_at", "last_order_id", "turns_taken", "tokens_used",
    "last_plan", "cost_used",
]  # fmt: skip
"""What a turn changes of its session."""


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
    """Commit a turn; False, with nothing written, when the customer has said otherwise meanwhile.

    Raises VersionConflictError when the lease, the owner or the session changed under it.
    """
    if wait_for_more and _more_to_hear(here):
        return False
    session = _still_ours(here, conversation, token)
    return write(actor, here, session, perception, decision)


def _still_ours(here: Situation, conversation: Conversation, token: int) -> Session:
    """Return the session, locked, if lease, epoch and version are what the turn started from.

    The lease is given back by the same commit that uses it.
    """
    if not leases.release(conversation.pk, token):
        raise leases.LeaseLostError(str(here.session.pk), here.session.version)
    session = _session.one(here.session.pk)
    if session.version != here.session.version or conversation.epoch != here.conversation.epoch:
        raise VersionConflictError(str(session.pk), here.session.version)
    return session


@compiled
def _session(key: UUID) -> QuerySet[Session]:
    return Session.objects.select_for_update().filter(pk=key)


def _more_to_hear(here: Situation) -> bool:
    """Tell whether something was added, rewritten or deleted since it was read."""
    known = {(message.pk, message.text) for message in here.messages}
    waiting = situation.unheard(here.conversation.pk)
    return {(message.pk, message.text) for message in waiting} != known


def write(
    actor: Actor,
    here: Situation,
    session: Session,
    perception: Perception | None,
    decision: Decision,
    timer: str = "",
) -> bool:
    """Write a decision down; its effects are keyed by the turn, which is written with them."""
    turn = customer_turn(here, session, perception, timer)
    applied = carry_out(actor, here, session, turn, decision)
    turn.trace = trace_of(here, perception, decision, applied)
    write_turns(session, turn, applied, perception.usages if perception else ())
    state = applied.state
    session.state, session.version = stored_state(state), session.version + 1
    session.last_activity_at = timezone.now()
    session.save(update_fields=KEPT)
    Message.objects.filter(pk__in=[message.pk for message in here.messages]).update(
        heard_at=timezone.now(), heard_by="budget" if decision.budget else f"turn:{turn.pk}"
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
    if decision.budget:
        tell(here, session, hard(decision.budget))
    pay(here, session, turn, perception.usages if perception else ())
    return True

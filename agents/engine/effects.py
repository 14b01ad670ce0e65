"""Effects are carried out: deeds, timers, bubbles; inside the one transaction of a turn."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog

from agents.models import AgentTurn, Session
from inbox.operations import handover, sending
from inbox.operations.sending import Bubble
from morfx.jobs import work
from morfx.operations.actor import Actor
from morfx.operations.catalogue import Outcome, find
from morfx.operations.errors import Refused

from .situation import Situation
from .values import CancelTimer, Decision, Do, HandOver, Say, SetTimer, State

if TYPE_CHECKING:
    from collections.abc import Iterable

log = structlog.get_logger()
ESSENTIAL = ("order",)
"""Purposes that, when refused, must not be followed by a promise: a person takes over."""


@dataclass(kw_only=True)
class Applied:
    """What came of a decision's effects."""

    state: State
    plan: str
    says: list[Say] = field(default_factory=list)
    tools: list[dict[str, Any]] = field(default_factory=list)
    handed_over: str = ""


class EssentialRefused(Exception):
    """A deed the answer rests on was refused."""

    def __init__(self, deed: Do, refusal: Refused) -> None:
        super().__init__(f"{deed.operation}: {refusal.message}")
        self.deed, self.refusal = deed, refusal


def carry_out(
    actor: Actor, here: Situation, session: Session, turn: AgentTurn, decision: Decision
) -> Applied:
    """Carry a decision out; keyed by session, turn and purpose, so that a retry repeats nothing.

    When an order is refused, nothing that was to be said about it is said: the conversation goes
    to a person, and the trace tells why.
    """
    applied = Applied(state=decision.state, plan=f"turn:{turn.pk}")
    try:
        _deeds(actor, session, turn, decision, applied)
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


def _deeds(
    actor: Actor, session: Session, turn: AgentTurn, decision: Decision, applied: Applied
) -> None:
    made: dict[str, str] = {}
    if session.last_order_id:
        made["$last_order"] = str(session.last_order_id)
    for deed in decision.effects:
        if not isinstance(deed, Do):
            continue
        inputs = _filled(deed.inputs, made)
        outcome = _do(actor, session, turn, deed, inputs, applied)
        if outcome is not None and deed.operation == "crm.order.create":
            made["$order"] = made["$last_order"] = str(outcome.data["id"])
            session.last_order_id = UUID(made["$order"])


def _do(
    actor: Actor,
    session: Session,
    turn: AgentTurn,
    deed: Do,
    inputs: Mapping[str, Any],
    applied: Applied,
) -> Outcome | None:
    key = f"{session.pk}:{turn.pk}:{deed.purpose}"
    tool: dict[str, Any] = {"name": deed.operation, "inputs": dict(inputs)}
    applied.tools.append(tool)
    operation = find(deed.operation)
    try:
        if operation is None:
            raise Refused(f"There is no operation called {deed.operation}.")
        outcome = operation.submit(actor, inputs, key=key)
    except Refused as refusal:
        tool["error"] = refusal.as_answer()
        if deed.purpose.startswith(ESSENTIAL) and deed.operation.startswith("crm.order."):
            raise EssentialRefused(deed, refusal) from refusal
        return None
    tool["result"] = outcome.data
    return outcome


def _filled(inputs: Mapping[str, Any], made: Mapping[str, str]) -> dict[str, Any]:
    """Replace `$order` and `$last_order` by the ids they stand for."""
    return {
        name: made.get(value, value) if isinstance(value, str) else value
        for name, value in inputs.items()
    }


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
        Bubble(text=say.text, pause=say.delay * speed, key=say.key, intent=say.intent)
        for say in says
    ]
    if bubbles:
        sending.plan(
            actor,
            conversation=here.conversation,
            bubbles=bubbles,
            plan_id=applied.plan,
            agent=here.agent.id,
            after=_newest_inbound(here),
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


def _newest_inbound(here: Situation) -> UUID | None:
    """Return the newest message of the customer that this turn knows of."""
    if here.newest:
        return here.newest
    from inbox.models import Message

    rows = Message.objects.filter(conversation=here.conversation, direction="inbound")
    return rows.order_by("-id").values_list("pk", flat=True).first()


def as_data(effects: Iterable[object]) -> list[dict[str, Any]]:
    """Return effects as plain data, for the trace."""
    return [
        {"effect": type(effect).__name__, **dataclasses.asdict(effect)}  # type: ignore[call-overload]
        for effect in effects
    ]

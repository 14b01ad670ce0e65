"""Deeds: the operations a decision calls by name, under the agent's permissions and once only."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from agents.models import AgentTurn, Session
from morfx.operations.actor import Actor
from morfx.operations.catalogue import Operation, Outcome, find
from morfx.operations.errors import Refused

from .values import Decision, Do, Say, State

AGAIN = (0.05, 0.2)
"""Seconds before a deed is tried again that may work a moment later; the conversation is locked
meanwhile, so they are few."""

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


def do_all(
    actor: Actor, session: Session, turn: AgentTurn, decision: Decision, applied: Applied
) -> None:
    """Run a decision's operations in order; each is keyed by session, turn and purpose.

    Raises EssentialRefused when an order is refused.
    """
    made: dict[str, str] = {}
    if session.last_order_id:
        made["$last_order"] = str(session.last_order_id)
    for deed in decision.effects:
        if not isinstance(deed, Do):
            continue
        inputs = filled(deed.inputs, made)
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
        outcome = _tried(operation, actor, inputs, key, tool)
    except Refused as refusal:
        tool["error"] = refusal.as_answer()
        if deed.purpose.startswith(ESSENTIAL) and deed.operation.startswith("crm.order."):
            raise EssentialRefused(deed, refusal) from refusal
        return None
    tool["result"] = outcome.data
    return outcome


def _tried(
    operation: Operation[Any, Any],
    actor: Actor,
    inputs: Mapping[str, Any],
    key: str,
    tool: dict[str, Any],
) -> Outcome:
    """Call an operation; again, under the same key, when it says that a moment later it may work.

    It is the agent that tries again, never the operation: the trace tells how often.
    """
    for wait in AGAIN:
        try:
            return operation.submit(actor, inputs, key=key)
        except Refused as refusal:
            if not refusal.retryable or connection.needs_rollback:
                raise
            tool["tries"] = tool.get("tries", 1) + 1
            time.sleep(wait)
    return operation.submit(actor, inputs, key=key)


def filled(inputs: Mapping[str, Any], made: Mapping[str, str]) -> dict[str, Any]:
    """Replace `$order` and `$last_order` by the ids they stand for."""
    return {
        name: made.get(value, value) if isinstance(value, str) else value
        for name, value in inputs.items()
    }

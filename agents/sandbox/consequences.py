"""What a decision would lead to, noted on the stage: bubbles, timers, deeds and their stand-ins."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from pydantic_core import to_jsonable_python

from agents.engine.deeds import ESSENTIAL, filled
from agents.engine.values import CancelTimer, Decision, Do, HandOver, Say, SetTimer
from morfx.operations.catalogue import find
from morfx.operations.errors import Refused

from .stage import Coming, Stage, Waiting, made_up_id

KNOWN_OF_A_CUSTOMER = ("name", "phone", "email", "address", "city", "department")


@dataclass(frozen=True, kw_only=True)
class Noted:
    """What was noted of one decision: the stage after it, its bubbles, its effects as data."""

    stage: Stage
    coming: tuple[Coming, ...]
    effects: list[dict[str, Any]]
    refused: str = ""
    """Why a deed that the answer rests on was refused: in production people take over then."""


def note(stage: Stage, decision: Decision, *, speed: float) -> Noted:
    """Note a decision's effects in their order, as `engine.effects` carries them out."""
    effects: list[dict[str, Any]] = []
    made, refused = dict(stage.made), ""
    timers = {timer.name: timer for timer in stage.timers}
    for effect in decision.effects:
        plain = {"effect": type(effect).__name__, **to_jsonable_python(dataclasses.asdict(effect))}
        if isinstance(effect, Do):
            plain |= _pretend(effect, made, f"{stage.steps}:{effect.purpose}")
            stage = _remembering(stage, plain)
            refused = refused or refusal_of(plain)
        elif isinstance(effect, CancelTimer):
            timers.pop(effect.name, None)
        elif isinstance(effect, SetTimer):
            due = stage.now + timedelta(seconds=effect.seconds)
            timers[effect.name] = Waiting(name=effect.name, level=effect.level, due=due)
        effects.append(plain)
    made.pop("$order", None)
    stage = replace(stage, state=decision.state, made=made, timers=tuple(timers.values()))
    parting = next((e for e in decision.effects if isinstance(e, HandOver)), None)
    if parting is not None:
        stage = replace(stage, timers=(), coming=(), handed_over=parting.reason)
    coming = _plan(stage, decision, parting, speed)
    stage = replace(stage, coming=tuple(sorted((*stage.coming, *coming), key=lambda one: one.at)))
    return Noted(stage=stage, coming=coming, effects=effects, refused=refused)


def refusal_of(deed: Mapping[str, Any]) -> str:
    """Return why a deed that the answer rests on was refused; empty when nothing hinders it."""
    error, operation = deed.get("error"), str(deed["operation"])
    if not error or not operation.startswith("crm.order."):
        return ""
    essential = str(deed["purpose"]).startswith(ESSENTIAL)
    return f"{operation}: {error['message']}" if essential else ""


def _plan(
    stage: Stage, decision: Decision, parting: HandOver | None, speed: float
) -> tuple[Coming, ...]:
    """Give each bubble its moment: after the one before it, its pause times the speed later."""
    says = [effect for effect in decision.effects if isinstance(effect, Say)]
    if parting is not None:
        line = Say(text=parting.message, key="handover", intent="handover")
        says = [line] if parting.message else []
    at, coming = stage.now, []
    for say in says:
        at += timedelta(seconds=say.delay * speed)
        coming.append(Coming(say=say, at=at))
    return tuple(coming)


def _pretend(deed: Do, made: dict[str, str], name: str) -> dict[str, Any]:
    """Check a deed's name and the shape of its inputs, and make up what it would have made."""
    inputs = filled(deed.inputs, made)
    operation = find(deed.operation)
    try:
        if operation is None:
            raise Refused(f"There is no operation called {deed.operation}.")
        operation.checked(inputs)
    except Refused as refusal:
        return {"inputs": to_jsonable_python(inputs), "error": refusal.as_answer()}
    row = made_up_id(name)
    if deed.operation == "crm.order.create":
        made["$order"] = made["$last_order"] = row
    return {"inputs": to_jsonable_python(inputs), "result": {"id": row}}


def _remembering(stage: Stage, deed: Mapping[str, Any]) -> Stage:
    """Keep what a deed would teach the CRM of the customer: a later session begins with it."""
    if deed["operation"] != "crm.contact.update" or "error" in deed:
        return stage
    told = {k: str(v) for k, v in deed["inputs"].items() if k in KNOWN_OF_A_CUSTOMER and v}
    return replace(stage, contact={**stage.contact, **told})

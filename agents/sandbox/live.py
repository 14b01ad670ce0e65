"""A live rehearsal: its deeds are done in the CRM too, marked as test data. WhatsApp stays out.

Four things keep it apart from the shop's real life. The customer's contact is made for the
rehearsal, named `test-…`, and never has a phone number: nobody can be written to by it. Contact
and orders carry the tag `sandbox`, by which lists can be filtered; orders name it as their source
too. Only operations of the CRM are done, in the tester's name and with no more than the tester's
permissions. And whatever they record is recorded as the end of its chain of causes
(`MAX_DEPTH`): it is in the feed, and no automation or other reaction follows from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from pydantic_core import to_jsonable_python

from agents.engine.registry import AgentDefinition
from morfx.events.ledger import MAX_DEPTH
from morfx.operations.actor import Actor
from morfx.operations.catalogue import find
from morfx.operations.errors import Forbidden, Refused
from morfx.tenancy.rows import new_id

from .consequences import refusal_of
from .play import Rehearsal, Step
from .stage import Stage, made_up_id

MODULE = "crm."
TAG = "sandbox"
NAME = "test-"
NEEDED = frozenset({"contacts.create", "contacts.edit", "orders.create", "orders.edit"})
MARKING = "crm.tag.add"
OPENING = frozenset({"crm.contact.create", "crm.order.create", MARKING})


def opened(actor: Actor, agent: AgentDefinition, stage: Stage) -> Stage:
    """Return the opening of a live rehearsal, whose customer is a contact of the CRM from now on.

    Raises Forbidden when the tester could not do by hand what the rehearsal will do.
    """
    may = all(actor.may(permission) for permission in NEEDED)
    if not may or not all(actor.allowed(name) for name in OPENING):
        raise Forbidden(_("You may not write contacts and orders, so nor may a live rehearsal."))
    tester = _named(actor, OPENING, NEEDED)
    inputs = {"name": f"{NAME}{new_id().hex[-6:]}", "tags": [TAG]}
    contact = _do(tester, "crm.contact.create", inputs)
    return replace(stage, real={made_up_id("contact"): str(contact["id"])})


def carry_out(actor: Actor, rehearsal: Rehearsal) -> None:
    """Do the deeds of this call's steps, in the caller's transaction.

    Where one is refused that the answer rests on, people take over, as in production.
    """
    agent = rehearsal.agent
    tester = _named(actor, agent.operations | {MARKING}, agent.permissions | NEEDED)
    real = dict(rehearsal.stage.real)
    for step in tuple(rehearsal.steps):
        if reason := _all_done(tester, step, real):
            rehearsal.give_up(step, reason)
            break
    rehearsal.stage = replace(rehearsal.stage, real=real)


def _all_done(tester: Actor, step: Step, real: dict[str, str]) -> str:
    """Do a step's deeds in their order; return why the answer cannot be given, if so."""
    for effect in step.noted.effects:
        if effect["effect"] == "Do" and "error" not in effect:
            _done(tester, effect, real)
            if reason := refusal_of(effect):
                return reason
    return ""


def _done(tester: Actor, effect: dict[str, Any], real: dict[str, str]) -> None:
    """Do one deed; what came of it stands in the effect, and what it made in `real`."""
    name, made_up = str(effect["operation"]), effect.get("result", {}).get("id")
    if not name.startswith(MODULE):
        return
    inputs = _marked(name, {key: _real(value, real) for key, value in effect["inputs"].items()})
    effect["live"] = {"inputs": inputs}
    try:
        result = _do(tester, name, inputs)
        if name == "crm.order.create":
            _do(tester, MARKING, {"order": result["id"], "tag": TAG})
    except Refused as refusal:
        effect["error"] = refusal.as_answer()
        return
    effect["live"]["result"] = to_jsonable_python(result)
    if made_up and isinstance(result, Mapping) and result.get("id"):
        real[made_up] = str(result["id"])


def _marked(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return a deed's inputs with the mark of test data, and without a number to write to."""
    if name == "crm.contact.update":
        inputs.pop("phone", None)
        if inputs.get("name"):
            inputs["name"] = NAME + str(inputs["name"]).removeprefix(NAME)
    elif name == "crm.order.create":
        inputs["source"] = TAG
    return inputs


def _real(value: Any, real: Mapping[str, str]) -> Any:
    return real.get(value, value) if isinstance(value, str) else value


def _do(tester: Actor, name: str, inputs: Mapping[str, Any]) -> Any:
    operation = find(name)
    if operation is None:
        raise Refused(f"There is no operation called {name}.")
    return operation.submit(tester, inputs).data


def _named(actor: Actor, operations: frozenset[str], permissions: frozenset[str]) -> Actor:
    """Return the tester with no more than the agent may do, at the end of the chain of causes."""
    allowed = operations if actor.operations is None else operations & actor.operations
    return replace(
        actor,
        via="sandbox",
        permissions=actor.permissions & permissions,
        operations=allowed,
        depth=MAX_DEPTH,
    )

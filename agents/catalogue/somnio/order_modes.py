"""The three ways an order is made, and what each writes to the CRM.

`full` is the chosen pack for somebody who gave what delivery needs; `no_promo` is one jar, for who
chose no pack; `draft` is whatever is known, for people to complete: it is never confirmed, and
without a pack it has no lines and is worth nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from agents.catalogue.somnio import orders
from agents.catalogue.somnio.fields import CRITICAL, missing
from agents.engine.values import Do, Product, State, World

Mode = Literal["full", "no_promo", "draft"]
MODES: tuple[Mode, ...] = get_args(Mode)
PLAIN = "1x"
"""What `no_promo` sells."""


class CannotOrderError(ValueError):
    """An order of this mode cannot be made: `missing` names the fields or the pack it lacks."""

    def __init__(self, *missing: str) -> None:
        super().__init__(f"An order cannot be made without {', '.join(missing)}.")
        self.missing = missing


def plan_order(
    mode: Mode, state: State, world: World, *, confirmed: bool = False
) -> tuple[Do, ...]:
    """Return the deeds that make the sale's order, or bring the one it has up to date.

    An order nobody confirmed stands in a stage of its own; one that is confirmed later moves on
    from there, unless people have moved it. Raises CannotOrderError.
    """
    product = _product(mode, state, world)
    if mode != "draft" and (lacking := missing(state.data, CRITICAL)):
        raise CannotOrderError(*lacking)
    lines = orders.lines(product) if product else []
    confirmed = confirmed and mode != "draft"
    contact = orders.update_contact(state, world)
    if orders.ORDER_MARK in state.marks:
        return (*contact, *_renewed(state, lines, confirmed=confirmed))
    return (*contact, *_made(state, world, lines, confirmed=confirmed))


def _product(mode: Mode, state: State, world: World) -> Product | None:
    code = PLAIN if mode == "no_promo" else state.selection or ""
    product = world.products.get(code)
    if product is None and mode != "draft":
        raise CannotOrderError("pack")
    return product


def _made(
    state: State, world: World, lines: list[Mapping[str, Any]], *, confirmed: bool
) -> tuple[Do, ...]:
    inputs = {
        "contact": world.contact_id,
        "products": lines,
        "stageName": orders.STAGE_NAME if confirmed else orders.UNCONFIRMED_STAGE,
        **orders.given(orders.delivery(state)),
        "source": "agent",
        "confirmed": confirmed,
    }
    return (
        Do(operation="crm.order.create", inputs=inputs, purpose="order"),
        _tag("order-tag", order=orders.THIS_ORDER, tag=orders.ORDER_TAG),
        _tag("contact-tag", contact=world.contact_id, tag=orders.LEAD_TAG),
    )


def _renewed(state: State, lines: list[Mapping[str, Any]], *, confirmed: bool) -> tuple[Do, ...]:
    inputs: dict[str, Any] = {"order": orders.LAST_ORDER, "confirmed": confirmed}
    inputs.update(orders.given(orders.delivery(state)))
    if lines:
        inputs["products"] = lines
    update = Do(operation="crm.order.update", inputs=inputs, purpose="order-update")
    if not confirmed:
        return (update,)
    move = {
        "order": orders.LAST_ORDER,
        "stage": orders.STAGE_NAME,
        "expected": orders.UNCONFIRMED_STAGE,
    }
    return (update, Do(operation="crm.order.updateStatus", inputs=move, purpose="stage"))


def _tag(purpose: str, **inputs: str) -> Do:
    return Do(operation="crm.tag.add", inputs=inputs, purpose=purpose)

"""What a sale writes to the CRM, as operations to run.

Two names stand for rows the flow cannot know: `$order` is the order made by the same decision, and
`$last_order` the newest order this session has made. The runner replaces them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.catalogue.somnio.fields import NOT_GIVEN
from agents.engine.values import Do, Product, State, World

STAGE_NAME = "NUEVO PEDIDO"
ORDER_TAG = "WPP"
LEAD_TAG = "somnio-lead"
THIS_ORDER = "$order"
LAST_ORDER = "$last_order"
ORDER_MARK = "order"
"""The mark that remembers, for the sale under way, that its order exists."""


def place(state: State, world: World, *, code: str | None, confirmed: bool) -> tuple[Do, ...]:
    """Make the sale's order, or bring the one that a timer made up to date.

    `code` None means that no pack was chosen: the order has no lines and is worth nothing.
    """
    contact = update_contact(state, world)
    lines = _lines(world.products[code]) if code else []
    if ORDER_MARK in state.marks:
        return (contact, _update(state, lines=lines, confirmed=confirmed))
    inputs = {
        "contact": world.contact_id,
        "products": lines,
        "stageName": STAGE_NAME,
        **_delivery(state),
        "source": "agent",
        "confirmed": confirmed,
    }
    return (
        contact,
        Do(operation="crm.order.create", inputs=inputs, purpose="order"),
        _tag("order-tag", order=THIS_ORDER, tag=ORDER_TAG),
        _tag("contact-tag", contact=world.contact_id, tag=LEAD_TAG),
    )


def amend(state: State, world: World) -> tuple[Do, ...]:
    """Carry corrected data over to the contact and to the order that exists."""
    inputs = {"order": LAST_ORDER, **_given(_delivery(state))}
    order = Do(operation="crm.order.update", inputs=inputs, purpose="order-update")
    return (update_contact(state, world), order)


def update_contact(state: State, world: World) -> Do:
    """Write what the customer said to the contact; what is empty or declined is left alone."""
    wanted = {
        "name": " ".join(filter(None, (_value(state, "nombre"), _value(state, "apellido")))),
        "address": ", ".join(_street(state)),
        "city": _value(state, "ciudad"),
        "department": _value(state, "departamento"),
        "email": _value(state, "correo"),
    }
    inputs = {"contact": world.contact_id, **_given(wanted)}
    return Do(operation="crm.contact.update", inputs=inputs, purpose="contact")


def _update(state: State, *, lines: list[Mapping[str, Any]], confirmed: bool) -> Do:
    inputs: dict[str, Any] = {"order": LAST_ORDER, "confirmed": confirmed}
    inputs.update(_given(_delivery(state)))
    if lines:
        inputs["products"] = lines
    return Do(operation="crm.order.update", inputs=inputs, purpose="order-update")


def _lines(product: Product) -> list[Mapping[str, Any]]:
    # The price is the whole pack's, so the quantity is 1: "2x" is one line, not two.
    price = str(product.price)
    return [{"name": product.title, "sku": product.sku, "quantity": 1, "price": price}]


def _delivery(state: State) -> dict[str, str]:
    city, department = _value(state, "ciudad"), _value(state, "departamento")
    region = "" if department.casefold() == city.casefold() else department
    address = ", ".join(filter(None, (*_street(state), city, region)))
    return {"shippingAddress": address, "notes": _value(state, "indicaciones_extra")}


def _street(state: State) -> tuple[str, ...]:
    street, quarter = _value(state, "direccion"), _value(state, "barrio")
    return tuple(filter(None, (street, f"Barrio {quarter}" if quarter else "")))


def _given(inputs: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in inputs.items() if value}


def _value(state: State, name: str) -> str:
    value = state.data.get(name, "")
    return "" if value == NOT_GIVEN else value


def _tag(purpose: str, **inputs: str) -> Do:
    return Do(operation="crm.tag.add", inputs=inputs, purpose=purpose)

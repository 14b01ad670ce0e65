"""What a sale writes to the CRM: the contact, the delivery and the lines of its order.

Two names stand for rows the flow cannot know: `$order` is the order made by the same decision, and
`$last_order` the newest order this session has made. The runner replaces them.

The phone number a customer dictates is the recipient's, who may be somebody else: it goes with the
order. The contact keeps the number the customer writes from, which is the one that was verified.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from agents.catalogue.somnio.fields import NOT_GIVEN
from agents.engine.values import Do, Product, State, World

STAGE_NAME = "NUEVO PEDIDO"
UNCONFIRMED_STAGE = "POR CONFIRMAR"
"""Where orders stand that a timer made: nobody may ship them before somebody confirms."""
ORDER_TAG = "WPP"
LEAD_TAG = "somnio-lead"
THIS_ORDER = "$order"
LAST_ORDER = "$last_order"
ORDER_MARK = "order"
"""The mark that remembers, for the sale under way, that its order exists."""

WHOLE_NUMBER = 10
"""Digits from which a number is written with its country and a plus."""


def amend(state: State, world: World) -> tuple[Do, ...]:
    """Carry corrected data over to the contact and to the order that exists."""
    inputs = {"order": LAST_ORDER, **given(delivery(state))}
    order = Do(operation="crm.order.update", inputs=inputs, purpose="order-update")
    return (*update_contact(state, world), order)


def update_contact(state: State, world: World) -> tuple[Do, ...]:
    """Write what the customer said to the contact; what is empty or declined is left alone.

    Returns nothing when there is nothing to write.
    """
    wanted = given(
        {
            "name": " ".join(filter(None, (_value(state, "nombre"), _value(state, "apellido")))),
            "address": ", ".join(_street(state)),
            "city": _value(state, "ciudad"),
            "department": _value(state, "departamento"),
            "email": _email(_value(state, "correo")),
        }
    )
    inputs = {"contact": world.contact_id, **wanted}
    return (Do(operation="crm.contact.update", inputs=inputs, purpose="contact"),) if wanted else ()


def lines(product: Product) -> list[Mapping[str, Any]]:
    """Return the one line of a pack.

    The price is the whole pack's, so the quantity is 1: "2x" is one line, not two.
    """
    price = str(product.price)
    return [{"name": product.title, "sku": product.sku, "quantity": 1, "price": price}]


def delivery(state: State) -> dict[str, str]:
    """Return where an order goes, whom to call there, and what to mind."""
    city, department = _value(state, "ciudad"), _value(state, "departamento")
    region = "" if department.casefold() == city.casefold() else department
    return {
        "shippingAddress": ", ".join(filter(None, (*_street(state), city, region))),
        "shippingCity": city,
        "department": department,
        "shippingPhone": _number(_value(state, "telefono")),
        "notes": _value(state, "indicaciones_extra"),
    }


def given(inputs: Mapping[str, str]) -> dict[str, str]:
    """Return the inputs that hold something."""
    return {name: value for name, value in inputs.items() if value}


def _street(state: State) -> tuple[str, ...]:
    street, quarter = _value(state, "direccion"), _value(state, "barrio")
    return tuple(filter(None, (street, f"Barrio {quarter}" if quarter else "")))


def _number(digits: str) -> str:
    return f"+{digits}" if digits.isdigit() and len(digits) > WHOLE_NUMBER else digits


def _email(text: str) -> str:
    """Return an address that the CRM takes; a mistyped one must not cost the contact its name."""
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text


def _value(state: State, name: str) -> str:
    value = state.data.get(name, "")
    return "" if value == NOT_GIVEN else value

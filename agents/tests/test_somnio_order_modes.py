"""Orders: full, without promotion and draft; where they stand, and what they carry."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents.catalogue.somnio.order_modes import MODES, CannotOrderError, plan_order
from agents.engine.values import Do, State, World
from agents.tests.somnio_talk import EVERYTHING, JOSE, Talk, at, does, keys, says


def order_of(deeds: tuple[Do, ...]) -> Do:
    (order,) = (deed for deed in deeds if deed.operation == "crm.order.create")
    return order


def test_the_modes_are_three():
    assert MODES == ("full", "no_promo", "draft")


@pytest.mark.parametrize(
    ("mode", "selection", "prices"),
    [
        ("full", "3x", ["139900"]),
        ("no_promo", "3x", ["77900"]),
        ("no_promo", None, ["77900"]),
        ("draft", "2x", ["109900"]),
        ("draft", None, []),
    ],
)
def test_each_mode_sells_what_it_says(mode, selection, prices):
    state = State(mode="resumen", data=EVERYTHING, selection=selection)
    inputs = order_of(plan_order(mode, state, Talk().world(), confirmed=mode != "draft")).inputs
    assert [line["price"] for line in inputs["products"]] == prices
    assert all(line["quantity"] == 1 for line in inputs["products"])
    assert inputs["confirmed"] is (mode != "draft")
    assert inputs["stageName"] == ("POR CONFIRMAR" if mode == "draft" else "NUEVO PEDIDO")


def test_a_draft_takes_what_is_known_and_is_never_confirmed():
    deeds = plan_order("draft", State(mode="x", data={"nombre": "Ana"}), world(), confirmed=True)
    order = order_of(deeds)
    assert (order.inputs["products"], order.inputs["confirmed"]) == ([], False)
    assert "shippingAddress" not in order.inputs
    assert deeds[0].operation == "crm.contact.update"
    nothing = plan_order("draft", State(mode="x"), world())
    assert not [deed for deed in nothing if deed.operation == "crm.contact.update"]


def test_the_others_say_what_they_lack():
    with pytest.raises(CannotOrderError) as lacking:
        plan_order("full", State(mode="x", data={**JOSE, "ciudad": ""}, selection="2x"), world())
    assert lacking.value.missing == ("ciudad",)
    with pytest.raises(CannotOrderError) as lacking:
        plan_order("full", State(mode="x", data=JOSE), world())
    assert lacking.value.missing == ("pack",)
    no_products = replace(world(), products={})
    with pytest.raises(CannotOrderError):
        plan_order("no_promo", State(mode="x", data=JOSE), no_products)


def test_an_unconfirmed_order_stands_apart_and_moves_on_when_it_is_confirmed():
    talk = at("pedido_pendiente")
    (order,) = talk.done("crm.order.create")
    assert order.inputs["stageName"] == "POR CONFIRMAR"
    answer = talk.hear("compra_confirmada")
    (move,) = does(answer, "crm.order.updateStatus")
    assert move.inputs == {
        "order": "$last_order",
        "stage": "NUEVO PEDIDO",
        "expected": "POR CONFIRMAR",
    }
    assert not move.purpose.startswith("order"), "people may have moved it: no reason to hand over"


def test_city_department_and_the_recipient_s_phone_go_with_the_order():
    talk = at("resumen")
    talk.tell(telefono="573115556677")
    (order,) = does(talk.hear("compra_confirmada"), "crm.order.create")
    assert order.inputs["shippingCity"] == "Bogota"
    assert order.inputs["department"] == "Cundinamarca"
    assert order.inputs["shippingPhone"] == "+573115556677"
    (contact,) = talk.done("crm.contact.update")
    assert "phone" not in contact.inputs, "the number that writes is the one that was verified"
    talk.tell(telefono="6012345")
    (update,) = talk.done("crm.order.update")
    assert update.inputs["shippingPhone"] == "6012345"


def test_a_mistyped_address_costs_the_contact_nothing_else():
    talk = at("resumen")
    talk.tell(correo="jose arroba example")
    (contact,) = does(talk.hear("compra_confirmada"), "crm.contact.update")
    assert "email" not in contact.inputs
    assert contact.inputs["name"] == "Jose Romero"


class Reminding(Talk):
    """A workspace that does not want orders nobody asked for."""

    def world(self) -> World:
        return replace(super().world(), policies={"promos_timeout": "remind"})


def test_promotions_unanswered_can_lead_to_a_reminder_only():
    talk = Reminding()
    talk.tell(**EVERYTHING)
    answer = talk.wait(600)
    assert keys(answer) == ["timer_sinpack.first.1"]
    assert not talk.done("crm.order.create")
    assert (talk.state.mode, talk.due) == ("ofrecer_promos", None)
    assert answer.intent == "timer_sinpack"
    assert not says(talk.wait(10_000))
    talk.hear("resumen_2x")
    talk.wait(600)
    assert len(talk.done("crm.order.create")) == 1, "a chosen pack is another matter"


def world() -> World:
    return Talk().world()

"""Packs, orders and goodbyes, beyond the reference conversations."""

from __future__ import annotations

import pytest

from agents.engine.values import State
from agents.tests.somnio_talk import EVERYTHING, JOSE, Talk, at, does, keys, says, words


def test_a_pack_remembered_and_enough_data_lead_to_its_summary_by_the_timer():
    talk = Talk()
    talk.hear("resumen_3x")
    talk.tell(**JOSE)
    answer = talk.wait(120)
    assert keys(answer) == ["resumen_3x.first.1", "resumen_3x.first.2"]
    assert talk.due == (4, 600)


def test_confirming_with_data_missing_names_them():
    talk = Talk(State(mode="resumen", selection="2x", data={**EVERYTHING, "direccion": ""}))
    answer = talk.hear("compra_confirmada")
    assert "- Direccion completa" in words(answer)
    assert not does(answer, "crm.order.create")
    assert talk.state.mode == "resumen"
    talk.tell(direccion="Calle 1 Numero 2-3")
    talk.hear("compra_confirmada")
    assert talk.state.mode == "confirmado"


@pytest.mark.parametrize("mode", ["pedido_pendiente", "pedido_sinpack"])
def test_confirming_what_a_timer_ordered_makes_no_second_order(mode):
    talk = at(mode)
    if mode == "pedido_sinpack":
        talk.hear("resumen_2x")
        assert talk.state.mode == "resumen"
    answer = talk.hear("compra_confirmada")
    (update,) = does(answer, "crm.order.update")
    assert update.inputs["order"] == "$last_order"
    assert update.inputs["confirmed"] is True
    assert update.inputs["products"][0]["price"] == "109900"
    assert len(talk.done("crm.order.create")) == 1
    assert talk.state.mode == "confirmado"


def test_a_second_summary_that_is_not_confirmed_updates_the_order():
    talk = at("pedido_pendiente")
    talk.hear("resumen_3x")
    answer = talk.wait(600)
    (update,) = does(answer, "crm.order.update")
    assert update.inputs["confirmed"] is False
    assert update.inputs["products"][0]["price"] == "139900"
    assert len(talk.done("crm.order.create")) == 1


def test_confirming_twice_makes_one_order():
    talk = at("confirmado")
    answer = talk.hear("compra_confirmada")
    assert keys(answer) == ["ya_confirmado.first.1"]
    assert len(talk.done("crm.order.create")) == 1


def test_after_a_sale_questions_are_answered_and_thanks_are_not():
    talk = at("confirmado")
    assert says(talk.hear("envio"))
    assert not says(talk.hear("irrelevante", kind="irrelevante", text="gracias"))
    assert talk.state.mode == "confirmado"
    assert talk.due is None


def test_a_new_purchase_after_a_sale_is_a_new_order():
    talk = at("confirmado")
    answer = talk.hear("captura_datos_si_compra")
    assert talk.state.mode == "ofrecer_promos"
    assert talk.state.selection is None
    assert "$139,900" in words(answer)
    talk.hear("resumen_1x")
    talk.hear("compra_confirmada")
    assert len(talk.done("crm.order.create")) == 2


def test_another_pack_after_a_sale_is_said_to_be_new():
    talk = at("confirmado")
    answer = talk.hear("resumen_3x")
    assert keys(answer)[0] == "nuevo_pedido.first.1"
    assert talk.state.mode == "resumen"
    assert len(talk.done("crm.order.create")) == 1


def test_correcting_the_address_after_a_sale_corrects_the_order():
    talk = at("confirmado")
    answer = talk.tell(direccion="Calle 1 Numero 2-3")
    (update,) = does(answer, "crm.order.update")
    assert update.inputs["shippingAddress"].startswith("Calle 1 Numero 2-3, Barrio Chapinero")
    assert keys(answer) == ["datos_actualizados.first.1"]


@pytest.mark.parametrize("mode", ["ofrecer_promos", "resumen", "pedido_pendiente"])
def test_not_interested_is_a_polite_goodbye_that_can_be_taken_back(mode):
    talk = at(mode)
    answer = talk.hear("no_interesa")
    assert keys(answer) == ["no_interesa.first.1"]
    assert talk.state.mode == "conversacion"
    assert talk.due is None
    orders = len(talk.done("crm.order.create"))
    talk.wait(10_000)
    assert len(talk.done("crm.order.create")) == orders
    assert says(talk.hear("precio"))


def test_hesitating_makes_no_order_by_waiting():
    talk = at("resumen")
    answer = talk.hear("no_confirmado")
    assert keys(answer) == ["no_confirmado.first.1"]
    assert talk.due is None
    talk.wait(10_000)
    assert not talk.done("crm.order.create")
    talk.hear("compra_confirmada", text="sí")
    assert not talk.done("crm.order.create")
    talk.hear("resumen_2x")
    assert talk.due == (4, 600)


def test_the_department_is_not_repeated_when_it_is_the_city():
    talk = Talk()
    talk.tell(**{**EVERYTHING, "departamento": "BOGOTA", "indicaciones_extra": "Timbre 2"})
    talk.hear("resumen_1x")
    (order,) = does(talk.hear("compra_confirmada"), "crm.order.create")
    assert order.inputs["shippingAddress"].endswith("Barrio Chapinero, Bogota")
    assert order.inputs["notes"] == "Timbre 2"

"""The reference conversations in which the customer falls silent."""

from __future__ import annotations

from agents.engine.values import SetTimer, State
from agents.tests.somnio_talk import JOSE, Talk, at, does, keys, says, words


def test_08_level_0_reminds_once():
    talk = Talk()
    talk.hear("captura_datos_si_compra")
    answer = talk.wait(600)
    assert keys(answer) == ["recordar_datos.first.1"]
    assert talk.due is None
    assert "waiting_since" not in talk.state.marks
    assert not says(talk.wait(10_000))


def test_08_level_1_lists_all_that_is_missing_from_the_first_datum_on():
    talk = Talk()
    talk.hear("captura_datos_si_compra")
    talk.wait(100)
    talk.tell(nombre="Jose")
    assert talk.due == (1, 360)
    talk.wait(200)
    talk.tell(telefono="573001234567")
    assert talk.due == (1, 160)
    assert talk.timers_set == 2
    answer = talk.wait(160)
    assert [line for line in words(answer).split("\n") if line.startswith("- ")] == [
        "- Apellido",
        "- Direccion completa",
        "- Ciudad o municipio",
        "- Departamento",
        "- Barrio",
        "- Correo electronico",
    ]
    assert talk.due is None


def test_08_later_data_change_the_level_and_keep_what_has_passed():
    talk = Talk()
    talk.tell(nombre="Jose")
    talk.wait(100)
    talk.tell(**JOSE)
    assert talk.due == (2, 20)
    talk = Talk()
    talk.tell(nombre="Jose")
    talk.wait(200)
    talk.tell(**JOSE)
    assert talk.due == (2, 0)


def test_09_level_3_orders_without_a_pack():
    talk = at("ofrecer_promos")
    answer = talk.wait(600)
    assert keys(answer) == ["timer_sinpack.first.1"]
    assert talk.state.mode == "pedido_sinpack"
    (order,) = does(answer, "crm.order.create")
    assert order.inputs["products"] == []
    assert order.inputs["confirmed"] is False
    assert {"order": "$order", "tag": "WPP"} in [d.inputs for d in does(answer, "crm.tag.add")]


def test_09_level_4_orders_the_pack_unconfirmed():
    talk = at("ofrecer_promos")
    talk.hear("resumen_3x")
    answer = talk.wait(600)
    assert keys(answer) == ["timer_pendiente.first.1"]
    assert talk.state.mode == "pedido_pendiente"
    (order,) = does(answer, "crm.order.create")
    assert order.inputs["products"][0]["price"] == "139900"
    assert order.inputs["confirmed"] is False


def test_a_stale_timer_does_nothing_or_sets_the_right_one():
    talk = at("ofrecer_promos")
    world = talk.world()
    stale = talk.flow.wake(talk.state, "somnio", 2, world)
    assert stale.effects == (SetTimer(name="somnio", level=3, seconds=600.0),)
    assert stale.silent_because
    idle = talk.flow.wake(State(mode="conversacion"), "somnio", 3, world)
    assert not idle.effects
    assert idle.silent_because

"""The reference conversations of the sales agent, each as one test."""

from __future__ import annotations

from agents.engine.values import CancelTimer, HandOver, State
from agents.tests.somnio_talk import EVERYTHING, JOSE, Talk, at, does, keys, says, words


def test_01_happy_path():
    talk = Talk()
    answer = talk.hear("hola+precio", kind="mixto", text="Hola, cuanto vale?")
    assert keys(answer) == ["hola.first.1", "precio.first.1", "precio.first.2", "precio.first.3"]
    assert sum(say.delay for say in says(answer)) == 11
    assert "$77,900" in words(answer)

    answer = talk.hear("captura_datos_si_compra", text="quiero comprar")
    assert len(says(answer)) == 2
    assert talk.state.mode == "collecting_data"
    assert talk.due == (0, 600)

    answer = talk.tell(**JOSE)
    assert not says(answer)
    assert talk.due == (2, 120)

    answer = talk.wait(120)
    assert talk.state.mode == "ofrecer_promos"
    assert "$109,900" in words(answer)
    assert "$45,900" in words(answer)
    assert "$93,800" in words(answer)
    assert talk.due == (3, 600)

    answer = talk.hear("resumen_2x", text="el de 2")
    assert keys(answer) == ["resumen_2x.first.1", "resumen_2x.first.2"]
    assert "2X" in words(answer)
    assert "$109,900" in words(answer)
    assert talk.due == (4, 600)

    answer = talk.hear("compra_confirmada", text="si, confirmo")
    assert keys(answer) == ["compra_confirmada.first.1", "compra_confirmada.first.2"]
    assert talk.state.mode == "confirmado"
    assert talk.due is None
    (order,) = does(answer, "crm.order.create")
    assert order.inputs["products"] == [
        {
            "name": "Somnio 90 Caps x2",
            "sku": "SOMNIO-90-CAPS-X2",
            "quantity": 1,
            "price": "109900",
        }
    ]
    assert order.inputs["stageName"] == "NUEVO PEDIDO"
    assert order.inputs["confirmed"] is True
    assert order.inputs["shippingAddress"] == "Carrera 10 Numero 20-30, Bogota, Cundinamarca"
    tags = [do.inputs for do in does(answer, "crm.tag.add")]
    assert {"order": "$order", "tag": "WPP"} in tags
    assert {"contact": "contact-1", "tag": "somnio-lead"} in tags
    (contact,) = does(answer, "crm.contact.update")
    assert contact.inputs["name"] == "Jose Romero"


def test_02_all_data_at_once_without_yes():
    talk = Talk()
    answer = talk.tell(**EVERYTHING)
    assert talk.state.mode == "ofrecer_promos"
    assert [say.intent for say in says(answer)] == ["ofrecer_promos", "ofrecer_promos"]
    assert talk.due == (3, 600)


def test_03_greeting_and_datum():
    talk = Talk()
    answer = talk.hear("hola", kind="mixto", text="Hola, soy Maria", nombre="Maria")
    assert keys(answer)[0] == "hola.first.1"
    assert "Apellido" in words(answer)
    assert talk.state.mode == "collecting_data"
    assert talk.state.data == {"nombre": "Maria"}
    assert talk.due == (1, 360)


def test_04_question_in_the_middle():
    talk = Talk()
    talk.tell(**{**JOSE, "apellido": ""})
    talk.wait(60)
    before = talk.state
    answer = talk.hear("envio", text="¿hacen envios a Cali?", ciudad="Cali")
    assert keys(answer) == ["envio.first.1", "envio.first.2"]
    assert talk.due == (1, 300)
    assert talk.state.data == before.data
    assert talk.state.mode == "collecting_data"


def test_05_mixed():
    talk = Talk()
    talk.hear("captura_datos_si_compra")
    answer = talk.hear("precio", kind="mixto", nombre="Jose", apellido="Romero")
    assert keys(answer) == ["precio.first.1", "precio.first.2", "precio.first.3"]
    assert talk.state.data == {"nombre": "Jose", "apellido": "Romero"}
    assert talk.due == (1, 360)


def test_06_acknowledgement_is_met_with_silence():
    talk = Talk()
    talk.hear("captura_datos_si_compra")
    talk.wait(100)
    answer = talk.hear("fallback", kind="irrelevante", confidence=30, text="ok gracias 👍")
    assert not answer.effects
    assert answer.silent_because
    assert talk.due == (0, 500)


def test_07_negation_counts_as_given():
    talk = Talk()
    talk.tell(**JOSE)
    talk.tell(barrio="Chapinero")
    answer = talk.tell(correo="N/A")
    assert talk.state.data["correo"] == "N/A"
    assert talk.state.mode == "ofrecer_promos"
    assert "ofrecer_promos.first.1" in keys(answer)
    talk.hear("resumen_1x")
    answer = talk.hear("compra_confirmada")
    (contact,) = does(answer, "crm.contact.update")
    assert "email" not in contact.inputs
    assert contact.inputs["address"] == "Carrera 10 Numero 20-30, Barrio Chapinero"


def test_10_change_of_mind():
    talk = at("ofrecer_promos")
    talk.hear("resumen_2x")
    talk.wait(300)
    answer = talk.hear("resumen_3x", text="mejor el de 3")
    assert talk.state.selection == "3x"
    assert "$139,900" in words(answer)
    assert talk.due == (4, 600)
    answer = talk.hear("ofrecer_promos", text="muestrame las promos")
    assert talk.state.mode == "ofrecer_promos"
    assert talk.state.selection is None
    assert "$109,900" in words(answer)
    assert talk.due == (3, 600)


def test_11_a_pack_before_the_promotions_is_remembered():
    talk = Talk()
    answer = talk.hear("resumen_2x", text="quiero el 2x")
    assert talk.state.mode == "collecting_data"
    assert talk.state.selection == "2x"
    assert "$139,900" in words(answer)
    assert "captura_datos_si_compra.first.2" in keys(answer)
    answer = talk.tell(**EVERYTHING)
    assert talk.state.mode == "resumen"
    assert keys(answer) == ["resumen_2x.first.1", "resumen_2x.first.2"]
    assert not talk.done("crm.order.create")


def test_11_a_pack_before_the_promotions_with_all_data_shows_them_first():
    talk = Talk(State(mode="conversacion", data=EVERYTHING))
    answer = talk.hear("resumen_2x")
    assert talk.state.mode == "ofrecer_promos"
    assert keys(answer)[0] == "antes_promos.first.1"
    assert "$139,900" in words(answer)


def test_11_confirming_nothing_is_asked_what():
    talk = Talk()
    answer = talk.hear("compra_confirmada", text="confirmo")
    assert keys(answer) == ["elegir_pack.first.1"]
    assert talk.state.mode == "conversacion"
    talk = at("ofrecer_promos")
    answer = talk.hear("compra_confirmada")
    assert keys(answer) == ["elegir_pack.first.1"]
    assert not talk.done("crm.order.create")


def test_12_low_confidence_and_a_wish_for_a_person():
    for intent, confidence in (("precio", 39), ("fallback", 95)):
        talk = Talk()
        answer = talk.hear(intent, confidence=confidence)
        assert talk.state.mode == "handoff"
        (handover,) = [e for e in answer.effects if isinstance(e, HandOver)]
        assert handover.message == "Regalame 1 min, ya te comunico con un asesor"
        assert not says(answer)
        answer = talk.hear("precio")
        assert not answer.effects
        assert answer.silent_because


def test_12_handing_over_forgets_the_timer():
    talk = at("ofrecer_promos")
    answer = talk.hear("fallback")
    assert any(isinstance(effect, CancelTimer) for effect in answer.effects)
    assert talk.due is None


def test_13_interruption():
    talk = Talk()
    answer = talk.hear("hola+precio")
    talk.hold_back(answer, after=2)
    answer = talk.hear("envio", text="¿llega a Medellin?")
    assert keys(answer) == ["envio.first.1", "envio.first.2", "precio.first.2", "precio.first.3"]


def test_13_interruption_never_repeats_and_never_contradicts():
    talk = Talk()
    talk.hold_back(talk.hear("precio"), after=1)
    answer = talk.hear("modopago")
    assert keys(answer) == ["modopago.first.1", "precio.first.2"]
    for intent, said in (
        ("no_interesa", ["no_interesa.first.1"]),
        ("no_confirmado", ["no_confirmado.first.1"]),
        ("precio", ["precio.next.1", "precio.next.2"]),
    ):
        talk = Talk()
        talk.hold_back(talk.hear("precio"), after=1)
        assert keys(talk.hear(intent)) == said


def test_13_what_the_sale_moved_past_is_dropped():
    talk = at("ofrecer_promos")
    talk.hold_back(talk.hear("resumen_2x"), after=1)
    answer = talk.hear("resumen_3x")
    assert keys(answer) == ["resumen_3x.first.1", "resumen_3x.first.2"]
    talk.hold_back(answer, after=1)
    answer = talk.hear("compra_confirmada")
    assert keys(answer) == ["compra_confirmada.first.1", "compra_confirmada.first.2"]


def test_13_what_was_held_back_follows_an_acknowledgement():
    talk = Talk()
    talk.hold_back(talk.hear("captura_datos_si_compra"), after=1)
    answer = talk.hear("fallback", kind="irrelevante", confidence=30, text="ok")
    assert keys(answer) == ["captura_datos_si_compra.first.2"]


def test_14_second_greeting():
    talk = Talk()
    talk.hear("hola")
    second, third = talk.hear("hola"), talk.hear("hola")
    assert keys(second) == keys(third) == ["hola.next.1"]


def test_15_returning_customer():
    talk = Talk(State(mode="conversacion", data=EVERYTHING))
    answer = talk.hear("hola")
    assert keys(answer) == ["hola.first.1", "hola.first.2"]
    assert talk.state.mode == "conversacion"
    answer = talk.hear("captura_datos_si_compra")
    assert talk.state.mode == "ofrecer_promos"
    assert "captura_datos_si_compra" not in {say.intent for say in says(answer)}


def test_16_a_person_beside_the_bot_stops_nothing_but_held_back_texts_are_not_lost():
    talk = Talk()
    talk.hold_back(talk.hear("como_se_toma"), after=1)
    answer = talk.hear("envio")
    assert "como_se_toma.first.2" in keys(answer)
    assert "como_se_toma.first.2" in talk.state.said

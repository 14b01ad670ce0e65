"""What is understood and learned, beyond the reference conversations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agents.catalogue.somnio.intents import FLOW_INTENTS, INFORMATIVE, MEANINGS
from agents.engine.values import CancelTimer, Comprehension, HandOver, SetTimer, State
from agents.tests.somnio_talk import JOSE, Talk, at, keys, says, words


def test_the_intents_are_thirteen_eight_and_one():
    assert (len(INFORMATIVE), len(FLOW_INTENTS), len(MEANINGS)) == (13, 8, 22)


def test_a_doubt_is_asked_in_human_words_and_changes_nothing_but_data():
    talk = Talk()
    answer = talk.hear("precio", confidence=50, kind="mixto", or_else=("envio",), nombre="Jose")
    assert "el precio o el envío" in words(answer)
    assert talk.state.mode == "conversacion"
    assert talk.state.data == {"nombre": "Jose"}
    assert talk.state.intents_seen == ()


def test_a_doubt_among_packs_names_the_packs():
    talk = at("ofrecer_promos")
    packs = ("resumen_1x", "resumen_2x", "resumen_3x")
    answer = talk.hear("ofrecer_promos", confidence=55, or_else=packs)
    assert "llevar el 1X, llevar el combo 2X o llevar el combo 3X" in words(answer)


def test_an_unknown_intent_is_asked_again():
    assert keys(Talk().hear("comprar_bitcoin")) == ["aclarar_abierto.first.1"]


@pytest.mark.parametrize(("confidence", "mode"), [(39, "handoff"), (40, "conversacion")])
def test_below_forty_people_take_over(confidence, mode):
    talk = Talk()
    talk.hear("precio", confidence=confidence)
    assert talk.state.mode == mode


def test_data_alone_are_never_handed_over_for_a_doubtful_intent():
    talk = Talk()
    talk.hear("captura_datos_si_compra")
    answer = talk.tell("fallback", **JOSE)
    assert not says(answer)
    assert talk.state.mode == "collecting_data"
    talk.hear("fallback", kind="mixto", confidence=20, text="Chapinero gracias", barrio="Chapinero")
    assert talk.state.mode == "collecting_data"


def test_a_question_mark_is_never_met_with_silence():
    talk = Talk()
    talk.hear("captura_datos_si_compra")
    assert says(talk.hear("envio", kind="irrelevante", text="y el envio?"))


def test_a_plain_wish_for_a_person_counts_even_as_small_talk():
    talk = Talk()
    talk.hear("captura_datos_si_compra")
    talk.hear("fallback", kind="irrelevante", text="asesor")
    assert talk.state.mode == "handoff"


def test_an_acknowledgement_before_the_summary_asks_again():
    talk = at("resumen")
    answer = talk.hear("irrelevante", kind="irrelevante", text="jaja")
    assert keys(answer) == ["reconfirmar.first.1"]
    assert "$109,900" in words(answer)


def test_no_handover_message_still_means_one_line():
    talk = Talk()
    heard = Comprehension(kind="pregunta", intent="fallback", confidence=95)
    world = replace(talk.world(), handover_message="")
    (handover,) = (
        effect
        for effect in talk.flow.hear(talk.state, "un asesor", heard, world).effects
        if isinstance(effect, HandOver)
    )
    assert handover.message == "Regálame 1 minuto, por favor"


def test_data_merge_and_are_never_deleted():
    talk = Talk()
    talk.tell(**JOSE)
    talk.tell(nombre="Pepe", apellido=" ")
    assert talk.state.data == {**JOSE, "nombre": "Pepe"}


CALI: dict[str, Any] = {"ciudad": "Cali", "departamento": "Valle del Cauca"}


@pytest.mark.parametrize("kind", ["pregunta", "mixto"])
def test_a_city_asked_about_is_not_the_customers_own(kind):
    talk = Talk()
    talk.hear("envio", kind, **CALI)
    assert (talk.state.mode, talk.state.data, talk.due) == ("conversacion", {}, None)
    talk.hear("captura_datos_si_compra")
    talk.wait(100)
    talk.hear("envio", kind, **CALI)
    assert talk.state.data == {}
    assert talk.due == (0, 500)


def test_a_city_beside_a_question_is_kept_but_neither_opens_the_sale_nor_overwrites():
    talk = Talk()
    talk.hear("precio", "mixto", **CALI)
    assert (talk.state.mode, talk.state.data) == ("conversacion", CALI)
    talk.tell(**JOSE)
    talk.hear("precio", "mixto", **CALI)
    assert talk.state.data["ciudad"] == "Bogota"


def test_who_declines_a_phone_number_writes_from_one():
    talk = Talk()
    talk.tell(telefono="N/A")
    assert talk.state.data["telefono"] == "573009998877"


def test_repeating_what_is_known_restarts_nothing():
    talk = Talk()
    talk.tell(nombre="Jose")
    talk.wait(100)
    answer = talk.tell(nombre="Jose")
    assert not answer.effects
    assert talk.due == (1, 260)


def test_completion_cancels_first_and_starts_last():
    talk = Talk()
    talk.tell(**JOSE)
    answer = talk.tell(barrio="Chapinero", correo="N/A")
    assert isinstance(answer.effects[0], CancelTimer)
    assert answer.effects[-1] == SetTimer(name="somnio", level=3, seconds=600)
    assert talk.due == (3, 600)


def test_answering_the_reminder_starts_a_new_wait():
    talk = Talk()
    talk.tell(nombre="Jose")
    talk.wait(360)
    assert talk.due is None
    talk.tell(ciudad="Bogota", departamento="Cundinamarca")
    assert talk.due == (1, 360)
    answer = talk.wait(360)
    assert "Ciudad" not in words(answer)
    assert keys(answer) == ["pedir_faltantes.first.1"]


def test_asking_to_buy_with_some_data_known_asks_only_for_the_rest():
    talk = Talk(State(mode="conversacion", data={"nombre": "Jose", "apellido": "Romero"}))
    answer = talk.hear("captura_datos_si_compra")
    assert keys(answer) == ["captura_datos_si_compra.first.1", "captura_parcial.first.1"]
    assert "Apellido" not in words(answer)
    assert talk.due == (1, 360)


def test_asking_for_promotions_while_data_are_missing_shows_them_and_stays():
    talk = Talk()
    talk.tell(**JOSE)
    answer = talk.hear("ofrecer_promos")
    assert "$139,900" in words(answer)
    assert talk.state.mode == "collecting_data"
    assert talk.due == (2, 120)


@pytest.mark.parametrize(
    ("mode", "seconds", "level"), [("resumen", 600, 4), ("ofrecer_promos", 600, 3)]
)
def test_a_question_keeps_the_timer(mode, seconds, level):
    talk = at(mode)
    talk.wait(50)
    talk.hear("envio")
    assert talk.due == (level, seconds - 50)


def test_levels_switched_off_set_no_timer():
    talk = Talk()
    talk.levels = {}
    talk.tell(**JOSE)
    talk.tell(barrio="Chapinero", correo="N/A")
    assert talk.due is None
    assert talk.state.mode == "ofrecer_promos"

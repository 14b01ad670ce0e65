"""Second questions, thresholds, images, places with namesakes, and what timers are called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents.catalogue.somnio.flow import Somnio
from agents.catalogue.somnio.texts import TEMPLATES, Template
from agents.engine.values import Alternative, Comprehension, Say, World
from agents.tests.somnio_talk import JOSE, Talk, at, keys, says, words


def heard(intent: str, confidence: int, **others: int) -> Comprehension:
    alternatives = tuple(Alternative(intent=k, confidence=v) for k, v in others.items())
    return Comprehension(
        kind="pregunta", intent=intent, confidence=confidence, alternatives=alternatives
    )


def hear(talk: Talk, understood: Comprehension, text: str = "palabras"):
    return talk._take(talk.flow.hear(talk.state, text, understood, talk.world()))


def test_a_second_clear_question_is_answered_too():
    talk = Talk()
    answer = hear(talk, heard("hola+precio", 92, como_se_toma=94))
    intents = list(dict.fromkeys(say.intent for say in says(answer)))
    assert intents == ["hola", "precio", "como_se_toma"]
    assert talk.state.intents_seen == ("hola", "precio", "como_se_toma")


def test_a_question_is_answered_before_the_sale_moves_on():
    answer = hear(Talk(), heard("captura_datos_si_compra", 95, envio=90))
    assert keys(answer)[0] == "envio.first.1"
    assert keys(answer)[-1] == "captura_datos_si_compra.first.2"


def test_a_wish_beside_a_question_is_not_lost():
    talk = Talk()
    answer = hear(talk, heard("modopago", 94, captura_datos_si_compra=94))
    assert keys(answer)[0] == "modopago.first.1"
    assert talk.state.mode == "collecting_data"
    talk = at("ofrecer_promos")
    answer = hear(talk, heard("envio", 94, resumen_2x=94, resumen_3x=90))
    assert talk.state.selection == "2x"
    assert keys(answer)[-1] == "resumen_2x.first.2"


def test_a_yes_beside_a_question_is_asked_for_again():
    talk = at("resumen")
    answer = hear(talk, heard("envio", 94, compra_confirmada=94))
    assert keys(answer) == ["envio.first.1", "envio.first.2", "reconfirmar.first.1"]
    assert talk.state.mode == "resumen"
    assert not talk.done("crm.order.create")


@pytest.mark.parametrize(
    "understood",
    [
        heard("precio", 92, envio=84),
        heard("precio", 70, envio=95),
        heard("precio", 92, compra_confirmada=95),
        heard("precio", 92, hola=95),
        heard("precio", 92, precio=95),
    ],
)
def test_what_is_less_clear_or_no_question_is_not(understood):
    answer = hear(Talk(), understood)
    assert {say.intent for say in says(answer)} == {"precio"}


@pytest.mark.parametrize("confidence", [45, 58, 95])
def test_another_pack_at_the_summary_changes_it_as_the_new_summary_asks_back(confidence):
    talk = at("resumen")
    answer = talk.hear("resumen_3x", confidence=confidence, text="cambio a 3")
    assert talk.state.selection == "3x"
    assert "$139,900" in words(answer)
    doubt = talk.hear("resumen_2x", confidence=50, or_else=("resumen_1x",))
    assert talk.state.selection == "3x"
    assert keys(doubt) == ["aclarar.first.1"]


class Strict(Talk):
    def world(self) -> World:
        limits = {"proceed": 95, "reanalyse": 90, "clarify": 80}
        return replace(super().world(), thresholds=limits)


def test_the_workspace_s_thresholds_decide():
    talk = Strict()
    assert keys(talk.hear("precio", confidence=85)) == ["aclarar.first.1"]
    talk.hear("precio", confidence=79)
    assert talk.state.mode == "handoff"
    assert keys(Talk().hear("precio", confidence=79))[0] == "precio.first.1"


def with_image(text: str) -> Somnio:
    row = Template(intent="precio", visit="first", order=0, delay=1, text=text, kind="image")
    return Somnio([*TEMPLATES, row])


def test_an_image_is_said_with_its_caption_filled():
    address = "https://example.com/packs.jpg"
    talk = Talk(flow=with_image(f"{address} | Desde {{{{precio_1x}}}}"))
    image = says(talk.hear("precio"))[0]
    assert (image.kind, image.media, image.text) == ("image", address, "Desde $77,900")
    assert image.delay == 1


def test_an_image_without_a_caption_is_shown_and_one_without_an_address_is_not():
    talk = Talk(flow=with_image("https://example.com/packs.jpg"))
    decision = talk.flow.hear(talk.state, "precio", heard("precio", 95), talk.world())
    assert [say.kind for say in says(decision)] == ["image", "text", "text", "text"]
    talk = Talk(flow=with_image("| sin dirección"))
    decision = talk.flow.hear(talk.state, "precio", heard("precio", 95), talk.world())
    assert [say.kind for say in says(decision)] == ["text", "text", "text"]


def test_two_images_of_one_answer_that_were_held_back_both_follow():
    held = tuple(
        Say(text="", key=f"precio.first.{n}", intent="precio", kind="image", media=f"https://x/{n}")
        for n in (8, 9)
    )
    talk = Talk()
    decision = talk.flow.hear(
        talk.state, "envios?", heard("envio", 95), replace(talk.world(), pending=held)
    )
    assert [say.media for say in says(decision) if say.kind == "image"] == [
        "https://x/8",
        "https://x/9",
    ]


def test_a_municipality_with_namesakes_is_asked_about_once():
    talk = Talk()
    talk.hear("captura_datos_si_compra")
    answer = talk.tell(ciudad="Buenavista")
    assert keys(answer) == ["aclarar_municipio.first.1"]
    assert "Buenavista" in words(answer)
    assert "Quindio" in words(answer)
    assert not says(talk.tell(nombre="Ana"))
    assert not says(talk.tell(departamento="Quindio"))
    assert not says(talk.tell(ciudad="Buenavista"))


def test_a_municipality_whose_department_is_known_is_not_asked_about():
    talk = Talk()
    talk.hear("captura_datos_si_compra")
    assert not says(talk.tell(ciudad="Buenavista", departamento="Quindio"))
    assert not says(talk.tell(ciudad="Ciudad Gótica"))


@pytest.mark.parametrize(
    ("mode", "wait", "intent"),
    [
        ("collecting_data", 600, "timer_sindatos"),
        ("ofrecer_promos", 600, "timer_sinpack"),
        ("resumen", 600, "timer_pendiente"),
    ],
)
def test_what_a_timer_forces_has_a_name(mode, wait, intent):
    talk = Talk() if mode == "collecting_data" else at(mode)
    if mode == "collecting_data":
        talk.hear("captura_datos_si_compra")
    assert talk.wait(wait).intent == intent


def test_level_1_and_2_are_named_too():
    talk = Talk()
    talk.tell(nombre="Jose")
    assert talk.wait(360).intent == "timer_faltantes"
    talk.tell(**JOSE)
    assert talk.wait(120).intent == "ofrecer_promos"
    assert talk.hear("precio").intent == ""

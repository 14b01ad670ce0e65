"""The embedded model with Somnio's language: classes, intents and confidence."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.catalogue.somnio.examples import EXAMPLES
from agents.catalogue.somnio.language import COMBINABLE, LANGUAGE
from agents.engine.values import Comprehension, Question, State, Turn
from agents.llm.embedded.client import Embedded

MODES = ("conversacion", "collecting_data", "ofrecer_promos", "resumen", "confirmado")


def hear(text: str, mode: str = "conversacion", *history: Turn) -> Comprehension:
    question = Question(text=text, state=State(mode=mode), history=history)
    return Embedded().comprehend(question, LANGUAGE)


@pytest.mark.parametrize(
    ("text", "mode", "kind", "intent"),
    [
        ("Hola, cuanto vale?", "conversacion", "pregunta", "hola+precio"),
        ("quiero comprar", "conversacion", "pregunta", "captura_datos_si_compra"),
        ("Jose Romero 3001234567 cra 10 # 20-30 Bogota", "collecting_data", "datos", "datos"),
        ("el de 2", "ofrecer_promos", "pregunta", "resumen_2x"),
        ("si, confirmo", "resumen", "pregunta", "compra_confirmada"),
        ("Hola, soy Maria", "conversacion", "mixto", "hola"),
        ("¿hacen envios a Cali?", "collecting_data", "pregunta", "envio"),
        ("Jose Romero, cuanto cuesta?", "collecting_data", "mixto", "precio"),
        ("ok gracias 👍", "collecting_data", "irrelevante", "irrelevante"),
        ("no tengo correo", "collecting_data", "datos", "datos"),
        ("mejor el de 3", "resumen", "pregunta", "resumen_3x"),
        ("muestrame las promos", "resumen", "pregunta", "ofrecer_promos"),
        ("quiero el 2x", "conversacion", "pregunta", "resumen_2x"),
        ("confirmo", "conversacion", "pregunta", "compra_confirmada"),
        ("quiero un asesor", "conversacion", "pregunta", "fallback"),
    ],
)
def test_the_reference_conversations(text: str, mode: str, kind: str, intent: str) -> None:
    heard = hear(text, mode)
    assert (heard.kind, heard.intent) == (kind, intent)
    assert heard.confidence >= 85


@pytest.mark.parametrize("text", ["si", "dale", "de una", "listo", "confirmo", "ok", "👍"])
def test_a_yes_means_what_the_mode_asks(text: str) -> None:
    assert hear(text, "resumen").intent == "compra_confirmada"
    assert hear(text, "collecting_data").kind in ("irrelevante", "pregunta")
    if text != "confirmo":
        assert hear(text, "collecting_data").kind == "irrelevante"


def test_a_yes_after_the_offer_wants_to_buy() -> None:
    offer = Turn(role="agent", text="¿Deseas adquirir tu ELIXIR DEL SUEÑO?")
    heard = hear("si", "conversacion", offer)
    assert heard.intent == "captura_datos_si_compra"
    assert heard.confidence >= 85
    assert hear("si").confidence < 85


def test_a_yes_to_the_packs_asks_which() -> None:
    heard = hear("si", "ofrecer_promos")
    assert heard.intent == "ofrecer_promos"
    assert 40 <= heard.confidence < 60
    assert {a.intent for a in heard.alternatives} == {"resumen_1x", "resumen_2x", "resumen_3x"}


@pytest.mark.parametrize("text", ["no", "mejor no", "lo pienso", "todavía no"])
def test_a_no_to_the_summary_waits(text: str) -> None:
    assert hear(text, "resumen").intent == "no_confirmado"


@pytest.mark.parametrize(
    ("text", "intent"),
    [("1", "1x"), ("2", "2x"), ("tres porfa", "3x"), ("el segundo", "2x"), ("la última", "3x")],
)
def test_a_number_chooses_while_packs_are_offered(text: str, intent: str) -> None:
    heard = hear(text, "ofrecer_promos")
    assert heard.intent == f"resumen_{intent}"
    assert heard.confidence >= 90


def test_two_packs_in_one_message_are_a_doubt() -> None:
    heard = hear("el de 2 o el de 3", "ofrecer_promos")
    assert 40 <= heard.confidence < 60
    assert heard.alternatives


def test_a_question_about_a_pack_chooses_none() -> None:
    assert hear("cuanto vale el combo de 2").intent == "info_promociones"


@pytest.mark.parametrize("intent", sorted(COMBINABLE))
def test_a_greeting_joins_with_what_follows(intent: str) -> None:
    text = next(e.text for e in EXAMPLES if e.intent == intent)
    assert hear(f"Hola buenas tardes, {text}").intent == f"hola+{intent}"


@pytest.mark.parametrize("text", ["qwertyuiop", "kjhsdf sdkjfh", "la luna y las estrellas brillan"])
def test_nonsense_is_not_understood(text: str) -> None:
    heard = hear(text)
    assert heard.intent == "fallback"
    assert heard.confidence < 40


def test_an_example_is_recognised_as_itself() -> None:
    wrong = [
        (e.text, heard.intent)
        for e in EXAMPLES
        if (heard := hear(e.text)).intent.removeprefix("hola+") != e.intent
    ]
    assert len(wrong) <= len(EXAMPLES) * 0.02, wrong


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=300), mode=st.sampled_from(MODES))
def test_any_text_is_answered(text: str, mode: str) -> None:
    heard = hear(text, mode)
    assert 0 <= heard.confidence <= 100
    assert heard == hear(text, mode)
    assert heard.kind in ("datos", "pregunta", "mixto", "irrelevante")
    assert (heard.kind in ("datos", "mixto")) == bool(heard.fields)


def test_a_message_takes_milliseconds() -> None:
    hear("hola")
    texts = [e.text for e in EXAMPLES[::4]]
    began = time.perf_counter()
    for text in texts:
        hear(text)
    assert (time.perf_counter() - began) / len(texts) < 0.02


@pytest.mark.parametrize(
    "text", ["si " * 600, "ya te mando los " * 100, "# 1 - " * 300, "a@" * 700]
)
def test_a_hostile_message_is_no_slower(text: str) -> None:
    began = time.perf_counter()
    hear(text, "resumen")
    assert time.perf_counter() - began < 0.5

"""Messages of signs alone, and a yes to nothing: they start no sale and call nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents.catalogue.somnio.wordless import is_bare_yes, is_wordless
from agents.engine.values import World
from agents.tests.somnio_talk import Talk, at, keys, says

HOW = [
    ("captura_datos_si_compra", "pregunta", 72),
    ("captura_datos_si_compra", "pregunta", 95),
    ("fallback", "pregunta", 20),
    ("fallback", "irrelevante", 95),
    ("irrelevante", "irrelevante", 90),
]
"""What models make of an emoji."""


@pytest.mark.parametrize(("intent", "kind", "confidence"), HOW)
@pytest.mark.parametrize("text", ["👍", "😂😂😂", "❤️", "..."])
def test_the_first_one_is_greeted(intent, kind, confidence, text):
    talk = Talk()
    answer = talk.hear(intent, kind, confidence, text)
    assert keys(answer) == ["hola.first.1", "hola.first.2"]
    assert (talk.state.mode, talk.due) == ("conversacion", None)


@pytest.mark.parametrize(("intent", "kind", "confidence"), HOW)
def test_whoever_writes_nothing_else_is_invited_once_and_never_handed_over(
    intent, kind, confidence
):
    talk = Talk()
    said = [keys(talk.hear(intent, kind, confidence, "👍")) for _ in range(5)]
    assert said[1:] == [["invitar.first.1"], [], [], []]
    assert talk.state.mode == "conversacion"
    assert talk.decisions[-1].silent_because


def test_in_words_the_invitation_is_accepted():
    talk = Talk()
    talk.hear("captura_datos_si_compra", text="👍")
    talk.hear("captura_datos_si_compra", text="👍")
    talk.hear("captura_datos_si_compra", text="sí")
    assert talk.state.mode == "collecting_data"


@pytest.mark.parametrize("text", ["sí", "Si señora", "ok listo", "dale, por favor"])
def test_a_yes_to_nothing_is_greeted(text):
    talk = Talk()
    answer = talk.hear("captura_datos_si_compra", confidence=72, text=text)
    assert keys(answer)[0] == "hola.first.1"
    assert talk.state.mode == "conversacion"


def test_a_sure_yes_answers_what_somebody_else_has_asked():
    talk = Talk()
    talk.hear("captura_datos_si_compra", confidence=93, text="sí")
    assert talk.state.mode == "collecting_data"


@pytest.mark.parametrize("text", ["sí, lo quiero", "quiero comprar", "si quiero"])
def test_a_wish_is_more_than_a_yes(text):
    talk = Talk()
    talk.hear("captura_datos_si_compra", text=text)
    assert talk.state.mode == "collecting_data"


def test_somebody_known_is_not_greeted_for_a_sign():
    class Known(Talk):
        def world(self) -> World:
            return replace(super().world(), contact={"name": "Ana", "city": "Bogota"})

    assert not says(Known().hear("irrelevante", "irrelevante", 95, "🙏"))
    assert says(Known().hear("captura_datos_si_compra", "pregunta", 72, "sí"))


def test_while_data_are_collected_signs_change_nothing():
    talk = Talk()
    talk.hear("captura_datos_si_compra")
    talk.wait(100)
    for intent, kind, confidence in HOW:
        assert not says(talk.hear(intent, kind, confidence, "😊"))
    assert (talk.state.mode, talk.due) == ("collecting_data", (0, 500))


def test_after_the_summary_a_sure_thumb_confirms_and_a_doubtful_sign_is_asked():
    talk = at("resumen")
    assert keys(talk.hear("fallback", "pregunta", 30, "🤔")) == ["reconfirmar.first.1"]
    talk.hear("compra_confirmada", text="👍")
    assert talk.state.mode == "confirmado"
    assert not says(talk.hear("fallback", "pregunta", 30, "❤️"))
    assert talk.state.mode == "confirmado"


def test_after_a_goodbye_signs_are_not_met_with_a_sale():
    talk = Talk()
    talk.hear("precio")
    talk.hear("no_interesa")
    assert not says(talk.hear("captura_datos_si_compra", text="👍"))


def test_what_counts_as_no_words():
    assert is_wordless(" 👍🏽 ")
    assert not any(map(is_wordless, ["", "?", "¿👍?", "ok 👍", "2️⃣"]))
    assert not any(map(is_bare_yes, ["", "gracias", "por favor", "si hay envio", "claro que no"]))

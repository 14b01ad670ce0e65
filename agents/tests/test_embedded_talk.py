"""Ways of talking that once were misread: packs changed, two questions, homes, doubled letters."""

from __future__ import annotations

import subprocess
import sys

import pytest

from agents.catalogue.somnio.language import LANGUAGE
from agents.catalogue.somnio.packs import chosen_pack
from agents.catalogue.somnio.places import department_of
from agents.engine.values import Comprehension, Question, State
from agents.llm.embedded.client import Embedded
from agents.llm.embedded.spelling import plain

CLEAR = 85
"""From here on an alternative is a second question, not a doubt."""


def hear(text: str, mode: str = "conversacion") -> Comprehension:
    return Embedded().comprehend(Question(text=text, state=State(mode=mode)), LANGUAGE)


@pytest.mark.parametrize(
    ("text", "pack"),
    [
        ("cambio a 3", "3x"),
        ("mejor 3", "3x"),
        ("cambiemelo por el de tres", "3x"),
        ("póngame 3", "3x"),
        ("no, dejemos en 1", "1x"),
        ("cámbielo a 2 por favor", "2x"),
    ],
)
def test_at_the_summary_another_pack_is_clearly_chosen(text: str, pack: str):
    heard = hear(text, "resumen")
    assert (heard.intent, heard.confidence >= CLEAR) == (f"resumen_{pack}", True)


@pytest.mark.parametrize("text", ["quien gano el partido", "mejor a las 3", "los dosificadores"])
def test_what_only_sounds_like_a_pack_is_none(text: str):
    assert chosen_pack(plain(text), offered=True) is None


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("hola buenas cuanto cuesta y como se toma", {"precio", "como_se_toma"}),
        ("donde quedan? y puedo pagar con nequi?", {"ubicacion", "metodos_de_pago"}),
        ("sirve para el insomnio y tiene efectos secundarios?", {"sisirve", "contraindicaciones"}),
        ("me das informacion de precios y envios", {"precio", "envio"}),
        ("que contiene y tiene invima?", {"contenido_envase", "invima"}),
    ],
)
def test_two_questions_are_two_clear_meanings(text: str, intents: set[str]):
    heard = hear(text)
    clear = {other.intent for other in heard.alternatives if other.confidence >= CLEAR}
    assert {heard.intent.removeprefix("hola+"), *clear} == intents


@pytest.mark.parametrize(
    "text",
    ["cuanto vale el envio a cali", "como se toma?", "cuanto cuesta uno", "precio por favor"],
)
def test_one_question_has_no_second_one(text: str):
    assert [other for other in hear(text).alternatives if other.confidence >= CLEAR] == []


def test_who_says_where_they_live_in_a_question_lives_there():
    assert hear("hola vivo en Yopal hacen envios?").fields["ciudad"] == "Yopal"
    assert hear("hacen envios a Yopal?").fields == {}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("Cr 23 # 45 67", {"direccion": "Carrera 23 Numero 45-67"}),
        ("calle 5ta # 3-10", {"direccion": "Calle 5ta Numero 3-10"}),
        ("barrio Kennedy de Bogotá", {"barrio": "Kennedy", "ciudad": "Bogota"}),
        ("barrio obrero la dorada", {"barrio": "Obrero", "ciudad": "La Dorada"}),
        ("ahi le va: Nelson Rua 3201112233", {"nombre": "Nelson", "apellido": "Rua"}),
    ],
)
def test_fields_that_were_misread(text: str, fields: dict[str, str]):
    heard = hear(text, "collecting_data")
    assert fields.items() <= heard.fields.items()
    assert heard.kind == "datos"


def test_every_municipality_of_choco_is_known():
    for city in ("El Cantón del San Pablo", "El Litoral del San Juan", "Nuevo Belén de Bajirá"):
        assert department_of(city) == "Choco", city


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("buenas tardees", "buenas tardes"), ("holaaa", "hola"), ("graciiias", "gracias"),
     ("lees eso", "lees eso"), ("cooperativa", "cooperativa"), ("creer", "creer")],
)  # fmt: skip
def test_stretched_words_are_taken_back_and_real_ones_left(typed: str, meant: str):
    assert plain(typed) == meant


def test_the_first_message_of_a_process_does_not_wait_for_tables():
    """A process that has started answers its first message, with all its data, in 20 ms."""
    script = (
        "import django, os, time\n"
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'morfx.settings')\n"
        "django.setup()\n"
        "from agents import content\n"
        "from agents.engine.values import Question, State\n"
        "from agents.llm.embedded.client import Embedded\n"
        "agent = content.own('somnio-sales-v1').agent\n"
        "text = 'soy Rosa Díaz de Pasto, cra 5 # 6-7, 3002223344, y cuanto se demora el envio?'\n"
        "began = time.process_time()\n"
        "Embedded().comprehend(Question(text=text, state=State(mode='conversacion')),"
        " agent.language)\n"
        "print((time.process_time() - began) * 1000)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120
    )
    assert float(found.stdout.strip().splitlines()[-1]) < 20

"""Short answers to the question for data, and what they must leave as it is."""

from __future__ import annotations

import pytest

from agents.catalogue.somnio.fields import extract
from agents.catalogue.somnio.language import LANGUAGE
from agents.engine.values import Comprehension, Question, State
from agents.llm.embedded.client import Embedded
from agents.operations import sandbox, settings
from morfx.testing.case import CafeTest

ANA = {
    "nombre": "Ana",
    "apellido": "Gil",
    "telefono": "573001234567",
    "direccion": "Calle 10 Numero 4-5",
    "ciudad": "Cali",
    "departamento": "Valle del Cauca",
}


def heard(text: str, known: dict[str, str] = ANA) -> Comprehension:
    state = State(mode="collecting_data", data=known)
    return Embedded().comprehend(Question(text=text, state=state), LANGUAGE)


@pytest.mark.parametrize(
    ("text", "barrio"),
    [
        ("la flora", "La Flora"),
        ("usaquen", "Usaquen"),
        ("chapinero", "Chapinero"),
        ("el poblado", "El Poblado"),
        ("centro", "Centro"),
        ("los almendros", "Los Almendros"),
        ("San Fernando", "San Fernando"),
        ("Santa Monica", "Santa Monica"),
        ("santa fe", "Santa Fe"),
        ("20 de julio", "20 de Julio"),
        ("Alfonso López", "Alfonso López"),
    ],
)
def test_a_bare_neighbourhood_is_the_one_still_missing(text: str, barrio: str) -> None:
    answer = heard(text)
    assert (answer.kind, answer.intent, answer.fields) == ("datos", "datos", {"barrio": barrio})


def test_a_bare_neighbourhood_may_come_with_an_email() -> None:
    assert extract("la flora, ana@gmail.com", ANA, True) == {
        "barrio": "La Flora",
        "correo": "ana@gmail.com",
    }


@pytest.mark.parametrize(
    ("known", "text", "fields"),
    [
        ({**ANA, "apellido": ""}, "Gil", {"apellido": "Gil"}),
        ({**ANA, "apellido": ""}, "japon", {"barrio": "Japon"}),
        ({**ANA, "ciudad": ""}, "medelin", {"ciudad": "Medellin", "departamento": "Antioquia"}),
        ({"telefono": "573001234567"}, "Ana", {"nombre": "Ana"}),
        ({"nombre": "Ana"}, "Santa Monica", {"barrio": "Santa Monica"}),
        ({"nombre": "Ana", "ciudad": "Cali"}, "Jardin", {"barrio": "Jardin"}),
        ({"nombre": "Ana", "apellido": "Gil"}, "Jose Romero", {}),
    ],
)
def test_a_bare_word_fills_the_field_that_it_fits(
    known: dict[str, str], text: str, fields: dict[str, str]
) -> None:
    assert extract(text, known, True) == fields


@pytest.mark.parametrize("text", ["San Fernando", "Santa Monica", "Palmira", "chapinero", "Pedro"])
def test_a_bare_word_replaces_nothing_and_is_asked_about(text: str) -> None:
    answer = heard(text, {**ANA, "barrio": "La Flora"})
    assert not answer.fields
    assert 40 <= answer.confidence < 60
    assert answer.intent != "fallback"


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("me equivoqué, es Palmira", "Palmira"),
        ("mejor a Palmira", "Palmira"),
        ("no, Palmira", "Palmira"),
        ("perdón, San Fernando", "San Fernando"),
        ("vivo en Palmira", "Palmira"),
        ("Ciudad: Palmira", "Palmira"),
    ],
)
def test_a_correction_or_a_label_replaces_the_city(text: str, city: str) -> None:
    assert extract(text, ANA, True)["ciudad"] == city


def test_a_name_said_to_be_one_replaces_the_name() -> None:
    fields = extract("me llamo Pedro Ruiz", ANA, True)
    assert fields == {"nombre": "Pedro", "apellido": "Ruiz"}


def test_a_place_beside_a_new_address_leaves_name_and_city() -> None:
    for barrio in ("San Fernando", "Alfonso Lopez"):
        fields = extract(f"calle 9 # 3-4 {barrio}", ANA, True)
        assert fields == {"direccion": "Calle 9 Numero 3-4", "barrio": barrio}


@pytest.mark.parametrize(
    "text", ["ok", "ya casi", "grasias", "estoy trabajando", "no entiendo", "el martes", "presio"]
)
def test_ordinary_words_are_no_neighbourhood(text: str) -> None:
    assert extract(text, ANA, True) == {}


def test_asking_for_a_person_still_reaches_one() -> None:
    answer = heard("un asesor")
    assert answer.intent == "fallback"
    assert answer.confidence >= 90


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (
            "Mz C Lt 5 Urb. Los Almendros, Soledad",
            {
                "direccion": "Manzana C Lote 5 Urbanizacion Los Almendros",
                "ciudad": "Soledad",
                "departamento": "Atlantico",
            },
        ),
        ("Cra 8 con 12 esquina", {"direccion": "Carrera 8 con 12 Esquina"}),
        ("Calle 9 #3-4 Japón", {"direccion": "Calle 9 Numero 3-4", "barrio": "Japón"}),
        ("Luz Dary Quintero", {"nombre": "Luz Dary", "apellido": "Quintero"}),
        ("Barrio: N/A bta", {"barrio": "N/A", "ciudad": "Bogota", "departamento": "Cundinamarca"}),
    ],
)
def test_written_as_customers_write(text: str, fields: dict[str, str]) -> None:
    assert extract(text, {}, True) == fields


class DataInSeveralMessages(CafeTest):
    """A customer who gives the neighbourhood when everything else is told."""

    def test_the_neighbourhood_is_kept_and_nobody_is_called(self) -> None:
        settings.set_agent(self.ana, agent="somnio-sales-v1", on=True)
        session = sandbox.start(self.beto, agent="somnio-sales-v1")["session"]
        for text in ("lo quiero", "Ana Gil 3001234567 calle 10 # 4-5 Cali", "la flora"):
            answer = sandbox.say(self.beto, session=session, text=text)
        assert answer["state"]["data"] == {**ANA, "barrio": "La Flora"}
        assert answer["class"] == "datos"
        assert answer["status"] == "active"
        answer = sandbox.say(self.beto, session=session, text="los almendros")
        assert answer["state"]["data"]["barrio"] == "La Flora"
        assert answer["status"] == "active"
        assert answer["replies"][0]["key"].startswith("aclarar")

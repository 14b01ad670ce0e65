"""What holds of reading and writing Somnio's fields for any text whatever."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agents.catalogue.somnio import addresses, places
from agents.catalogue.somnio.fields import FIELDS, NOT_GIVEN, extract, normalise
from agents.llm.embedded.spelling import fold

ANY_TEXT = st.text(max_size=200)
PIECES = st.sampled_from(
    (
        *("Jose", "maria", "DE LA CRUZ", "Romero", "soy", "me llamo", "3001234567", "N/A", "no"),
        *("+57 310 222 33 44", "cra 10 # 20-30", "cll 5 no 4-3", "mz 4 casa 2", "apto 301", "#"),
        *("barrio", "el prado", "bta", "Cali", "Medellín", "valle", "no tengo", "correo", " y "),
        *("ana@gmail.com", "?", "\n", ",", "|", ".", "cuanto vale", "hola", "sin", "email", "👍"),
        *("Nombre:", "Tel:", "Ciudad:", "Barrio:", "dejar en porteria", "frente al parque"),
    )
)
SALAD = st.lists(PIECES, max_size=12).map(" ".join)


@pytest.mark.parametrize("name", FIELDS)
@settings(max_examples=150, deadline=None)
@given(text=ANY_TEXT | SALAD)
@example(text="cra10 no. 20 - 30 AP 4")
@example(text="BTÁ")
@example(text="de la cruz")
@example(text="+352 271 2345")
@example(text="0:\x0c")
@example(text=":N/A")
def test_writing_a_value_twice_changes_nothing(name: str, text: str) -> None:
    once = normalise(name, text)
    assert normalise(name, once) == once


@settings(max_examples=300, deadline=None)
@given(text=ANY_TEXT | SALAD, asked=st.booleans())
def test_reading_never_fails_and_gives_only_written_values(text: str, asked: bool) -> None:
    for name, value in extract(text, {}, asked).items():
        assert name in FIELDS
        assert value.strip() == value
        assert value


@settings(max_examples=300, deadline=None)
@given(text=ANY_TEXT | SALAD, asked=st.booleans())
def test_nothing_is_invented(text: str, asked: bool) -> None:
    said = fold(text)
    for name, value in extract(text, {}, asked).items():
        if name == "departamento" or value == NOT_GIVEN:
            continue
        for token in re.findall(r"\w+", fold(value)):
            assert _traceable(name, token, said), (name, value, text)


@settings(max_examples=200, deadline=None)
@given(text=SALAD, asked=st.booleans())
@example(text="Barrio: N/A ana@gmail.com", asked=False)
def test_what_is_read_is_already_as_stored(text: str, asked: bool) -> None:
    for name, value in extract(text, {}, asked).items():
        assert normalise(name, value) == value


def _traceable(name: str, token: str, said: str) -> bool:
    """Tell whether a token was said: itself, or what it is the full form of."""
    if name == "telefono":
        return token.removeprefix("57") in re.sub(r"\D", "", said) or token in re.sub(
            r"\D", "", said
        )
    if token in said:
        return True
    if name == "direccion":
        short = {fold(k) for k, full in addresses.ABBREVIATIONS.items() if token in fold(full)}
        return bool(short & set(re.findall(r"#|[^\W\d_]+[º°]?", said))) or token == "numero"
    if name == "correo":
        return token in re.sub(r"\s", "", said)
    return name == "ciudad" and any(
        fold(places.normalise_city(said[at : at + size])).find(token) >= 0
        for size in range(2, 30)
        for at in range(len(said) - size + 1)
    )

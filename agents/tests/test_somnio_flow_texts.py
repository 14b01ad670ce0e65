"""Texts, prices and what is said a second time."""

from __future__ import annotations

import re
from dataclasses import replace

from agents.catalogue.somnio.flow import Somnio
from agents.catalogue.somnio.intents import MEANINGS
from agents.catalogue.somnio.texts import TEMPLATES, choose
from agents.engine.values import State
from agents.tests.somnio_talk import EVERYTHING, Talk, at, does, keys, products, says, words


def test_no_text_knows_a_price():
    for row in TEMPLATES:
        assert not re.search(r"\$\s?\d|\d[.,]\d{3}", row.text), row.key


def test_keys_are_unique_and_every_intent_has_a_text():
    assert len({row.key for row in TEMPLATES}) == len(TEMPLATES)
    assert set(MEANINGS) <= {row.intent for row in TEMPLATES}


def test_prices_come_from_the_catalogue():
    talk = at("ofrecer_promos")
    talk.catalogue = products({"1x": "79900", "2x": "129900", "3x": "169900.50"})
    answer = talk.hear("ofrecer_promos")
    for figure in ("$79,900", "$129,900", "$29,900", "$169,900.50", "$69,799.50"):
        assert figure in words(answer)
    talk.hear("resumen_2x")
    (order,) = does(talk.hear("compra_confirmada"), "crm.order.create")
    assert order.inputs["products"][0]["price"] == "129900"


def test_a_pack_without_a_price_is_not_offered():
    talk = Talk()
    del talk.catalogue["3x"]
    answer = talk.hear("info_promociones")
    assert "3X" not in words(answer)
    assert any("precio_3x" in why for why in answer.why)
    talk.tell(**EVERYTHING)
    assert keys(talk.hear("resumen_3x")) == ["elegir_pack.first.1"]


def test_a_price_that_nobody_knows_is_for_people_to_tell():
    talk = Talk()
    talk.catalogue = {}
    talk.hear("precio")
    assert talk.state.mode == "handoff"


def test_an_unknown_variable_is_empty_and_reported():
    rows = [
        replace(row, text="Hola{{apodo}} {{nombre}}") if row.key == "hola.first.1" else row
        for row in TEMPLATES
    ]
    talk = Talk(State(mode="conversacion", data={"nombre": "Ana"}), flow=Somnio(rows))
    answer = talk.hear("hola")
    assert says(answer)[0].text == "Hola Ana"
    assert any("apodo" in why for why in answer.why)


def test_asking_again_is_answered_again_with_less_around_it():
    talk = Talk()
    talk.hear("precio")
    assert keys(talk.hear("precio")) == ["precio.next.1", "precio.next.2"]
    assert keys(talk.hear("precio")) == ["precio.next.1"]
    assert keys(talk.hear("como_se_toma")) == ["como_se_toma.first.1"]


def test_choose_falls_back_to_the_first_visit():
    (row,) = choose(TEMPLATES, "modopago", True, frozenset())
    assert row.key == "modopago.first.1"
    assert choose(TEMPLATES, "nothing", False, frozenset()) == []


def test_one_answer_says_no_sentence_twice():
    answer = Talk().hear("modopago+precio")
    assert keys(answer) == ["modopago.first.1", "precio.first.1", "precio.first.2"]

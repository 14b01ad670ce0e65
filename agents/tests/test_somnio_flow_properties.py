"""Whatever is understood, and whenever a timer fires, what must always hold."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.catalogue.somnio.fields import FIELDS
from agents.catalogue.somnio.filling import fill, money
from agents.catalogue.somnio.intents import MEANINGS
from agents.catalogue.somnio.texts import TEMPLATES
from agents.catalogue.somnio.transitions import NEXT
from agents.engine.values import State
from agents.tests.somnio_talk import EVERYTHING, PRICES, Talk, does, products, says, words

INTENTS = [
    *MEANINGS,
    *(f"hola+{intent}" for intent in MEANINGS),
    "",
    "+",
    "irrelevante",
    "x+precio",
]
VALUES = st.sampled_from(["", "N/A", "Bogota", "Calle 1 Numero 2-3", "Jose"])
SOME_DATA: st.SearchStrategy[dict[str, str]] = st.one_of(
    st.just({}),
    st.just(EVERYTHING),
    st.dictionaries(st.sampled_from([*FIELDS, "otra_cosa"]), VALUES, max_size=9),
)

MESSAGES = st.tuples(
    st.just("hear"),
    st.fixed_dictionaries(
        {
            "intent": st.sampled_from(INTENTS),
            "kind": st.sampled_from(["datos", "pregunta", "mixto", "irrelevante"]),
            "confidence": st.one_of(st.just(95), st.integers(0, 100)),
            "text": st.sampled_from(["", "ok", "sí", "👍", "¿y eso?"]),
            "sure": st.sampled_from([30, 95]),
            "or_else": st.lists(st.sampled_from(INTENTS), max_size=3).map(tuple),
            "fields": SOME_DATA,
            "held": st.integers(0, 5),
        }
    ),
)
WAITS = st.tuples(st.just("wait"), st.sampled_from([0, 1, 50, 120, 360, 600, 5000]))
STALE = st.tuples(st.just("wake"), st.integers(-1, 5))
STEPS = st.lists(st.one_of(MESSAGES, MESSAGES, MESSAGES, WAITS, STALE), max_size=25)

STATES = st.builds(
    lambda mode, data, selection, marks: State(
        mode=mode,
        data={name: value for name, value in data.items() if name in FIELDS},
        selection=selection,
        marks=dict.fromkeys(marks, "2026-03-02T14:59:00+00:00"),
    ),
    mode=st.sampled_from(sorted(NEXT)),
    data=SOME_DATA,
    selection=st.sampled_from([None, "1x", "2x", "3x", "9x"]),
    marks=st.sets(
        st.sampled_from(["waiting_since", "first_data", "packs_shown", "order", "reminded"])
    ),
)
CONTACTS = st.sampled_from(
    [
        {},
        {"name": "💤", "email": "a@b.co"},
        {"name": "Ana", "phone": "+573001112233", "address": "Calle 1", "city": "Villanueva"},
        {
            "name": "Jose Romero",
            "phone": "+573001112233",
            "email": "jose@example.com",
            "address": "Calle 1 Numero 2-3, Barrio Chapinero",
            "city": "Bogota",
            "department": "Cundinamarca",
        },
    ]
)
PRICE = st.integers(1, 10_000_000).map(str)


def play(talk: Talk, steps: list[tuple[str, Any]]) -> None:
    """Walk through the steps; the talk itself checks every decision."""
    for action, given_ in steps:
        if action == "wait":
            talk.wait(given_)
        elif action == "wake":
            talk._take(talk.flow.wake(talk.state, "somnio", given_, talk.world()))
        else:
            said = dict(given_)
            fields, held = said.pop("fields"), said.pop("held")
            if held and talk.decisions:
                talk.hold_back(talk.decisions[-1], after=held)
            talk.hear(**said, **fields)


def sales(talk: Talk) -> int:
    """Count the sales of a talk: a confirmed one that is left behind begins another."""
    confirmed = ["confirmed" in decision.state.marks for decision in talk.decisions]
    return 1 + sum(a and not b for a, b in pairwise(confirmed))


@settings(max_examples=400, deadline=None)
@given(steps=STEPS, contact=CONTACTS)
def test_any_conversation_holds(steps, contact):
    talk = Talk()
    talk.contact = contact
    play(talk, steps)
    assert len(talk.done("crm.order.create")) <= sales(talk)
    assert not [why for d in talk.decisions for why in d.why if "cannot be followed" in why]


@settings(max_examples=400, deadline=None)
@given(state=STATES, steps=STEPS)
def test_any_stored_state_can_be_gone_on_from(state, steps):
    play(Talk(state), steps)


@settings(max_examples=300, deadline=None)
@given(state=STATES, steps=STEPS)
def test_data_are_never_lost(state, steps):
    talk = Talk(state)
    for step in steps:
        before = {name for name, value in talk.state.data.items() if value}
        play(talk, [step])
        assert before <= {name for name, value in talk.state.data.items() if value}


@settings(max_examples=300, deadline=None)
@given(
    state=STATES,
    steps=STEPS,
    prices=st.fixed_dictionaries(dict.fromkeys(PRICES, PRICE)),
)
def test_every_figure_comes_from_the_catalogue(state, steps, prices):
    talk = Talk(state)
    talk.catalogue = products(prices)
    play(talk, steps)
    amounts = {code: Decimal(price) for code, price in prices.items()}
    saved = {
        max(Decimal(0), amounts["1x"] * int(code[0]) - amount) for code, amount in amounts.items()
    }
    allowed = {money(amount) for amount in {*amounts.values(), *saved}}
    for decision in talk.decisions:
        assert set(re.findall(r"\$[\d,.]*\d", words(decision))) <= allowed
        for order in does(decision, "crm.order.create"):
            assert [line["quantity"] for line in order.inputs["products"]] in ([], [1])


@settings(max_examples=300, deadline=None)
@given(state=STATES, steps=STEPS)
def test_the_same_is_decided_twice(state, steps):
    one, two = Talk(state), Talk(state)
    play(one, steps)
    play(two, steps)
    assert one.decisions == two.decisions


@settings(max_examples=300, deadline=None)
@given(state=STATES, steps=STEPS)
def test_a_customer_who_asks_is_answered(state, steps):
    talk = Talk(state)
    play(talk, steps)
    if talk.state.mode == "handoff":
        return
    answer = talk.hear("envio", kind="pregunta", text="¿hacen envios?")
    assert says(answer)


@given(text=st.text(), values=st.dictionaries(st.text(), st.text()))
def test_filling_never_fails(text, values):
    filled = fill(text, values)
    assert isinstance(filled.text, str)


@given(row=st.sampled_from(TEMPLATES))
def test_no_template_shows_its_braces(row):
    assert "{{" not in fill(row.text, {}).text

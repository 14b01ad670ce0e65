"""What holds of every rehearsal, whatever its script."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.engine import registry
from agents.engine.values import State, World
from agents.models import AgentSetting
from agents.sandbox.answers import answer_of
from agents.sandbox.play import Rehearsal
from agents.sandbox.replay import decided
from agents.sandbox.stage import OPENING, Stage, made_up_id, read, stored
from agents.tests.somnio_talk import REAL, products

SAYINGS = (
    "hola",
    "hola, cuanto vale?",
    "quiero comprar",
    "Jose Romero 3001234567 cra 10 # 20-30 Bogota",
    "barrio Chapinero, correo jose@example.com",
    "no tengo correo",
    "hacen envios a Cali?",
    "el de 2",
    "mejor el de 3",
    "si, confirmo",
    "ok gracias 👍",
    "no me interesa",
    "muestrame las promos",
)
STEP = st.one_of(st.sampled_from(SAYINGS), st.floats(0, 700).map(lambda s: round(s, 1)))
SCRIPT = st.lists(STEP, max_size=9)
SPEED = st.sampled_from([0.0, 0.2, 1.0])


def take_up(stage: Stage, speed: float) -> Rehearsal:
    """Take a rehearsal up without a database: the world is given."""
    agent = registry.find("somnio-sales-v1")
    world = World(
        now=OPENING,
        first_turn=True,
        products=products(),
        contact_id=made_up_id("contact"),
        timers=REAL,
    )
    setting = AgentSetting(agent=agent.id, speed=speed)
    return Rehearsal(agent=agent, setting=setting, texts=(), world=world, stage=stage)


def play(script: list[str | float], speed: float) -> tuple[list[dict[str, Any]], Any]:
    """Play a script call by call, through JSON, as the operations do."""
    mode = registry.find("somnio-sales-v1").flow(()).initial_mode
    kept, answers = json.dumps(stored(Stage(state=State(mode=mode)))), []
    for step in script:
        rehearsal = take_up(read(json.loads(kept)), speed)
        began = rehearsal.stage.now
        if isinstance(step, str):
            rehearsal.say(step)
            began = rehearsal.spoken_at
        else:
            rehearsal.advance(step)
        answers.append(answer_of(rehearsal, since=began))
        kept = json.dumps(stored(rehearsal.stage))
    return answers, json.loads(kept)


@settings(max_examples=40, deadline=None)
@given(SCRIPT, SPEED)
def test_the_same_script_gives_the_same_replies_and_states(script, speed):
    (first, stood), (second, stands) = play(script, speed), play(script, speed)
    assert stood == stands
    assert [decided(answer) for answer in first] == [decided(answer) for answer in second]


@settings(max_examples=40, deadline=None)
@given(SCRIPT, SPEED, st.floats(0, 900), st.floats(0, 900))
def test_time_in_two_pieces_is_the_same_time(script, speed, first, second):
    first, second = round(first, 3), round(second, 3)
    pieces, in_pieces = play([*script, first, second], speed)
    whole, at_once = play([*script, round(first + second, 3)], speed)
    assert in_pieces == at_once
    said = [reply["text"] for answer in pieces[-2:] for reply in answer["replies"]]
    assert said == [reply["text"] for reply in whole[-1]["replies"]]


@settings(max_examples=40, deadline=None)
@given(SCRIPT, SPEED)
def test_nobody_is_left_without_an_answer_or_a_reason(script, speed):
    orders = 0
    for step, answer in zip(script, play(script, speed)[0], strict=True):
        if isinstance(step, str):
            assert bool(answer["replies"]) or bool(answer["silent_because"]), answer
        moments = [reply["after_seconds"] for reply in answer["replies"]]
        assert moments == sorted(moments)
        assert all(timer["due_in"] >= 0 for timer in answer["timers"])
        orders += sum(e.get("operation") == "crm.order.create" for e in answer["effects"])
        assert all("error" not in effect for effect in answer["effects"])
    assert orders <= 1 + sum(step == "quiero comprar" for step in script) + script.count("el de 2")

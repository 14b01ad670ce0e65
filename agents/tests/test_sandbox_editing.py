"""A tester changes how a rehearsal stands: checked, taken whole or not at all."""

from __future__ import annotations

import json
from typing import Any

from agents.engine import registry

from .rehearsing import EVERYTHING, SOMNIO, Rehearsing, deeds, due, keys


class StateTest(Rehearsing):
    def test_it_goes_on_from_what_was_written(self):
        state = {
            "mode": "resumen",
            "selection": "2x",
            "data": self.say(EVERYTHING)["state"]["data"],
        }
        answer = self.do("set", state=json.dumps(state))
        self.assertEqual((answer["mode"], answer["turn"], answer["replies"]), ("resumen", 2, []))
        self.assertTrue(answer["silent_because"])
        answer = self.say("si, confirmo")
        (order,) = deeds(answer, "crm.order.create")
        self.assertEqual(order["inputs"]["products"][0]["price"], "109900.00")

    def test_what_is_left_out_stays_and_what_is_given_replaces(self):
        before = self.say("Hola, soy Jose")["state"]
        after = self.do("set", state={"data": {"apellido": "Romero"}})["state"]
        self.assertEqual(after, {**before, "data": {"apellido": "Romero"}})
        self.assertIsNone(self.do("set", state={"selection": None})["state"]["selection"])

    def test_nonsense_is_refused_with_a_sentence_and_nothing_is_lost(self):
        self.say("Hola, soy Jose")
        before = self.row()
        wrong: tuple[Any, ...] = (
            '{"mode": "resumen",}',
            "[1]",
            "null",
            "",
            "[" * 5000,
            {"mode": "nowhere"},
            {"mood": "resumen"},
            {"data": {"shoe_size": "42"}},
            {"data": {"nombre": 5}},
            {"data": []},
            {"selection": "9x"},
            {"said": "hola"},
            {"marks": {"order": None}},
            {"mode": 3},
            {"marks": {"waiting_since": "soon"}},
            {"marks": {"waiting_since": "2026-01-05T14:00:00"}},
            {"data": {"nombre": "\ud800"}},
            '{"mode": ' + "9" * 5000 + "}",
        )
        for number, state in enumerate(wrong):
            with self.subTest(number), self.assertRefused(field="state"):
                self.do("set", state=state)
        row = self.row()
        self.assertEqual((row.stage, row.version), (before.stage, before.version))

    def test_a_character_that_no_row_can_hold_is_left_out(self):
        answer = self.do("set", state='{"data": {"nombre": "Jo\\u0000se"}}')
        self.assertEqual(answer["state"]["data"], {"nombre": "Jose"})

    def test_whatever_stands_there_the_agent_goes_on(self):
        moments = {"waiting_since": "2026-01-05T13:59:00+00:00", "order": "2026-01-05T13:59:00Z"}
        for mode in registry.find(SOMNIO).words.modes:
            for selection, marks in ((None, {}), ("2x", {}), (None, moments), ("3x", moments)):
                with self.subTest(mode=mode, selection=selection, marks=bool(marks)):
                    state = {"mode": mode, "selection": selection, "marks": marks, "data": {}}
                    self.do("set", state=state)
                    for text in ("si, confirmo", "el de 2", "soy Jose", "hola"):
                        self.say(text)
                    self.advance(700)
                    self.do("rewind", turn=0)

    def test_where_the_json_is_wrong_is_said(self):
        with self.assertRaisesMessage(Exception, "line 2, column 3"):
            self.do("set", state='{"mode": "resumen",\n  oops}')

    def test_nothing_is_refused(self):
        with self.assertRefused(code="NO_FIELDS_TO_UPDATE"):
            self.do("set")


class TimersTest(Rehearsing):
    def test_another_time_for_a_level_that_runs_starts_it_again(self):
        self.say("quiero comprar")
        self.advance(100)
        self.assertEqual(due(self.do("set", timers={"0": 60, "3": 5})), [(0, 60)])
        self.assertEqual(due(self.do("set", timers={"3": 7})), [(0, 60)])
        self.assertEqual(keys(self.advance(60)), ["recordar_datos.first.1"])

    def test_a_preset_starts_it_again_and_forgets_own_seconds(self):
        self.say("quiero comprar")
        self.do("set", timers={"0": 77})
        answer = self.do("set", timer_preset="rapido")
        self.assertEqual((due(answer), answer["levels"]["3"]), ([(0, 60)], 60))

    def test_a_level_that_is_off_never_runs_out(self):
        self.say("quiero comprar")
        self.assertEqual(due(self.do("set", timers={"0": None})), [])
        self.assertEqual(self.advance(7200)["replies"], [])
        self.session = self.start(timers={"0": None})
        self.assertEqual(self.say("quiero comprar")["timers"], [])

    def test_own_seconds_from_the_start(self):
        self.session = self.start(timers={"0": 5})
        self.assertEqual(due(self.say("quiero comprar")), [(0, 5)])
        self.assertEqual(self.do("read")["timer_seconds"]["1"], 360)

    def test_the_workspace_s_own_seconds_count_unless_a_preset_is_asked_for(self):
        from agents.operations import settings

        settings.set_agent(self.ana, agent="somnio-sales-v1", timers={"0": 42})
        mine = self.do("start", agent="somnio-sales-v1")["session"]
        self.assertEqual(due(self.say("quiero comprar", session=mine)), [(0, 42)])
        self.assertEqual(due(self.say("quiero comprar")), [(0, 600)])

    def test_nonsense_is_refused(self):
        for wrong in ({"9": 5}, {"0": -1}, {"zero": 5}, {"0": "soon"}, [5], {"0": 1e9}):
            with self.subTest(wrong=wrong), self.assertRefused():
                self.do("set", timers=wrong)
            with self.subTest(wrong=wrong), self.assertRefused():
                self.start(timers=wrong)

    def test_the_speed_of_what_is_said_next(self):
        self.do("set", speed=0)
        answer = self.say("hola, cuanto vale?")
        self.assertEqual({reply["after_seconds"] for reply in answer["replies"]}, {0})
        self.do("rewind", turn=0)
        self.assertEqual(self.say("hola, cuanto vale?")["replies"][-1]["after_seconds"], 11)


class NextTimerTest(Rehearsing):
    def test_it_jumps_to_the_next_timer(self):
        self.say("quiero comprar")
        answer = self.do("advance", to="next_timer")
        self.assertEqual(keys(answer), ["recordar_datos.first.1"])
        self.assertEqual([reply["after_seconds"] for reply in answer["replies"]], [600])

    def test_without_a_timer_and_with_both_or_neither_it_is_refused(self):
        with self.assertRefused(field="to"):
            self.do("advance", to="next_timer")
        for wrong in ({}, {"seconds": 5, "to": "next_timer"}, {"to": "tomorrow"}):
            with self.subTest(wrong=wrong), self.assertRefused():
                self.do("advance", **wrong)

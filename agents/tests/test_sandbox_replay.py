"""A kept conversation once more: the same on the same version, different where the draft is."""

from __future__ import annotations

from typing import Any

from agents.content.changing import Line
from agents.models import SandboxTurn
from agents.operations import content

from .rehearsing import EVERYTHING, SOMNIO, Rehearsing


class ReplayTest(Rehearsing):
    def edit(self, intent: str, text: str) -> None:
        content.edit(self.ana, agent=SOMNIO, intent=intent, texts=[Line(text=text, delay=1)])

    def replay(self, **how: Any) -> Any:
        return self.do("replay", **how)

    def test_on_the_same_version_all_is_the_same(self):
        self.say("Hola, cuanto vale?")
        self.advance(4)
        self.say("hacen envios a Cali?")
        self.advance(3000.5)
        self.say("quiero comprar")
        self.say("Jose Romero 3001234567 cra 10 # 20-30 Bogota")
        self.do("set", timers={"2": 30})
        self.do("advance", to="next_timer")
        self.say("yo le colaboro", by="person")
        self.say("gracias")
        self.do("giveBack")
        self.say("el de 2", kind="text")
        self.say("", kind="image")
        self.say("", kind="sticker")
        self.advance(2 * 24 * 3600)
        self.say("si, confirmo")
        again = self.replay()
        self.assertTrue(again["same"], [t for t in again["turns"] if not t["same"]])
        self.assertEqual(again["content_version"], 0)
        self.assertEqual(len(again["turns"]), SandboxTurn.objects.count())
        self.assertEqual(self.row().stage["turn"], len(again["turns"]))

    def test_the_draft_s_difference_stands_at_its_turn(self):
        self.say("Hola")
        self.say("cuanto vale?")
        self.say("hacen envios a Cali?")
        self.edit("precio", "Hoy vale {{precio_1x}}, y ya.")
        again = self.replay(version="draft")
        self.assertEqual((again["same"], again["version"]), (False, "draft"))
        found = {turn["turn"]: set(turn["differences"]) for turn in again["turns"]}
        self.assertEqual(found, {1: set(), 2: {"replies", "effects", "state"}, 3: {"state"}})
        second = again["turns"][1]
        self.assertEqual(second["again"]["replies"], ["Hoy vale $77,900, y ya."])
        self.assertNotEqual(second["kept"]["replies"], second["again"]["replies"])
        was = second["differences"]["replies"]["kept"]
        self.assertEqual([reply["text"] for reply in was], second["kept"]["replies"])
        self.assertTrue(self.replay()["same"])

    def test_a_version_by_number_and_one_that_is_pinned(self):
        self.edit("precio", "Uno")
        content.publish(self.ana, agent=SOMNIO)
        self.edit("precio", "Dos")
        self.session = self.start(version="draft")
        answer = self.say("cuanto vale?")
        self.assertEqual([reply["text"] for reply in answer["replies"]], ["Dos"])
        self.assertEqual((answer["content_version"], self.do("read")["content"]), (2, "draft"))
        self.assertEqual(self.replay(version=1)["turns"][0]["again"]["replies"], ["Uno"])
        self.assertTrue(self.replay(version=2)["same"])
        self.assertIn("$77,900", self.replay(version=0)["turns"][0]["again"]["replies"][0])

    def test_a_version_that_is_not_there_is_refused(self):
        for version in ("draft", 7, -1, "newest"):
            with self.subTest(version=version), self.assertRefused():
                self.replay(version=version)
            with self.subTest(version=version), self.assertRefused():
                self.start(version=version)

    def test_a_branch_is_played_from_the_very_beginning(self):
        self.say(EVERYTHING)
        self.say("el de 2")
        self.session = self.do("branch", turn=1)["session"]
        self.say("el de 3")
        again = self.replay()
        self.assertTrue(again["same"])
        self.assertEqual(
            [t["again"]["mode"] for t in again["turns"]], ["ofrecer_promos", "resumen"]
        )

    def test_a_branch_can_go_on_by_the_draft(self):
        self.say("hola")
        self.edit("precio", "Por el borrador")
        self.session = self.do("branch", turn=1, version="draft")["session"]
        self.assertEqual(self.say("cuanto vale?")["replies"][0]["text"], "Por el borrador")
        with self.assertRefused(field="version"):
            self.do("branch", turn=1, version=9)

    def test_an_empty_one_is_the_same(self):
        self.assertEqual((self.replay()["same"], self.replay()["turns"]), (True, []))

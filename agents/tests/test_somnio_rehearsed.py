"""Rules of the flow with the reading in front of it: the embedded model, whole, in the sandbox."""

from __future__ import annotations

from typing import Any

from agents.models import AgentSetting
from agents.operations import sandbox, settings
from agents.tests.reference_steps import EVERYTHING
from agents.tests.selling import SOMNIO
from morfx.testing.case import CafeTest


class RehearsedTest(CafeTest):
    """A tester at the real pace."""

    @classmethod
    def furnish(cls) -> None:
        settings.set_agent(cls.ana, agent=SOMNIO, on=True)

    def talk(self, *steps: str | float) -> dict[str, Any]:
        """Say the texts and let the seconds pass; return the last answer."""
        started = sandbox.start.submit(self.beto, {"agent": SOMNIO, "timer_preset": "real"})
        answer: dict[str, Any] = {}
        for step in steps:
            inputs: dict[str, Any] = {"session": str(started.data["session"])}
            if isinstance(step, str):
                answer = sandbox.say.submit(self.beto, {**inputs, "text": step}).data
            else:
                answer = sandbox.advance.submit(self.beto, {**inputs, "seconds": step}).data
        return answer

    def keys(self, answer: dict[str, Any]) -> list[str]:
        return [reply["key"] for reply in answer["replies"]]

    def test_two_questions_are_two_answers(self):
        said = self.keys(self.talk("hola, cuanto cuesta y como se toma?"))
        self.assertEqual(said[0], "hola.first.1")
        self.assertIn("precio.first.1", said)
        self.assertIn("como_se_toma.first.1", said)

    def test_a_yes_with_a_question_is_answered_and_sold(self):
        answer = self.talk(EVERYTHING, "el de 2", "si confirmo, cuanto demora?")
        self.assertEqual(answer["mode"], "confirmado")
        self.assertEqual(self.keys(answer)[0], "envio.first.1")
        self.assertIn("compra_confirmada.first.1", self.keys(answer))

    def test_another_pack_at_the_summary(self):
        answer = self.talk(EVERYTHING, "el de 2", "cambio a 3")
        self.assertEqual((answer["mode"], answer["state"]["selection"]), ("resumen", "3x"))

    def test_a_municipality_with_namesakes(self):
        answer = self.talk("quiero comprar", "vivo en Buenavista")
        self.assertEqual(self.keys(answer), ["aclarar_municipio.first.1"])

    def test_signs_alone(self):
        for text in ("👍", "😂😂", "sí"):
            answer = self.talk(text)
            self.assertEqual(answer["mode"], "conversacion", text)
            self.assertEqual(self.keys(answer), ["hola.first.1", "hola.first.2"], text)
            self.assertEqual(answer["timers"], [])

    def test_timers_are_known_by_what_they_force(self):
        answer = self.talk(EVERYTHING, 600.0)
        self.assertEqual((answer["intent"], answer["confidence"]), ("timer_sinpack", 100))
        answer = self.talk(EVERYTHING, "el de 2", 700.0)
        self.assertEqual((answer["intent"], answer["confidence"]), ("timer_pendiente", 100))

    def test_a_workspace_may_only_remind(self):
        AgentSetting.objects.filter(agent=SOMNIO).update(promos_timeout="remind")
        answer = self.talk(EVERYTHING, 600.0)
        self.assertEqual(self.keys(answer), ["timer_sinpack.first.1"])
        self.assertEqual(answer["mode"], "ofrecer_promos")
        self.assertFalse([e for e in answer["effects"] if e["effect"] == "Do"])

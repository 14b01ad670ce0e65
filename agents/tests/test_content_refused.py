"""Changes that are refused: overtaken by somebody, or nonsense."""

from __future__ import annotations

from typing import Any

from agents.content.changing import Line
from agents.models import AgentVersion
from agents.operations import content as contents
from agents.tests.content_desk import SOMNIO, ContentTest
from morfx.operations.errors import Conflict, Refused


class ConflictTest(ContentTest):
    def test_two_who_saw_the_same_do_not_overwrite_each_other(self):
        seen = self.read()["revision"]
        self.edit_price(revision=seen)
        with self.assertRaises(Conflict):
            self.edit_price("Lo mío", revision=seen)
        self.edit_price("Lo mío", revision=self.read()["revision"])

    def test_what_was_published_or_rolled_back_meanwhile_is_a_conflict(self):
        self.edit_price()
        seen = self.read()["revision"]
        self.publish(revision=seen)
        contents.roll_back(self.ana, agent=SOMNIO, version=0)
        with self.assertRaises(Conflict):
            self.edit_price("Lo mío", revision=seen)

    def test_a_difference_seen_is_the_one_that_is_published(self):
        self.edit_price()
        seen = self.diff()["revision"]
        self.edit_price("Otra")
        with self.assertRaises(Conflict):
            self.publish(revision=seen)


class NonsenseTest(ContentTest):
    def refused(self, **wish: Any) -> str:
        with self.assertRaises(Refused) as caught:
            self.edit(**wish)
        self.assertFalse(AgentVersion.objects.exists())
        return caught.exception.message

    def text(self, text: str = "hola", **more: Any) -> str:
        return self.refused(intent="precio", texts=[Line(text=text, **more)])

    def test_an_unknown_variable(self):
        self.assertIn("{{descuento}}", self.text("Vale {{descuento}}"))

    def test_an_unknown_intent(self):
        self.assertIn("regalo", self.refused(intent="regalo", texts=[Line(text="x")]))
        self.assertIn("regalo", self.refused(intent="regalo", examples=["un regalo"]))

    def test_bad_pauses(self):
        for delay in (-1, 61, float("nan"), float("inf")):
            with self.subTest(delay=delay):
                self.assertIn("0 to 60", self.text(delay=delay))

    def test_empty_and_endless_texts(self):
        self.assertIn("empty", self.text("  \n "))
        self.assertIn("4096", self.text("a" * 4097))
        self.assertIn("no answer", self.refused(intent="precio", texts=[]))
        self.assertIn("no answer", self.text(visit="next"))

    def test_pictures_need_an_address(self):
        for address in ("foto.png", "http://a.co/x.png", "javascript:x", "https://", "https://[x"):
            with self.subTest(address=address):
                self.assertIn("https://", self.text(f"{address}|Mira", kind="image"))
        self.edit(intent="precio", texts=[Line(text="https://a.co/x.png|Mira {{precio_1x}}",
                                               kind="image")])  # fmt: skip

    def test_examples_that_teach_nothing_or_two_things(self):
        self.assertIn("already", self.refused(intent="precio", examples=["¿Hacen envíos?"]))
        self.assertIn("needs", self.refused(intent="precio", examples=["  "]))
        self.assertIn("is not", self.refused(intent="precio", examples=["😀😀"]))

    def test_fields_thresholds_and_timers_that_there_are_not(self):
        self.assertIn("cedula", self.refused(fields={"cedula": "x"}))
        self.assertIn("characters", self.refused(fields={"barrio": " "}))
        self.assertIn("surer", self.refused(thresholds={"clarify": 70}))
        self.assertIn("surer", self.refused(thresholds={"proceed": 101}))
        self.assertIn("eterno", self.refused(timers={"eterno": {"0": 5}}))
        self.assertIn("level", self.refused(timers={"real": {"9": 5}}))
        self.assertIn("seconds", self.refused(timers={"real": {"0": 0}}))

    def test_texts_of_no_intent_and_of_no_agent(self):
        self.refused(texts=[Line(text="x")])
        with self.assertRefused(field="agent"):
            contents.edit(self.ana, agent="nobody", intent="precio")

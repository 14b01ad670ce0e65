"""Versions of what an agent says: draft, difference, publish, roll back; and what must not be."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from agents import content, lookups_content
from agents.content.changing import Line
from agents.models import AgentVersion
from agents.operations import comprehension
from agents.operations import content as contents
from morfx.operations.errors import Conflict, NotFound, Refused
from morfx.tenancy import within
from morfx.testing.case import CafeTest

SOMNIO = "somnio-sales-v1"
NEW = "Claro: el frasco vale {{precio_1x}} y te llega gratis 🚚"


class ContentTest(CafeTest):
    def edit(self, **wish: Any) -> AgentVersion | None:
        return contents.edit(self.ana, agent=SOMNIO, **wish)

    def edit_price(self, text: str = NEW, **more: Any) -> AgentVersion:
        draft = self.edit(intent="precio", texts=[Line(text=text, delay=1)], **more)
        assert draft is not None
        return draft

    def publish(self, **more: Any) -> AgentVersion:
        return contents.publish(self.ana, agent=SOMNIO, **more)

    def read(self, **more: Any) -> dict[str, Any]:
        return lookups_content.read_content.submit(self.ana, {"agent": SOMNIO, **more})

    def diff(self, **more: Any) -> dict[str, Any]:
        return lookups_content.diff_content.submit(self.ana, {"agent": SOMNIO, **more})

    def says(self, intent: str) -> list[str]:
        return [text.text for text in content.current(SOMNIO).texts if text.intent == intent]


class DraftTest(ContentTest):
    def test_without_versions_the_agents_own_is_version_0(self):
        mine = content.current(SOMNIO)
        self.assertEqual(mine.version, 0)
        self.assertEqual(mine.texts, tuple(mine.agent.texts))
        self.assertGreater(len(mine.examples), 500)
        self.assertEqual(mine.thresholds, {"proceed": 85, "reanalyse": 60, "clarify": 40})
        self.assertEqual(mine.timers["real"][1], 360)

    def test_a_draft_changes_nothing_for_customers(self):
        before = self.says("precio")
        draft = self.edit_price()
        self.assertEqual((draft.state, draft.number, draft.revision), ("draft", 1, 1))
        self.assertEqual(self.says("precio"), before)
        self.assertHappened("content.edited", by=self.ana, parts=["texts:precio"])

    def test_reading_shows_the_draft_and_the_difference_what_it_changes(self):
        self.edit_price()
        found = self.read()
        self.assertEqual((found["version"], found["state"], found["published"]), (1, "draft", 0))
        rows = [row for row in found["content"]["texts"] if row["intent"] == "precio"]
        self.assertEqual([row["text"] for row in rows], [NEW])
        self.assertIn("precio_2x", found["variables"])
        [change] = self.diff()["changes"]
        self.assertEqual((change["part"], change["name"]), ("texts", "precio"))
        self.assertEqual([row["text"] for row in change["after"]], [NEW])

    def test_saying_the_same_again_is_no_change(self):
        own = [row for row in content.own(SOMNIO).texts if row.intent == "precio"]
        lines = [Line(text=r.text, visit=r.visit, delay=r.delay, key=r.key) for r in own]
        self.assertIsNone(self.edit(intent="precio", texts=lines))
        self.assertNothingHappened("content.edited")

    def test_a_text_keeps_its_key_when_it_moves(self):
        own = [row for row in content.own(SOMNIO).texts if row.key.startswith("precio.first")]
        lines = [Line(text=row.text, delay=row.delay, key=row.key) for row in reversed(own)]
        self.edit(intent="precio", texts=[*lines, Line(text="Uno más")])
        self.publish()
        mine = [text for text in content.current(SOMNIO).texts if text.intent == "precio"]
        self.assertEqual([text.key for text in mine][:3], [row.key for row in reversed(own)])
        self.assertEqual(mine[3].key, "precio.first.4")
        self.assertEqual([text.order for text in mine], [1, 2, 3, 4])

    def test_a_stranger_cannot(self):
        with self.assertRefused(code="PERMISSION_DENIED"):
            contents.edit(self.nobody, agent=SOMNIO, fields={"barrio": "x"})
        with self.assertRefused(code="PERMISSION_DENIED"):
            contents.publish(self.beto, agent=SOMNIO)


class PublishTest(ContentTest):
    def test_what_is_published_is_said(self):
        self.edit_price()
        version = self.publish(note="Precio más corto")
        self.assertEqual(self.says("precio"), [NEW])
        self.assertEqual(content.current(SOMNIO).version, 1)
        self.assertEqual((version.state, version.published_by), ("published", self.ana.who))
        self.assertHappened("content.published", version=1, before=0, note="Precio más corto")
        self.assertEqual(self.diff()["changes"], [])

    def test_the_other_shop_keeps_its_own(self):
        self.edit_price()
        self.publish()
        with within(self.other_shop.workspace.pk):
            self.assertEqual(content.current(SOMNIO).version, 0)

    def test_nothing_changed_is_nothing_to_publish(self):
        with self.assertRefused():
            self.publish()
        self.edit_price()
        self.publish()
        with self.assertRefused():
            self.publish()

    def test_a_published_version_never_changes(self):
        self.edit_price()
        version = self.publish()
        version.content["fields"]["barrio"] = "other"
        with self.assertRaises(IntegrityError), transaction.atomic():
            version.save()
        with self.assertRaises(IntegrityError), transaction.atomic():
            AgentVersion.objects.update(state="draft")

    def test_further_changes_go_into_a_draft_of_their_own(self):
        self.edit_price()
        self.publish()
        draft = self.edit_price("Otra cosa: {{precio}}")
        self.assertEqual((draft.number, draft.based_on), (2, 1))
        self.assertEqual(self.says("precio"), [NEW])

    def test_rolling_back_puts_an_earlier_version_in_force(self):
        self.edit_price()
        self.publish()
        self.edit_price("Segunda")
        self.publish()
        contents.roll_back(self.ana, agent=SOMNIO, version=1)
        self.assertEqual(self.says("precio"), [NEW])
        self.assertEqual(content.current(SOMNIO).version, 1)
        contents.roll_back(self.ana, agent=SOMNIO, version=0)
        self.assertEqual(content.current(SOMNIO).version, 0)
        contents.roll_back(self.ana, agent=SOMNIO, version=2)
        self.assertEqual(self.says("precio"), ["Segunda"])
        self.assertHappened("content.rolledBack", version=2, before=0)
        states = AgentVersion.objects.order_by("number").values_list("state", flat=True)
        self.assertEqual(list(states), ["old", "published"])

    def test_rolling_back_twice_is_once(self):
        self.edit_price()
        self.publish()
        contents.roll_back(self.ana, agent=SOMNIO, version=1)
        self.assertNothingHappened("content.rolledBack")

    def test_a_draft_or_no_version_is_not_gone_back_to(self):
        self.edit_price()
        with self.assertRefused(field="version"):
            contents.roll_back(self.ana, agent=SOMNIO, version=1)
        with self.assertRaises(NotFound):
            contents.roll_back(self.ana, agent=SOMNIO, version=7)

    def test_giving_up_leaves_what_is_published(self):
        with self.assertRefused():
            contents.discard(self.ana, agent=SOMNIO)
        self.edit_price()
        contents.discard(self.ana, agent=SOMNIO)
        self.assertEqual(self.diff()["changes"], [])
        with self.assertRefused():
            self.publish()
        self.assertHappened("content.discarded", version=1)

    def test_versions_are_listed_newest_first(self):
        self.edit_price()
        self.publish()
        self.edit_price("Segunda")
        found = lookups_content.list_versions.submit(self.ana, {"agent": SOMNIO})
        self.assertEqual([row["version"] for row in found["items"]], [2, 1])
        self.assertEqual([row["state"] for row in found["items"]], ["draft", "published"])


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


class UseTest(ContentTest):
    def test_new_examples_change_what_is_understood_without_a_deploy(self):
        odd = "que vuelta con la plata del tarrito azulito"
        before = comprehension.comprehend(self.ana, agent=SOMNIO, text=odd)
        own = [e.text for e in content.own(SOMNIO).examples if e.intent == "invima"]
        self.edit(intent="invima", examples=[*own, odd])
        again = comprehension.comprehend(self.ana, agent=SOMNIO, text=odd)
        self.assertEqual(again["intent"], before["intent"])
        self.assertNotEqual(before["intent"], "invima")
        self.publish()
        after = comprehension.comprehend(self.ana, agent=SOMNIO, text=odd)
        self.assertEqual((after["intent"], after["source"]), ("invima", "embedded"))
        contents.roll_back(self.ana, agent=SOMNIO, version=0)
        back = comprehension.comprehend(self.ana, agent=SOMNIO, text=odd)
        self.assertEqual(back["intent"], before["intent"])

    def test_examples_and_field_notes_reach_a_models_prompt(self):
        own = [e.text for e in content.own(SOMNIO).examples if e.intent == "invima"]
        self.edit(
            intent="invima",
            examples=[*own, "eso trae papeles del gobierno"],
            fields={"barrio": "the neighbourhood, never the street"},
        )
        self.publish()
        agent = content.current(SOMNIO).agent
        self.assertIn("eso trae papeles del gobierno", agent.prompt)
        self.assertEqual(agent.fields["barrio"], "the neighbourhood, never the street")
        self.assertNotEqual(agent.prompt_version, content.own(SOMNIO).agent.prompt_version)

    def test_thresholds_and_timers_are_the_versions(self):
        self.edit(thresholds={"clarify": 30}, timers={"real": {"0": 900}})
        self.publish()
        agent = content.current(SOMNIO).agent
        self.assertEqual(agent.thresholds["clarify"], 30)
        self.assertEqual(agent.thresholds["proceed"], 85)
        self.assertEqual(agent.presets["real"], {0: 900, 1: 360, 2: 120, 3: 600, 4: 600})

    def test_the_common_turn_asks_one_query_for_the_content(self):
        self.edit_price()
        self.publish()
        content.current(SOMNIO)
        with self.assertNumQueries(1):
            content.current(SOMNIO)

    def test_a_version_by_number_and_the_draft(self):
        self.edit_price()
        self.assertEqual(content.at(SOMNIO, 0).version, 0)
        draft = content.draft(SOMNIO)
        assert draft is not None
        self.assertEqual((draft.version, content.at(SOMNIO, 1).texts), (1, draft.texts))
        self.edit_price("Otra vez")
        again = content.draft(SOMNIO)
        assert again is not None
        self.assertNotEqual(again.texts, draft.texts)

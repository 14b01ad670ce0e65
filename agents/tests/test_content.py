"""Versions of what an agent says: draft, difference, publish, roll back; and what must not be."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from agents import content, lookups_content
from agents.content.changing import Line
from agents.models import AgentVersion
from agents.operations import content as contents
from agents.tests.content_desk import NEW, SOMNIO, ContentTest
from morfx.operations.errors import NotFound
from morfx.tenancy import within


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

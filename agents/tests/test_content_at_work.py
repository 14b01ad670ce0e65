"""Content where it is used: in turns through the webhook, at once from two desks, in migrations."""

from __future__ import annotations

import importlib
from typing import Any

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from agents import content
from agents.content.changing import Line
from agents.models import AgentTurn, AgentVersion
from agents.operations import content as contents
from morfx.operations.errors import Conflict
from morfx.tenancy import within
from morfx.testing.case import CafeTest
from morfx.testing.committed import CommittedTest, at_once

from .selling import SOMNIO, SellingTest


class TurnsTest(SellingTest):
    def publish(self, **wish: Any) -> None:
        contents.edit(self.ana, agent=SOMNIO, **wish)
        contents.publish(self.ana, agent=SOMNIO)

    def last_turn(self) -> AgentTurn:
        return AgentTurn.objects.filter(role="customer").latest("number")

    def test_a_turn_speaks_by_the_published_version_and_knows_which(self):
        self.publish(intent="precio", texts=[Line(text="Hoy vale {{precio_1x}} 🌙")])
        self.assertIn("Hoy vale $77,900 🌙", self.says("cuanto vale?"))
        self.assertEqual(self.last_turn().trace["content_version"], 1)
        contents.roll_back(self.ana, agent=SOMNIO, version=0)
        self.says("y hacen envios a Cali?")
        self.assertEqual(self.last_turn().trace["content_version"], 0)

    def test_what_was_said_is_not_said_again_by_the_next_version(self):
        said = self.says("como se toma?")
        rows = [text for text in content.own(SOMNIO).texts if text.intent == "como_se_toma"]
        lines = [Line(text=f"{r.text} (bis)", visit=r.visit, delay=0, key=r.key) for r in rows]
        self.publish(intent="como_se_toma", texts=lines)
        again = self.says("como se toma?")
        self.assertEqual(len(said), 3)
        self.assertEqual([text for text in again if "reloj" in text], [])

    def test_an_example_that_is_published_is_understood_in_the_next_turn(self):
        odd = "que vuelta con el papelito del gobierno"
        own = [e.text for e in content.own(SOMNIO).examples if e.intent == "invima"]
        self.publish(intent="invima", examples=[*own, odd])
        self.says(odd)
        self.assertEqual(self.last_turn().intent, "invima")


class AtOnceTest(CommittedTest):
    def test_of_many_who_begin_a_draft_at_once_one_does(self):
        def begin(number: int) -> int:
            draft = contents.edit(
                self.ana,
                agent=SOMNIO,
                revision=0,
                intent="precio",
                texts=[Line(text=f"Precio {number}")],
            )
            assert draft is not None
            return draft.revision

        answers = at_once(4, begin)
        self.assertEqual([answer for answer in answers if answer == 1], [1])
        self.assertEqual(sum(isinstance(answer, Conflict) for answer in answers), 3, answers)
        with transaction.atomic():
            self.assertEqual(AgentVersion.objects.count(), 1)


class FoldTest(CafeTest):
    def test_texts_a_workspace_had_of_its_own_become_its_first_version(self):
        migration = importlib.import_module("agents.migrations.0010_content")
        state = MigrationExecutor(connection).loader.project_state(
            [("agents", "0006_settings_and_budgets")]
        )
        migration.Migration.operations[0].state_forwards("agents", state)
        before = state.apps.get_model("agents", "AgentText")
        workspace = self.shop.workspace.pk
        for key, text in (("precio.first.1", "Vale mucho"), ("gone.first.1", "x")):
            before.objects.create(
                workspace_id=workspace, agent=SOMNIO, key=key, intent="precio", delay=7, text=text
            )
        migration.fold(state.apps, None)
        with within(workspace):
            mine = content.current(SOMNIO)
        self.assertEqual(mine.version, 1)
        changed = {t.key: t for t in mine.texts}["precio.first.1"]
        self.assertEqual((changed.text, changed.delay), ("Vale mucho", 7))
        self.assertEqual(len(mine.texts), len(content.own(SOMNIO).texts))
        with within(self.other_shop.workspace.pk):
            self.assertEqual(content.current(SOMNIO).version, 0)

"""What is published is understood and said: examples, notes, thresholds, timers."""

from __future__ import annotations

from agents import content
from agents.operations import comprehension
from agents.operations import content as contents
from agents.tests.content_desk import SOMNIO, ContentTest


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

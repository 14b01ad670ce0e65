"""The sandbox's panels: what they show, and what can be set in them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from agents.models import SandboxSession
from agents.tests import messages_answers as answers
from agents.tests.sandbox_desk import EVERYTHING, SandboxPagesTest
from agents.tests.selling import claude_at
from crm.models import Order


class Panels(SandboxPagesTest):
    def test_up_to_three_in_the_order_they_were_put(self):
        self.opens("trace", "intent", "config")
        self.assertEqual(self.opened(), ["trace", "intent", "config"])
        self.press("arrange", toggle="tokens")
        self.press("arrange", up="tokens")
        self.assertEqual(self.opened(), ["trace", "tokens", "intent"])
        self.press("arrange", down="trace")
        self.press("arrange", close="intent")
        self.assertEqual(self.opened(), ["tokens", "trace"])

    def test_all_closed_and_nonsense(self):
        for name in ("tools", "state"):
            answer = self.press("arrange", toggle=name)
        self.assertContains(answer, "Open a panel to see what the agent thinks.")
        self.press("arrange", order="state,<b>,state,kitchen")
        self.assertEqual(self.opened(), ["state"])

    def test_the_bar_stays_where_it_was_put(self):
        for asked, kept in (("48", 50), ("0", 35), ("900", 70), ("wide", 55)):
            self.press("arrange", split=asked)
            self.assertContains(self.page(), f'data-split="{kept}"')

    def test_tools_show_what_would_have_been_done(self):
        self.opens("tools")
        self.say(EVERYTHING)
        self.say("el de 2")
        answer = self.say("si, confirmo")
        self.assertContains(answer, "Made an order")
        self.assertContains(answer, "109900.00")
        self.assertContains(answer, ">dry<")
        self.assertFalse(Order.objects.exists())

    def test_intents_with_confidence_and_timers(self):
        self.opens("intent", "ingest", "trace")
        self.say("hola, cuanto vale?")
        self.say("quiero comprar")
        self.say("soy Jose Romero, 3001234567")
        answer = self.press("advance", to="next_timer")
        self.assertContains(answer, "A greeting + asks for the price")
        self.assertContains(answer, "<meter")
        self.assertContains(answer, "asks for the missing data")
        self.assertContains(answer, "Surname: <strong>Romero</strong>")
        self.assertContains(answer, "&quot;comprehension&quot;")

    def test_the_embedded_model_costs_nothing(self):
        self.opens("tokens")
        self.assertContains(self.page(), "No model was asked yet.")

    def test_each_model_with_its_tokens_and_its_money(self):
        self.opens("tokens")
        with claude_at() as api:
            api.then(answers.understood("envio", 70), answers.understood("precio", 92))
            answer = self.say("y eso?")
        (panel,) = [one for one in answer.context["panels"] if one["name"] == "tokens"]
        (turn,) = panel["turns"]
        self.assertEqual([one["row"].total for one in turn["spent"]], [180, 180])
        (model,) = panel["models"]  # the scripted server names the same model each time
        self.assertEqual((model["row"].total, panel["tokens"]), (360, 360))
        self.assertEqual(model["row"].cost, Decimal("0.000840"))
        self.assertContains(answer, f"<code>{model['row'].model}</code>", 3)
        self.assertContains(answer, "US$")

    def test_who_is_not_understood_is_handed_over(self):
        with claude_at() as api:
            api.then(answers.understood("precio", 20))
            answer = self.say("asdf qwer")
        self.assertContains(answer, "Handed over to a person.")
        self.assertContains(answer, "asdf qwer")

    def test_near_the_budget_it_warns(self):
        self.opens("tokens")
        stage = self.row().stage | {"tokens": 41_000}
        SandboxSession.objects.filter(pk=self.session).update(stage=stage)
        page = self.page()
        self.assertContains(page, "41,000 of 50,000 tokens")
        self.assertContains(page, "41,000 tokens")

    def test_the_state_can_be_written(self):
        self.opens("state")
        answer = self.press(
            "change", where="state", state=json.dumps({"mode": "resumen", "selection": "2x"})
        )
        self.assertContains(answer, "Waiting for the confirmation")
        self.assertContains(answer, "You changed the state.")
        self.assertEqual(self.row().stage["state"]["selection"], "2x")

    def test_a_state_that_is_none_is_refused_and_stays_in_the_box(self):
        self.opens("state")
        for nonsense in ('{"mode": ', '{"mode": "kitchen"}', "[1]", '{"data": {"nombre": 7}}'):
            answer = self.press("change", where="state", state=nonsense)
            self.assertEqual(answer.status_code, 422)
            self.assertIn(nonsense, answer.content.decode().replace("&quot;", '"'))
            self.assertContains(answer, 'id="sb-state-error"', status_code=422)
        self.assertEqual(self.row().stage["state"]["mode"], "conversacion")

    def test_timers_are_set_level_by_level_or_by_a_preset(self):
        self.opens("timers")
        self.say("quiero comprar")
        answer = self.press("change", where="timers", level_0="90", level_1="60", level_3="")
        self.assertContains(answer, "1:30")
        self.assertNotIn(3, [row["level"] for row in self.levels(answer) if row["seconds"]])
        answer = self.press("change", where="timers", preset="rapido")
        self.assertContains(answer, 'value="rapido" aria-pressed="true"')
        self.assertContains(answer, "1:00")
        answer = self.press("change", where="timers", level_0="-5")
        self.assertContains(answer, 'role="alert"', status_code=422)

    @staticmethod
    def levels(answer: Any) -> list[dict[str, Any]]:
        (panel,) = [one for one in answer.context["panels"] if one["name"] == "timers"]
        return list(panel["levels"])

    def test_the_speed_of_its_answers(self):
        self.opens("config")
        self.press("change", where="config", speed="0")
        answer = self.say("hola, cuanto vale?", elapsed="0")
        self.assertNotContains(answer, 'data-fate="coming"')
        self.assertContains(self.page(), '<option value="0.0" selected>')

"""Turns that ask Claude, or try to: what the ledger says, and who answers when it cannot."""

from __future__ import annotations

from django.conf import settings as configured

from agents import content
from agents.engine.perceive import SHORT_HISTORY
from agents.engine.reserving import most_of_a_call
from agents.models import AgentTurn, ModelCall
from agents.operations import settings
from agents.tests import messages_answers as answers
from agents.tests.selling import EVERYTHING, SOMNIO, SellingTest, claude_at, tokens_of


class ClaudeTest(SellingTest):
    def test_with_a_key_the_ledger_names_the_model_that_answered(self):
        with claude_at() as api:
            replies = self.says("hola, cuanto vale?")
        self.assertTrue(any("$77,900" in reply for reply in replies), replies)
        (call,) = ModelCall.objects.all()
        turn = AgentTurn.objects.get(role="customer")
        fast = configured.MODEL_FAST
        self.assertEqual((call.source, call.model, call.outcome), ("anthropic", fast, "ok"))
        self.assertEqual((call.turn_id, call.session_id), (turn.pk, turn.session_id))
        self.assertEqual(turn.tokens, tokens_of(call))
        self.assertGreater(turn.tokens, 100)
        self.assertEqual((turn.cost, len(call.prompt_version)), (call.cost, 8))
        self.assertGreater(call.cost, 0)
        self.assertEqual(api.calls[0].question["message"], "hola, cuanto vale?")
        self.assertEqual(turn.trace["comprehension"]["source"], f"anthropic:{fast}")

    def test_a_whole_sale_by_claude_s_understanding(self):
        fields = {
            "nombre": "jose", "apellido": "romero", "telefono": "300 123 4567",
            "direccion": "cra 10 # 20-30", "ciudad": "bogota", "barrio": "chapinero",
            "correo": "JOSE@example.com",
        }  # fmt: skip
        with claude_at() as api:
            api.then(
                answers.understood("datos", 95, kind="datos", fields=fields),
                answers.understood("resumen_2x", 95),
                answers.understood("compra_confirmada", 95),
            )
            self.says(EVERYTHING)
            self.says("el de 2")
            replies = self.says("si, confirmo")
        self.assertEqual(len(replies), 2)
        contact = self.conversation().contact
        assert contact is not None
        self.assertEqual((contact.name, contact.city), ("Jose Romero", "Bogota"))
        self.assertEqual(ModelCall.objects.filter(source="anthropic").count(), 3)

    def test_in_doubt_the_stronger_model_looks_again(self):
        with claude_at() as api:
            api.then(answers.understood("envio", 70), answers.understood("precio", 92))
            replies = self.says("y eso?")
        models = [call.body["model"] for call in api.calls]
        self.assertEqual(models, [configured.MODEL_FAST, configured.MODEL_STRONG])
        self.assertTrue(any("$77,900" in reply for reply in replies), replies)
        self.assertEqual(ModelCall.objects.count(), 2)

    def test_the_second_look_is_told_more_of_what_was_said(self):
        with claude_at() as api:
            for number in range(5):
                self.says(f"cuanto vale el envio numero {number}?")
            api.calls.clear()
            api.then(answers.understood("envio", 70), answers.understood("precio", 92))
            self.says("y eso?")
        first, second = (call.question["history"] for call in api.calls)
        self.assertEqual(len(first), SHORT_HISTORY)
        self.assertGreater(len(second), len(first))
        self.assertEqual(second[-SHORT_HISTORY:], first)

    def test_lost_it_hands_over(self):
        with claude_at() as api:
            api.then(answers.understood("precio", 20))
            replies = self.says("asdf qwer")
        self.assertEqual(len(replies), 1)
        self.assertHappened("conversation.handedOver")

    def test_a_failing_server_is_replaced_and_the_ledger_shows_both(self):
        with claude_at(lambda body: answers.overloaded()) as api:
            replies = self.says("cuanto vale?")
        self.assertTrue(any("$77,900" in reply for reply in replies), replies)
        rows = sorted(ModelCall.objects.values_list("source", "outcome"))
        self.assertEqual(rows, [*[("anthropic", "failed")] * len(api.calls), ("embedded", "ok")])
        self.assertGreater(len(api.calls), 0)
        trace = AgentTurn.objects.get(role="customer").trace
        self.assertEqual(trace["comprehension"]["source"], "embedded")
        self.assertTrue(trace["failures"])

    def test_tokens_count_towards_the_budget(self):
        with claude_at() as api:
            reserved = most_of_a_call(content.current(SOMNIO).agent, "hola, cuanto vale?").tokens
            settings.set_agent(self.ana, agent=SOMNIO, budget_tokens_session=reserved + 100)
            self.assertTrue(self.says("hola, cuanto vale?"))
            replies = self.says("hacen envios?")
        self.assertEqual((len(api.calls), len(replies)), (1, 1))
        self.assertHappened("conversation.handedOver")

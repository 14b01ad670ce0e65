"""The assistant when a model or an operation fails: a sentence, nothing lost, nothing twice."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from unittest import mock

from agents.assistant import hands, loop
from agents.engine import budgets
from agents.models import AssistantLine, AssistantProposal, ModelCall
from agents.operations import proposals, settings
from agents.tests import messages_answers as answers
from agents.tests.assisting import AssistingTest
from agents.tests.assisting_by_model import KeyedTest, results_of
from morfx.operations.errors import RateLimited, Unavailable


class FailuresTest(KeyedTest):
    """Each ends with one clear sentence; what was said is kept, and nothing is half done."""

    UNKNOWN = "qué opinas de todo esto"

    def assert_says(self, answer: dict[str, Any], part: str) -> None:
        self.assertIn(part, answer["reply"])
        self.assertEqual((answer["done"], answer["proposals"]), ([], []))
        self.assertIn("Nothing was changed.", answer["reply"])
        said = AssistantLine.objects.filter(role="member").values_list("text", flat=True)
        self.assertEqual(list(said), [self.UNKNOWN])
        self.assertFalse(ModelCall.objects.filter(outcome="started").exists())

    def test_a_tool_that_does_not_exist(self) -> None:
        wish = answers.calls(("crm_everything_delete", {}))
        self.api.then(wish, answers.calls(("crm_everything_delete", {})))
        self.assert_says(self.asks(self.UNKNOWN), "does not exist here")
        self.assertEqual(len(self.api.calls), 2, "it is told once")

    def test_a_tool_that_is_put_right_goes_on(self) -> None:
        self.api.then(
            answers.calls(("crm_everything_delete", {})),
            answers.calls(("crm_tag_list", {})),
            answers.says("No hay etiquetas."),
        )
        answer = self.asks(self.UNKNOWN)
        self.assertEqual(answer["reply"], "No hay etiquetas.")
        self.assertEqual([step["name"] for step in answer["steps"]], ["crm.tag.list"])

    def test_inputs_of_the_wrong_type(self) -> None:
        wrong = ("crm_contact_update", {"contact": str(self.marta.pk), "city": 7})
        self.api.then(answers.calls(wrong), answers.calls(wrong))
        self.assert_says(self.asks(self.UNKNOWN), "clearly enough")
        self.marta.refresh_from_db()
        self.assertEqual(self.marta.city, "Bogotá")

    def test_inputs_the_operation_refuses_are_told_to_the_model(self) -> None:
        self.api.then(
            answers.calls(("crm_contact_read", {"contact": str(self.order.pk)})),
            answers.calls(("crm_contact_update", {"contact": str(self.marta.pk), "phone": "12"})),
            answers.says("Ese teléfono no existe."),
        )
        answer = self.asks(self.UNKNOWN)
        codes = [step["error"]["code"] for step in answer["steps"]]
        self.assertEqual(codes, ["NOT_FOUND", "PHONE_INVALID"])
        told = json.loads(results_of(self.api.calls[2])[0]["content"])
        self.assertEqual(told["code"], "PHONE_INVALID")

    def test_a_refusal(self) -> None:
        self.api.then(answers.refusal())
        self.assert_says(self.asks(self.UNKNOWN), "declines")

    def test_an_answer_that_got_too_long(self) -> None:
        self.api.then(answers.cut_short())
        self.assert_says(self.asks(self.UNKNOWN), "too long")

    def test_an_empty_answer(self) -> None:
        self.api.then(answers.empty())
        self.assert_says(self.asks(self.UNKNOWN), "no usable answer")

    def test_no_model_to_be_reached(self) -> None:
        self.api.brain = lambda body: answers.overloaded()
        with mock.patch("agents.llm.chain.FIRST_WAIT", 0):
            self.assert_says(self.asks(self.UNKNOWN), "cannot be reached")

    def test_without_a_model_the_grammar_helps(self) -> None:
        self.api.brain = lambda body: answers.no_credit()
        answer = self.asks("tag her VIP")
        self.assertEqual((answer["source"], len(answer["done"])), ("embedded", 1))
        self.assertTrue(answer["failures"])
        self.assertTrue(self.marta.tags.filter(name="VIP").exists())

    def test_when_the_money_is_used_up_no_model_is_asked(self) -> None:
        settings.set_agent(
            self.ana, agent="somnio-sales-v1", budgets={"day": {"tokens": {"hard": Decimal(100)}}}
        )
        budgets.add(budgets.Spent(tokens=100))
        self.assert_says(self.asks(self.UNKNOWN), "used up")
        self.assertEqual(self.api.calls, [])
        self.assertEqual(len(self.asks("tag her VIP")["done"]), 1, "the grammar costs nothing")

    def test_a_model_lost_half_way_keeps_what_was_done_and_says_it(self) -> None:
        tag = ("crm_tag_add", {"contact": str(self.marta.pk), "tag": "VIP"})
        self.api.then(answers.calls(tag), answers.refusal())
        answer = self.asks("tag her VIP")
        self.assertEqual(len(answer["done"]), 1)
        self.assertEqual(AssistantProposal.objects.count(), 1, "the grammar does not do it again")
        for part in ("The tag VIP was added.", "declines", "was done before"):
            self.assertIn(part, answer["reply"])

    def test_it_stops_after_so_many_steps(self) -> None:
        self.api.brain = lambda body: answers.calls(("crm_tag_list", {}))
        answer = self.asks(self.UNKNOWN)
        self.assertEqual(len(self.api.calls), loop.MOST_STEPS)
        self.assertIn("too many steps", answer["reply"])
        self.assertEqual(len(answer["steps"]), loop.MOST_STEPS)


class RetriesTest(AssistingTest):
    """Retryable refusals are retried by the loop, under one key, and never by what is called."""

    def try_tagging(self, *refusals: Exception) -> dict[str, Any]:
        left = list(refusals)
        real = proposals.confirm

        def shaky(*args: Any, **inputs: Any) -> Any:
            done = real(*args, **inputs)
            if left:
                raise left.pop(0)
            return done

        with mock.patch.object(proposals, "confirm", shaky), mock.patch("time.sleep"):
            return self.asks("tag her VIP")

    def test_what_was_done_before_its_answer_was_lost_happens_once(self) -> None:
        answer = self.try_tagging(Unavailable("Later."), Unavailable("Later."))
        self.assertEqual((len(answer["done"]), answer["steps"][-1]["tries"]), (1, 3))
        self.assertEqual(self.marta.tags.count(), 1)
        self.assertEqual(AssistantProposal.objects.count(), 1)

    def test_after_so_many_it_says_what_it_was_told(self) -> None:
        answer = self.try_tagging(*[Unavailable("It is down.")] * 3)
        self.assertIn("It is down.", answer["reply"])
        self.assertEqual(answer["steps"][-1]["tries"], 1 + hands.MOST_RETRIES)

    def test_who_must_wait_long_is_told_at_once(self) -> None:
        answer = self.try_tagging(RateLimited(40))
        self.assertEqual(answer["steps"][-1]["tries"], 1)
        self.assertIn("40", answer["reply"])

"""The assistant with real commits: confirmed twice at once, and changed meanwhile."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction

from agents.models import AssistantProposal
from agents.operations import assistant, proposals
from crm.models import Contact, Order
from crm.operations import contacts, orders, pipelines
from crm.operations.lines import Item
from morfx.events.models import Event
from morfx.operations.actor import Actor
from morfx.operations.errors import Refused
from morfx.testing.committed import CommittedTest, at_once


class RacesTest(CommittedTest):
    def setUp(self) -> None:
        super().setUp()
        with transaction.atomic():
            pipelines.furnish(Actor.system(self.shop.workspace.pk, "tests"))
            self.marta: Contact = contacts.create(self.ana, name="Marta", phone="3001112222")
            items = [Item(name="Calm", quantity=2, price=Decimal(45000))]
            self.order: Order = orders.create(self.ana, contact=self.marta, products=items)

    def asks(self, text: str) -> dict[str, Any]:
        inputs = {"text": text, "contact": str(self.marta.pk)}
        answer: dict[str, Any] = assistant.ask.submit(self.ana, inputs).data
        return answer

    def count(self, name: str) -> int:
        with transaction.atomic():
            return Event.objects.filter(name=name).count()

    def test_a_talk_works_outside_of_any_transaction(self) -> None:
        for text in ("tag her VIP", "what did she buy last time", "task tomorrow: call her"):
            with self.subTest(text):
                self.assertTrue(self.asks(text)["reply"])
        self.assertEqual((self.count("tag.assigned"), self.count("task.created")), (1, 1))

    def test_confirmed_eight_times_at_once_is_once(self) -> None:
        (waits,) = self.asks("delete her order")["proposals"]
        given = {"proposal": waits["id"]}
        answers = at_once(8, lambda _n: proposals.confirm.submit(self.ana, given).data["status"])
        self.assertEqual(answers, ["done"] * 8)
        self.assertEqual(self.count("order.deleted"), 1)
        self.assertEqual(self.count("assistant.carriedOut"), 1)

    def test_confirmed_and_dropped_at_once_is_one_of_them(self) -> None:
        (waits,) = self.asks("delete her order")["proposals"]
        given = {"proposal": waits["id"]}
        acts = (proposals.confirm, proposals.cancel)
        answers = at_once(2, lambda n: acts[n].submit(self.ana, given).data["status"])
        refused = [answer for answer in answers if isinstance(answer, Refused)]
        self.assertEqual(len(refused), 1, answers)
        with transaction.atomic():
            status = AssistantProposal.objects.get(pk=waits["id"]).status
            exists = Order.objects.filter(pk=self.order.pk).exists()
        self.assertEqual(exists, status == "cancelled")

    def test_undone_eight_times_at_once_is_once(self) -> None:
        (done,) = self.asks("tag her VIP")["done"]
        given = {"proposal": done["id"]}
        answers = at_once(8, lambda _n: proposals.undo.submit(self.ana, given).data["status"])
        self.assertEqual(answers, ["undone"] * 8)
        self.assertEqual(self.count("tag.removed"), 1)

    def test_changed_at_the_same_moment_one_of_them_is_told(self) -> None:
        """Either the change came first, and the deletion is refused, or there is nothing left."""
        (waits,) = self.asks("delete her order")["proposals"]

        def act(number: int) -> str:
            if number:
                given = {"order": str(self.order.pk), "notes": "a gift"}
                orders.update.submit(self.beto, given)
                return "changed"
            proposals.confirm.submit(self.ana, {"proposal": waits["id"]})
            return "deleted"

        answers = at_once(2, act)
        refused = [answer for answer in answers if isinstance(answer, Refused)]
        self.assertEqual(len(refused), 1, answers)
        self.assertIn(refused[0].code, ("CHANGED_MEANWHILE", "ORDER_NOT_FOUND"))

    def test_asked_twice_under_one_key_is_one_answer(self) -> None:
        inputs = {"text": "note: likes mint", "contact": str(self.marta.pk)}
        first, second = (assistant.ask.submit(self.ana, inputs, key="k") for _ in range(2))
        self.assertEqual((first.data, second.repeated), (second.data, True))
        self.assertEqual(self.count("note.created"), 1)

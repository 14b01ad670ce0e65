"""A café with a customer in conversation, her orders, and an assistant to ask."""

from __future__ import annotations

from typing import Any

from agents.operations import assistant
from crm.models import Contact, Order, Pipeline, Stage
from crm.operations import contacts, orders, pipelines
from inbox.models import Conversation
from inbox.testing import InboxTest
from morfx.operations.actor import Actor


class AssistingTest(InboxTest):
    """Marta has written and has one open order of two packs; nobody has a model key."""

    @classmethod
    def furnish(cls) -> None:
        super().furnish()
        pipelines.furnish(Actor.system(cls.shop.workspace.pk, "tests"))

    def setUp(self) -> None:
        super().setUp()
        self.customer_writes("hola")
        self.chat: Conversation = self.conversation()
        assert self.chat.contact is not None
        self.marta: Contact = contacts.update(
            self.ana, contact=self.chat.contact, name="Marta Pérez", city="Bogotá"
        )
        self.order = self.sell()

    def sell(self, contact: Contact | None = None, **inputs: Any) -> Order:
        """Sell two packs of calm."""
        items = [{"name": "Calm", "quantity": 2, "price": "45000"}]
        return orders.create(
            self.ana,
            contact=contact or self.marta,
            products=inputs.pop("products", items),
            **inputs,
        )

    def stages(self) -> list[Stage]:
        pipeline = Pipeline.objects.get(is_default=True)
        return list(pipeline.stages.order_by("position"))

    def asks(self, text: str, *, by: Actor | None = None, **inputs: Any) -> dict[str, Any]:
        """Ask from the conversation, by name as doors do."""
        given = {"conversation": str(self.chat.pk), **inputs}
        outcome = assistant.ask.submit(by or self.ana, {"text": text, **given})
        answer: dict[str, Any] = outcome.data
        return answer

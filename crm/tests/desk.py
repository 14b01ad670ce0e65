"""The café's CRM as tests find it: Marta, a pipeline, and the other shop's rows beside them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from crm.models import Contact, Order, Pipeline, Stage
from crm.operations import contacts, orders, pipelines
from crm.operations.lines import Item
from morfx.operations.actor import Actor
from morfx.operations.catalogue import find
from morfx.tenancy import within
from morfx.testing.case import CafeTest


class DeskTest(CafeTest):
    """Marta is a contact, the pipeline is furnished, and the other shop has the same."""

    marta: ClassVar[Contact]
    pipeline: ClassVar[Pipeline]
    stages: ClassVar[dict[str, Stage]]
    their_contact: ClassVar[Contact]
    their_order: ClassVar[Order]
    system: ClassVar[Actor]

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        there = cls.other_shop
        with within(there.workspace.pk):
            pipelines.furnish(Actor.system(there.workspace.pk, "tests"))
            cls.their_contact = contacts.create(there.owner, name="Zoe's", phone="3110000000")
            cls.their_order = coffee(there.owner, cls.their_contact)

    @classmethod
    def furnish(cls) -> None:
        cls.system = Actor.system(cls.shop.workspace.pk, "tests")
        cls.pipeline = pipelines.furnish(cls.system)
        cls.stages = {stage.name: stage for stage in cls.pipeline.stages.all()}
        cls.marta = contacts.create(cls.ana, name="Marta Ríos", phone="300 123 4567")

    def submit(self, name: str, actor: Actor | None = None, /, **inputs: Any) -> Any:
        """Call an operation by name as Ana, as a door does; return the answer's data."""
        operation = find(name)
        assert operation is not None
        return operation.submit(actor or self.ana, inputs).data


def coffee(actor: Actor, contact: Contact, **more: Any) -> Order:
    """Sell two bags of coffee at 20 000 each."""
    return orders.create(
        actor,
        contact=contact,
        products=[Item(name="Coffee", quantity=2, price=Decimal(20000))],
        **more,
    )

"""Whom a courier calls, stages between others, and stages seen by name."""

from crm.models import Order, Stage
from crm.operations import orders, pipelines

from .desk import DeskTest, coffee
from .pages import PageTest


class RecipientPhoneTest(DeskTest):
    def test_it_is_kept_as_said_changed_and_copied(self):
        made = self.submit(
            "crm.order.create",
            contactId=str(self.marta.pk),
            products=[{"name": "Coffee", "price": 1}],
            shippingPhone=" 601 2345678  ext. 4 ",
        )
        self.assertEqual(made["shipping_phone"], "601 2345678 ext. 4")
        order = Order.objects.get(pk=made["id"])
        orders.update(self.beto, order=order, shipping_phone="+573115556677")
        event = self.assertHappened("order.updated", by=self.beto, order=order.pk)
        self.assertEqual(event.facts["changes"]["shipping_phone"]["new"], "+573115556677")
        orders.update(self.beto, order=order, shipping_phone="+573115556677")
        order.refresh_from_db()
        copy = orders.duplicate(self.beto, source_order=order, target_pipeline=self.pipeline)
        self.assertEqual(copy.shipping_phone, "+573115556677")
        self.marta.refresh_from_db()
        self.assertEqual(self.marta.phone, "+573001234567")

    def test_too_long_a_one_is_refused(self):
        with self.assertRefused(code="VALIDATION_ERROR"):
            self.submit(
                "crm.order.create",
                contactId=str(self.marta.pk),
                products=[{"name": "Coffee", "price": 1}],
                shippingPhone="3" * 41,
            )


class StageAfterTest(DeskTest):
    def names(self):
        stages = Stage.objects.filter(pipeline=self.pipeline).order_by("position")
        return list(stages.values_list("name", flat=True))

    def test_a_stage_comes_after_another_first_or_last(self):
        before = self.names()
        first = self.stages[before[0]]
        for _ in range(2):
            pipelines.add_stage(self.ana, pipeline=self.pipeline, name="Second", after=first)
        self.assertEqual(self.names(), [before[0], "Second", *before[1:]])
        pipelines.add_stage(self.ana, pipeline=self.pipeline, name="First", first=True)
        pipelines.add_stage(self.ana, pipeline=self.pipeline, name="Last")
        self.assertEqual(self.names(), ["First", before[0], "Second", *before[1:], "Last"])

    def test_after_a_stage_of_another_pipeline_is_refused(self):
        other = pipelines.create(self.ana, name="Wholesale").stages.first()
        with self.assertRefused(field="after"):
            pipelines.add_stage(self.ana, pipeline=self.pipeline, name="Lost", after=other)

    def test_an_order_moves_only_from_the_stage_that_is_named(self):
        order = coffee(self.ana, self.marta)
        with self.assertRefused(code="CONFLICT", field="expected"):
            self.submit(
                "crm.order.updateStatus", order=str(order.pk), stage="Ganado", expected="Perdido"
            )
        moved = self.submit(
            "crm.order.updateStatus", order=str(order.pk), stage="Ganado", expected="nuevo"
        )
        self.assertEqual(moved["stage"]["name"], "Ganado")


class RecipientPageTest(PageTest):
    def test_the_sheet_shows_it_and_the_city_once(self):
        order = coffee(
            self.ana,
            self.marta,
            shipping_address="Carrera 10, Cali, Valle",
            shipping_city="Cali",
            shipping_phone="+573115556677",
        )
        sheet = self.get(f"orders/{order.pk}/")
        self.assertIn("Phone of the recipient", sheet)
        self.assertIn("+573115556677", sheet)
        self.assertEqual(sheet.count("Cali"), 1)
        self.assertIn("+573115556677", self.get(f"orders/{order.pk}/edit/"))

from crm.models import Order
from crm.operations import orders, pipelines, tags

from .desk import DeskTest, coffee


class DuplicateOrderTest(DeskTest):
    def setUp(self):
        super().setUp()
        self.order = coffee(self.ana, self.marta, notes="Ring twice")
        self.again = pipelines.create(self.ana, name="Recompra")

    def test_it_copies_and_stays_connected(self):
        tags.add(self.ana, order=self.order, tag="WPP")
        made = self.submit(
            "crm.order.duplicate",
            self.beto,
            sourceOrderId=str(self.order.pk),
            targetPipelineId=str(self.again.pk),
            targetStageId="En Proceso",
            copyTags=True,
        )
        copy = Order.objects.get(pk=made["id"])
        self.assertEqual(
            (copy.total, copy.contact, copy.description), (40000, self.marta, "Ring twice")
        )
        self.assertEqual((copy.source_order, copy.stage.pipeline), (self.order, self.again))
        self.assertEqual(made["tags"], ["WPP"])
        self.assertHappened("order.created", order=copy.pk, source_order=self.order.pk)

    def test_the_toggles_are_honoured(self):
        copy = orders.duplicate(
            self.ana,
            source_order=self.order,
            target_pipeline=self.again,
            copy_contact=False,
            copy_products=False,
        )
        self.assertEqual((copy.contact, copy.total, copy.confirmed), (None, 0, False))
        self.assertEqual(copy.stage.name, "Nuevo")

    def test_nonsense_strangers_and_foreign_ids_are_refused(self):
        with self.assertRefused(field="target_stage"):
            orders.duplicate(
                self.ana,
                source_order=self.order,
                target_pipeline=self.again,
                target_stage=self.stages["Nuevo"],
            )
        with self.assertRefused(code="PERMISSION_DENIED"):
            orders.duplicate(self.nobody, source_order=self.order, target_pipeline=self.again)
        with self.assertRefused(code="ORDER_NOT_FOUND"):
            self.submit(
                "crm.order.duplicate",
                sourceOrderId=str(self.their_order.pk),
                targetPipelineId=str(self.again.pk),
            )
        with self.assertRefused(code="PIPELINE_NOT_FOUND"):
            self.submit(
                "crm.order.duplicate",
                sourceOrderId=str(self.order.pk),
                targetPipelineId=str(self.their_order.pipeline_id),
            )

from decimal import Decimal

from crm.models import Order, OrderLine, Pipeline, Stage
from crm.operations import contacts, orders, pipelines, products
from crm.operations.lines import Item
from morfx.events.models import Event
from morfx.tenancy import within

from .desk import DeskTest, coffee


class CreateOrderTest(DeskTest):
    def test_it_creates_all_of_it(self):
        made = self.submit(
            "crm.order.create",
            self.beto,
            contactId=str(self.marta.pk),
            products=[
                {"name": "Coffee", "quantity": 2, "price": 20000},
                {"name": "Filter papers", "quantity": 1, "price": "9900.50"},
            ],
            shippingAddress="Cra 10 # 20-30",
            shippingCity="Bogotá",
            department="Cundinamarca",
            notes="Ring twice",
        )
        self.assertEqual(made["total"], {"amount": "49900.50", "currency": "COP"})
        self.assertEqual(made["stage"]["name"], "Nuevo")
        self.assertEqual([line["sku"] for line in made["lines"]], ["COFFEE", "FILTER-PAPERS"])
        self.assertEqual(made["lines"][0]["subtotal"]["amount"], "40000.00")
        order = Order.objects.get(pk=made["id"])
        self.assertEqual((order.source, order.shipping_department), ("page", "Cundinamarca"))
        self.assertHappened(
            "order.created",
            by=self.beto,
            order=order.pk,
            contact=self.marta.pk,
            total=Decimal("49900.50"),
            confirmed=True,
        )

    def test_known_products_are_linked_by_sku_or_title(self):
        bag = products.create(self.ana, title="Coffee", price=Decimal(21000))
        made = orders.create(
            self.ana,
            contact=self.marta,
            products=[Item(name="coffee"), Item(name="A bag", sku="coffee", price=Decimal(1))],
        )
        lines = list(made.lines.order_by("position"))
        self.assertEqual([line.product_id for line in lines], [bag.pk, bag.pk])
        self.assertEqual([line.unit_price for line in lines], [21000, 1])
        products.update(self.ana, product=bag, price=Decimal(30000))
        made.refresh_from_db()
        self.assertEqual(made.total, 21001)

    def test_a_long_unknown_name_gets_a_short_sku(self):
        made = orders.create(
            self.ana, contact=self.marta, products=[Item(name="somnio " * 20, price=Decimal(1))]
        )
        self.assertEqual(len(made.lines.get().sku), 50)

    def test_it_starts_where_it_is_told(self):
        by_id = coffee(self.ana, self.marta, stage=self.stages["En Proceso"])
        by_name = coffee(self.ana, self.marta, stage_name="EN PROCESO")
        unknown = coffee(self.ana, self.marta, stage_name="NUEVO PEDIDO")
        self.assertEqual(
            [o.stage.name for o in (by_id, by_name, unknown)], ["En Proceso", "En Proceso", "Nuevo"]
        )
        again = pipelines.create(self.ana, name="Recompra")
        there = coffee(self.ana, self.marta, pipeline=again)
        self.assertEqual((there.pipeline, there.stage.name), (again, "Nuevo"))
        derived = coffee(self.ana, self.marta, stage=again.stages.get(name="Ganado"))
        self.assertEqual(derived.pipeline, again)

    def test_only_an_unconfirmed_order_may_be_empty(self):
        with self.assertRefused(code="PRODUCTS_REQUIRED", field="products"):
            orders.create(self.ana, contact=self.marta)
        with self.assertRefused(code="PRODUCTS_REQUIRED", field="products"):
            orders.create(self.ana, contact=self.marta, products=[])
        made = orders.create(self.ana, contact=self.marta, products=[], confirmed=False)
        self.assertEqual((made.total, made.confirmed), (0, False))

    def test_nonsense_leaves_nothing_behind(self):
        other = pipelines.create(self.ana, name="Other")
        with self.assertRefused(field="stage"):
            coffee(self.ana, self.marta, pipeline=other, stage=self.stages["Nuevo"])
        with self.assertRefused(code="STAGE_NOT_FOUND"):
            self.sell([{"name": "X", "price": 1}], stage="Nowhere")
        with self.assertRefused(code="PRODUCT_PRICE_INVALID", field="products.1.price"):
            self.sell([{"name": "X", "price": 1}, {"name": "No price"}])
        for wrong in ({"price": -1}, {"price": 1, "quantity": 0}, {"price": 1, "name": ""}):
            with self.assertRefused(code="VALIDATION_ERROR"):
                self.sell([{"name": "X", **wrong}])
        self.assertEqual(Order.objects.count(), 0)
        self.assertEqual(OrderLine.objects.count(), 0)

    def test_without_a_pipeline_it_says_so(self):
        Pipeline.objects.all().delete()
        with self.assertRefused(code="NO_PIPELINE"):
            coffee(self.ana, self.marta)
        Pipeline.objects.create(name="Empty")
        with self.assertRefused(code="NO_STAGE"):
            coffee(self.ana, self.marta)

    def test_strangers_and_foreign_ids_cannot(self):
        with self.assertRefused(code="PERMISSION_DENIED"):
            coffee(self.nobody, self.marta)
        line = [{"name": "X", "price": 1}]
        with self.assertRefused(code="CONTACT_NOT_FOUND"):
            self.sell(line, contact=str(self.their_contact.pk))
        with self.assertRefused(code="PIPELINE_NOT_FOUND"):
            self.sell(line, pipeline=str(self.their_order.pipeline_id))
        with self.assertRefused(code="STAGE_NOT_FOUND"):
            self.sell(line, stage=str(self.their_order.stage_id))

    def sell(self, items, **more):
        return self.submit(
            "crm.order.create", **{"contact": str(self.marta.pk), "products": items, **more}
        )


class UpdateOrderTest(DeskTest):
    def setUp(self):
        super().setUp()
        self.order = coffee(self.ana, self.marta)

    def test_it_changes_what_is_given_and_says_what(self):
        answer = self.submit(
            "crm.order.update",
            self.beto,
            orderId=str(self.order.pk),
            trackingNumber="C-1",
            description="Leave it with the neighbour",
        )
        self.assertEqual(answer["tracking_number"], "C-1")
        self.assertHappened(
            "order.updated",
            by=self.beto,
            changes={
                "description": {"old": "", "new": "Leave it with the neighbour"},
                "tracking_number": {"old": "", "new": "C-1"},
            },
        )

    def test_products_replace_the_lines(self):
        tea = [Item(name="Tea", price=Decimal(5000))]
        updated = orders.update(self.ana, order=self.order, products=tea)
        self.assertEqual(updated.total, 5000)
        self.assertEqual([line.title for line in updated.lines.all()], ["Tea"])
        event = self.assertHappened("order.updated", order=self.order.pk)
        self.assertEqual(event.facts["changes"]["total"], {"old": "40000.00", "new": "5000.00"})
        self.assertEqual(event.facts["changes"]["products"]["old"][0]["title"], "Coffee")
        orders.update(self.ana, order=self.order, products=tea)
        self.assertEqual(Event.objects.filter(name="order.updated").count(), 1)

    def test_an_unconfirmed_order_is_filled_and_confirmed(self):
        empty = orders.create(self.ana, contact=self.marta, confirmed=False)
        with self.assertRefused(code="PRODUCTS_REQUIRED"):
            orders.update(self.ana, order=empty, confirmed=True)
        filled = orders.update(
            self.ana,
            order=empty,
            confirmed=True,
            products=[Item(name="Tea", price=Decimal(5000))],
        )
        self.assertEqual((filled.confirmed, filled.total), (True, 5000))

    def test_twice_or_nothing_records_nothing(self):
        for _ in range(2):
            orders.update(self.ana, order=self.order, carrier="Coordinadora")
        orders.update(self.ana, order=self.order)
        self.assertEqual(Event.objects.filter(name="order.updated").count(), 1)

    def test_nonsense_is_refused(self):
        with self.assertRefused(code="PRODUCTS_REQUIRED"):
            orders.update(self.ana, order=self.order, products=[])
        with self.assertRefused(code="VALIDATION_ERROR", field="carrier"):
            orders.update(self.ana, order=self.order, carrier="x" * 101)
        self.assertEqual(Order.objects.get(pk=self.order.pk).total, 40000)

    def test_a_new_contact_pokes_both(self):
        luz = contacts.create(self.ana, name="Luz")
        orders.update(self.ana, order=self.order, contact=luz)
        event = self.assertHappened("order.updated", contact=luz.pk)
        self.assertEqual(event.facts["changes"]["contact"]["old"], str(self.marta.pk))

    def test_strangers_and_foreign_ids_cannot(self):
        with self.assertRefused(code="PERMISSION_DENIED"):
            orders.update(self.nobody, order=self.order, carrier="X")
        with self.assertRefused(code="ORDER_NOT_FOUND"):
            self.submit("crm.order.update", order=str(self.their_order.pk), carrier="X")
        with self.assertRefused(code="CONTACT_NOT_FOUND"):
            self.submit(
                "crm.order.update", order=str(self.order.pk), contact=str(self.their_contact.pk)
            )


class MoveOrderTest(DeskTest):
    def setUp(self):
        super().setUp()
        self.order = coffee(self.ana, self.marta)

    def test_it_moves(self):
        won = self.stages["Ganado"]
        moved = orders.move(self.beto, order=self.order, stage=won)
        self.assertEqual(moved.stage, won)
        self.assertHappened(
            "order.moved",
            by=self.beto,
            order=self.order.pk,
            from_stage=self.stages["Nuevo"].pk,
            to_stage=won.pk,
            to_name="Ganado",
            closing="won",
        )

    def test_a_name_in_any_case_means_its_own_pipeline(self):
        pipelines.create(self.ana, name="AAA first")
        answer = self.submit(
            "crm.order.updateStatus", orderId=str(self.order.pk), status="en proceso"
        )
        self.assertEqual(answer["stage"]["id"], str(self.stages["En Proceso"].pk))

    def test_the_same_stage_does_nothing(self):
        orders.move(self.ana, order=self.order, stage=self.stages["Nuevo"])
        self.assertNothingHappened("order.moved")

    def test_a_stage_of_another_pipeline_is_refused(self):
        other = pipelines.create(self.ana, name="Other")
        for stage in (other.stages.get(name="Ganado"), str(other.stages.get(name="Perdido").pk)):
            with self.assertRefused(field="stage"):
                self.submit("crm.order.updateStatus", order=str(self.order.pk), stage=stage)
        with self.assertRefused(code="STAGE_NOT_FOUND"):
            self.submit("crm.order.updateStatus", order=str(self.order.pk), stage="Nowhere")

    def test_who_saw_another_stage_is_told(self):
        seen = self.stages["Nuevo"]
        orders.move(self.beto, order=self.order, stage=self.stages["Ganado"], expected=seen)
        with self.assertRefused(code="CONFLICT"):
            orders.move(self.ana, order=self.order, stage=self.stages["Perdido"], expected=seen)
        self.assertEqual(Order.objects.get(pk=self.order.pk).stage.name, "Ganado")

    def test_strangers_and_foreign_ids_cannot(self):
        with self.assertRefused(code="PERMISSION_DENIED"):
            orders.move(self.nobody, order=self.order, stage=self.stages["Ganado"])
        with self.assertRefused(code="ORDER_NOT_FOUND"):
            self.submit("crm.order.updateStatus", order=str(self.their_order.pk), stage="Ganado")
        with self.assertRefused(code="STAGE_NOT_FOUND"):
            theirs = str(self.their_order.stage_id)
            self.submit("crm.order.updateStatus", order=str(self.order.pk), stage=theirs)


class DeleteOrderTest(DeskTest):
    def test_the_lines_go_with_it(self):
        order = coffee(self.ana, self.marta)
        orders.delete(self.ana, order=order)
        self.assertEqual(OrderLine.objects.count(), 0)
        self.assertHappened("order.deleted", by=self.ana, contact=self.marta.pk)
        with self.assertRefused(code="ORDER_NOT_FOUND"):
            self.submit("crm.order.delete", order=str(order.pk))

    def test_an_agent_and_a_foreign_id_cannot(self):
        order = coffee(self.ana, self.marta)
        with self.assertRefused(code="PERMISSION_DENIED"):
            orders.delete(self.beto, order=order)
        with self.assertRefused(code="ORDER_NOT_FOUND"):
            self.submit("crm.order.delete", order=str(self.their_order.pk))
        with within(self.other_shop.workspace.pk):
            self.assertTrue(Order.objects.filter(pk=self.their_order.pk).exists())
            self.assertEqual(Stage.objects.count(), 4)

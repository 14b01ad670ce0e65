"""The board, the list and the sheet of orders."""

from decimal import Decimal

from crm.models import Order, Pipeline
from crm.operations import contacts, orders, products, tags

from .desk import coffee
from .pages import HTMX, PageTest


class OrdersPageTest(PageTest):
    def test_the_board_shows_counts_and_sums(self):
        coffee(self.ana, self.marta)
        orders.create(self.ana, contact=self.marta, confirmed=False)
        coffee(self.ana, self.marta, stage=self.stages["Ganado"])
        page = self.browser.get("/lucia/orders/")
        columns = {c["stage"]["name"]: (c["count"], c["total"]) for c in page.context["columns"]}
        self.assertEqual(columns["Nuevo"], (2, 40000))
        self.assertEqual(columns["Ganado"], (1, 40000))
        self.assertEqual(columns["Perdido"], (0, 0))
        self.assertContains(page, "2 × Coffee")
        self.assertContains(page, "To confirm")
        self.assertContains(page, 'data-live="orders"')

    def test_it_searches_filters_and_lists(self):
        coffee(self.ana, self.marta)
        empty = orders.create(self.ana, contact=self.marta, confirmed=False, name="To fill")
        unconfirmed = self.get("orders/?filter=unconfirmed")
        self.assertIn(f"/orders/{empty.pk}/", unconfirmed)
        self.assertNotIn("2 × Coffee", unconfirmed)
        self.assertIn("2 × Coffee", self.get("orders/?q=rios&view=list"))
        self.assertIn("No orders match", self.get("orders/?q=nothing&view=list"))
        self.assertIn("Nothing here", self.get("orders/?q=nothing"))
        Pipeline.objects.exclude(pk=self.pipeline.pk).delete()

    def test_without_a_pipeline_it_still_opens(self):
        Pipeline.objects.all().delete()
        self.get("orders/")
        self.get("orders/?view=list")

    def test_a_column_goes_on(self):
        for _ in range(23):
            coffee(self.ana, self.marta)
        page = self.browser.get("/lucia/orders/")
        column = page.context["columns"][0]
        self.assertEqual((column["count"], len(column["cards"])), (23, 20))
        more = self.browser.get(column["next_url"], headers=HTMX)
        self.assertEqual(more.content.decode().count('class="order-card"'), 3)
        self.assertNotContains(more, "Load more")

    def test_its_price(self):
        def grow():
            for stage in self.stages.values():
                order = coffee(self.ana, self.marta, stage=stage)
                tags.add(self.ana, order=order, tag="WPP")

        grow()
        self.assertEqual(self.assertSamePrice("orders/", grow), 6)
        self.assertEqual(self.assertSamePrice("orders/?view=list", grow), 5)

    def test_moving_says_so_and_knows_what_the_person_saw(self):
        order = coffee(self.ana, self.marta)
        path = f"orders/{order.pk}/move/"
        new, won = self.stages["Nuevo"].pk, self.stages["Ganado"].pk
        moved = self.post(path, 204, HTMX, stage=won, from_stage=new)
        self.assertIn("Ganado", self.triggered(moved)["toast"]["text"])
        self.assertIn("orders", self.triggered(moved))
        late = self.post(path, 422, HTMX, stage=self.stages["Perdido"].pk, from_stage=new)
        self.assertEqual(self.triggered(late)["toast"]["kind"], "error")
        self.assertIn("orders", self.triggered(late))
        self.assertEqual(Order.objects.get(pk=order.pk).stage_id, won)
        self.post(path, 302, stage=new, from_stage=won)
        self.assertHappened("order.moved", by=self.ana, to_stage=new)
        self.post(path, 422, HTMX, stage=self.their_order.stage_id, from_stage=new)

    def test_a_full_stage_only_warns(self):
        stage = self.stages["Ganado"]
        stage.wip_limit = 1
        stage.save()
        coffee(self.ana, self.marta, stage=stage)
        order = coffee(self.ana, self.marta)
        moved = self.post(f"orders/{order.pk}/move/", 204, HTMX, stage=stage.pk)
        self.assertIn("at most", self.triggered(moved)["toast"]["text"])

    def test_the_sheet(self):
        order = coffee(self.ana, self.marta, notes="Ring twice")
        sheet = self.get(f"orders/{order.pk}/", headers=HTMX)
        self.assertNotIn("<!doctype html>", sheet)
        for text in ("Coffee", "Ring twice", "Marta Ríos", "What happened"):
            self.assertIn(text, sheet)
        self.assertEqual(self.queries(f"orders/{order.pk}/"), 5)

    def test_confirming(self):
        order = coffee(self.ana, self.marta, confirmed=False)
        self.assertIn("Nobody has checked", self.get(f"orders/{order.pk}/"))
        self.post(f"orders/{order.pk}/confirm/", 200, HTMX)
        self.assertHappened("order.updated", changes={"confirmed": {"old": False, "new": True}})
        empty = orders.create(self.ana, contact=self.marta, confirmed=False)
        refused = self.post(f"orders/{empty.pk}/confirm/", 422, HTMX)
        self.assertIn("what is ordered", self.triggered(refused)["toast"]["text"])

    def test_a_new_order_takes_products_and_finds_the_contact(self):
        products.create(self.ana, title="Tea", price=Decimal(5000))
        self.assertIn("Tea", self.get("orders/new/"))
        row = {"products-0-title": "tea", "products-0-quantity": 3, "products-0-price": ""}
        self.post(
            "orders/new/", 302, contact="rios", confirmed="on", pipeline=self.pipeline.pk, **row
        )
        order = Order.objects.get()
        self.assertEqual((order.contact, order.total), (self.marta, 15000))
        done = self.post(
            f"orders/new/?contact={self.marta.pk}", 204, HTMX, pipeline=self.pipeline.pk, **row
        )
        self.assertIn("close-sheet", self.triggered(done))
        self.assertEqual(Order.objects.filter(confirmed=False).count(), 1)

    def test_a_wrong_order_says_where(self):
        contacts.create(self.ana, name="Marta Two")
        base = {"pipeline": self.pipeline.pk, "confirmed": "on"}
        wrong = self.post("orders/new/", 422, contact="marta", **base)
        self.assertContains(wrong, "Several match", status_code=422)
        wrong = self.post("orders/new/", 422, contact="nobody", **base)
        self.assertContains(wrong, "Nobody by that name", status_code=422)
        wrong = self.post("orders/new/", 422, contact="rios", **base)
        self.assertContains(wrong, "Say what is ordered.", status_code=422)
        unknown = {"products-0-title": "Moon dust", "products-0-quantity": 1}
        wrong = self.post("orders/new/", 422, contact="rios", **base, **unknown)
        self.assertContains(wrong, "give its price", status_code=422)
        strange = {"products-0-title": "Tea", "products-0-quantity": "many"}
        wrong = self.post("orders/new/", 422, contact="rios", **base, **strange)
        self.assertContains(wrong, "Row 1: Enter a whole number.", status_code=422)
        self.assertContains(wrong, 'value="Tea"', status_code=422)
        self.assertFalse(Order.objects.exists())

    def test_editing_keeps_and_replaces_lines(self):
        order = coffee(self.ana, self.marta)
        path = f"orders/{order.pk}/edit/"
        form = self.get(path)
        self.assertIn('value="Coffee"', form)
        lines = {
            "products-0-title": "Coffee",
            "products-0-quantity": 1,
            "products-0-price": "20000.00",
            "products-1-title": "Tea",
            "products-1-quantity": 2,
            "products-1-price": "5000",
        }
        self.post(path, 302, carrier="Envia", **lines)
        order.refresh_from_db()
        self.assertEqual((order.total, order.carrier), (30000, "Envia"))
        self.post(path, 422, HTMX, **{"products-0-title": ""})

    def test_tags_of_an_order(self):
        order = coffee(self.ana, self.marta)
        self.post(f"orders/{order.pk}/tags/", 302, other="WPP")
        self.assertHappened("tag.assigned", on="order", order=order.pk)

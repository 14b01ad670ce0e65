from datetime import timedelta
from decimal import Decimal
from typing import ClassVar

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.models import Order
from crm.operations import contacts, notes, orders, pipelines, products, tags, tasks
from crm.operations.lines import Item
from morfx.operations.catalogue import lookups

from .desk import DeskTest, coffee


class ReadingTest(DeskTest):
    def read(self, name, actor=None, /, **inputs):
        return lookups[name].submit(actor or self.ana, inputs)

    def names(self, **inputs):
        return [item["name"] for item in self.read("crm.contact.list", **inputs)["items"]]

    def queries(self, name, **inputs):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            self.read(name, **inputs)
        return len(captured)


class ContactsTest(ReadingTest):
    @classmethod
    def furnish(cls):
        super().furnish()
        jose = contacts.create(
            cls.ana, name="José Núñez", phone="+57 301 555 9876", email="jose@mail.co", city="Chía"
        )
        tags.add(cls.ana, contact=jose, tag="VIP")
        tags.add(cls.ana, contact=jose, tag="New")
        tags.add(cls.ana, contact=cls.marta, tag="VIP")

    def test_people_are_found_however_they_are_typed(self):
        for text in (
            "jose",
            "NUNEZ JOSE",
            "josé n",
            "mail.co",
            "chia",
            "9876",
            "301-555",
            "3015559876",
            "(+57) 301 555.9876",
            "57 3015559876",
        ):
            with self.subTest(text):
                self.assertEqual(self.names(search=text), ["José Núñez"])
        self.assertEqual(self.names(search="nobody"), [])
        self.assertEqual(self.names(search="100%"), [])
        self.assertEqual(self.names(search="57300"), ["Marta Ríos"])

    def test_tags_narrow_and_all_must_hold(self):
        self.assertEqual(self.names(tags=["vip"]), ["José Núñez", "Marta Ríos"])
        self.assertEqual(self.names(tags="VIP,New"), ["José Núñez"])
        self.assertEqual(self.names(tags=["none"]), [])

    def test_pages_follow_one_another_in_every_order(self):
        for number in range(5):
            contacts.create(self.ana, name=f"C{number}")
        for sort in ("newest", "oldest", "name", "updated"):
            seen, cursor = [], None
            while True:
                answer = self.read("crm.contact.list", limit=3, sort=sort, cursor=cursor)
                seen += [item["name"] for item in answer["items"]]
                if (cursor := answer["next"]) is None:
                    break
            with self.subTest(sort):
                self.assertEqual(len(seen), 7)
                self.assertEqual(len(set(seen)), 7)

    def test_one_contact_tells_all(self):
        answer = self.read("crm.contact.read", contactId=str(self.marta.pk))
        self.assertEqual(answer["phone"], "+573001234567")
        self.assertEqual(
            set(answer),
            {
                "id",
                "name",
                "phone",
                "email",
                "address",
                "city",
                "department",
                "tags",
                "custom_fields",
                "identities",
                "created_at",
            },
        )
        with self.assertRefused(code="CONTACT_NOT_FOUND"):
            self.read("crm.contact.read", contact=str(self.their_contact.pk))

    def test_the_price_does_not_grow_with_the_rows(self):
        few = self.queries("crm.contact.list")
        for number in range(5):
            contacts.create(self.ana, name=f"C{number}", tags=["VIP"])
        self.assertEqual(self.queries("crm.contact.list"), few)

    def test_strangers_cannot(self):
        for name in (
            "crm.contact.list",
            "crm.tag.list",
            "crm.product.list",
            "crm.order.list",
            "crm.task.list",
            "crm.pipeline.list",
        ):
            with self.subTest(name), self.assertRefused(code="PERMISSION_DENIED"):
                self.read(name, self.nobody)


class OrdersTest(ReadingTest):
    first: ClassVar[Order]
    second: ClassVar[Order]

    @classmethod
    def furnish(cls):
        super().furnish()
        cls.first = coffee(cls.ana, cls.marta)
        cls.second = orders.create(
            cls.ana,
            contact=contacts.create(cls.ana, name="Luz", phone="3020000001"),
            products=[Item(name="Tea", price=Decimal(1))],
            stage=cls.stages["Ganado"],
            source="agent",
        )
        orders.update(cls.ana, order=cls.second, tracking_number="GUIA77")
        tags.add(cls.ana, order=cls.second, tag="WPP")

    def ids(self, **inputs):
        return [item["id"] for item in self.read("crm.order.list", **inputs)["items"]]

    def test_filters_narrow(self):
        one, two = str(self.first.pk), str(self.second.pk)
        self.assertEqual(self.ids(), [two, one])
        self.assertEqual(self.ids(contact=str(self.marta.pk)), [one])
        self.assertEqual(self.ids(pipeline="ventas"), [two, one])
        self.assertEqual(self.ids(stage="ganado"), [two])
        self.assertEqual(self.ids(tag="wpp"), [two])
        self.assertEqual(self.ids(source="agent"), [two])
        other = pipelines.create(self.ana, name="Other")
        self.assertEqual(self.ids(pipeline=str(other.pk)), [])

    def test_search_looks_at_the_buyer_and_at_what_was_bought(self):
        for text, found in (
            ("rios", self.first),
            ("coffee", self.first),
            ("guia", self.second),
            ("0001", self.second),
            ("tea", self.second),
        ):
            with self.subTest(text):
                self.assertEqual(self.ids(search=text), [str(found.pk)])

    def test_one_order_tells_all(self):
        answer = self.read("crm.order.read", order=str(self.first.pk))
        self.assertEqual(answer["total"], {"amount": "40000.00", "currency": "COP"})
        self.assertEqual(answer["contact_id"], str(self.marta.pk))
        self.assertEqual(answer["pipeline"]["name"], "Ventas")
        self.assertEqual(answer["lines"][0]["quantity"], 2)
        with self.assertRefused(code="ORDER_NOT_FOUND"):
            self.read("crm.order.read", order=str(self.their_order.pk))

    def test_the_price_does_not_grow_with_the_rows(self):
        few = self.queries("crm.order.list")
        for _ in range(5):
            tags.add(self.ana, order=coffee(self.ana, self.marta), tag="WPP")
        self.assertEqual(self.queries("crm.order.list"), few)


class OtherListsTest(ReadingTest):
    def test_pipelines_products_and_tags(self):
        products.create(self.ana, title="Tea", price=Decimal(1), code="t")
        tags.add(self.ana, contact=self.marta, tag="VIP")
        (pipeline,) = self.read("crm.pipeline.list")["items"]
        self.assertEqual(pipeline["stages"][0]["name"], "Nuevo")
        few = self.queries("crm.pipeline.list")
        pipelines.create(self.ana, name="Other")
        self.assertEqual(self.queries("crm.pipeline.list"), few)
        (product,) = self.read("crm.product.list", search="T")["items"]
        self.assertEqual(product["sku"], "TEA")
        self.assertEqual(self.read("crm.product.list", active=False)["items"], [])
        self.assertEqual([t["name"] for t in self.read("crm.tag.list")["items"]], ["VIP"])

    def test_tasks_come_overdue_first_and_undated_last(self):
        now = timezone.now()
        order = coffee(self.ana, self.marta)
        tasks.create(self.ana, title="undated", contact=self.marta)
        tasks.create(self.ana, title="later", due=now + timedelta(days=1), order=order)
        tasks.create(
            self.ana, title="late", due=now - timedelta(days=1), assigned_to=self.ana.user_id
        )
        done = tasks.create(self.ana, title="done", due=now - timedelta(days=2))
        tasks.complete(self.ana, task=done)

        def titles(**inputs):
            return [t["title"] for t in self.read("crm.task.list", **inputs)["items"]]

        self.assertEqual(titles(status="open"), ["late", "later", "undated"])
        self.assertEqual(titles(status="completed"), ["done"])
        self.assertEqual(titles(overdue=True), ["late"])
        self.assertEqual(titles(assignedTo=self.ana.user_id), ["late"])
        self.assertEqual(titles(unassigned=True, status="open"), ["later", "undated"])
        self.assertEqual(titles(contact=str(self.marta.pk)), ["undated"])
        self.assertEqual(titles(orderId=str(order.pk)), ["later"])
        first = self.read("crm.task.list", limit=2)
        rest = self.read("crm.task.list", limit=2, cursor=first["next"])
        self.assertEqual([t["title"] for t in rest["items"]], ["later", "undated"])

    def test_notes_of_a_contact_newest_first(self):
        for text in ("one", "two"):
            notes.create(self.ana, contact=self.marta, content=text)
        answer = self.read("crm.note.list", contactId=str(self.marta.pk))
        self.assertEqual([note["content"] for note in answer["items"]], ["two", "one"])
        with self.assertRefused(code="CONTACT_NOT_FOUND"):
            self.read("crm.note.list", contact=str(self.their_contact.pk))

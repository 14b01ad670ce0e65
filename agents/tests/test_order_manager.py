"""The Order Manager: three ways to an order, under the permissions of who asks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from agents.operations import order_manager, settings
from agents.tests.selling import SOMNIO
from crm.models import Contact, Order
from crm.operations import contacts
from morfx.testing.case import CafeTest

JOSE = {
    "nombre": "jose", "apellido": "romero", "telefono": "300 123 4567",
    "direccion": "cra 10 # 20-30", "ciudad": "bogota", "barrio": "Chapinero",
}  # fmt: skip


class OrderManagerTest(CafeTest):
    """A shop with Somnio's packs and stages."""

    @classmethod
    def furnish(cls) -> None:
        settings.set_agent(cls.ana, agent=SOMNIO, on=True)

    def make(self, **inputs: Any) -> dict[str, Any]:
        return dict(order_manager.make.submit(self.beto, inputs).data)

    def test_full_makes_the_contact_its_tag_and_the_pack_s_order(self):
        made = self.make(mode="full", pack="2x", data=JOSE, confirmed=True)
        order = Order.objects.get(pk=made["id"])
        contact = order.contact
        assert contact is not None
        self.assertEqual((contact.name, contact.phone), ("Jose Romero", "+573001234567"))
        self.assertEqual(contact.address, "Carrera 10 Numero 20-30, Barrio Chapinero")
        self.assertEqual([tag.name for tag in contact.tags.all()], ["somnio-lead"])
        self.assertEqual((f"{order.total:.0f}", order.confirmed), ("109900", True))
        self.assertEqual((order.stage.name, order.source), ("NUEVO PEDIDO", "order-manager"))
        self.assertEqual(order.shipping_department, "Cundinamarca")
        self.assertHappened("order.created", by=self.beto, order=order.pk)

    def test_no_promo_is_one_jar_and_a_draft_what_is_known(self):
        one = self.make(mode="no_promo", data=JOSE)
        self.assertEqual((one["total"]["amount"], one["confirmed"]), ("77900.00", False))
        self.assertEqual(one["stage"]["name"], "POR CONFIRMAR")
        draft = self.make(mode="draft", data={"nombre": "ana"}, confirmed=True)
        self.assertEqual((draft["lines"], draft["confirmed"]), ([], False))
        self.assertEqual(draft["stage"]["name"], "POR CONFIRMAR")

    def test_who_is_known_by_the_phone_is_taken_and_what_the_crm_knows_counts(self):
        marta = contacts.create(
            self.ana,
            name="Marta Ruiz",
            phone="+573115556677",
            address="Calle 1 Numero 2-3",
            city="Cali",
        )
        made = self.make(mode="full", pack="1x", data={"telefono": "3115556677"})
        self.assertEqual(made["contact_id"], str(marta.pk))
        self.assertEqual(made["shipping_address"], "Calle 1 Numero 2-3, Cali, Valle del Cauca")
        again = self.make(mode="no_promo", contact=str(marta.pk))
        self.assertEqual(again["shipping_phone"], "+573115556677")
        self.assertEqual(Contact.objects.count(), 1)

    def test_what_is_missing_or_unknown_is_said_and_nothing_is_left(self):
        for field, code, inputs in (
            ("data", "DATA_MISSING", {"mode": "full", "pack": "2x", "data": {"nombre": "ana"}}),
            ("pack", "PACK_UNKNOWN", {"mode": "full", "pack": "9x", "data": JOSE}),
            ("pack", "PACK_UNKNOWN", {"mode": "full", "data": JOSE}),
            ("data", "REFUSED", {"mode": "draft", "data": {"precio": "1"}}),
            ("mode", "VALIDATION_ERROR", {"mode": "gift", "data": JOSE}),
            ("", "CONTACT_CREATION_FAILED", {"mode": "draft", "data": {}}),
        ):
            with self.subTest(code=code, inputs=inputs), self.assertRefused(code=code, field=field):
                self.make(**inputs)
        self.assertFalse(Order.objects.exists())
        self.assertFalse(Contact.objects.exists())

    def test_it_can_be_tried_without_doing_it_and_repeated_without_doing_it_twice(self):
        inputs = {"mode": "full", "pack": "2x", "data": JOSE}
        tried = order_manager.make.submit(self.beto, inputs, dry_run=True)
        self.assertIn("order.created", [event["name"] for event in tried.events])
        self.assertFalse(Order.objects.exists())
        for _ in range(2):
            order_manager.make.submit(self.beto, inputs, key="once")
        self.assertEqual(Order.objects.count(), 1)

    def test_strangers_and_who_may_not_are_refused(self):
        inputs = {"mode": "draft", "data": JOSE}
        with self.assertRefused(code="PERMISSION_DENIED"):
            order_manager.make.submit(self.nobody, inputs)
        half = replace(self.beto, permissions=frozenset({"orders.create"}))
        with self.assertRefused(code="PERMISSION_DENIED"):
            order_manager.make.submit(half, inputs)
        self.assertFalse(Contact.objects.exists())
        made = self.make(**inputs)
        with self.assertRefused(code="CONTACT_NOT_FOUND"):
            order_manager.make.submit(
                self.other_shop.owner, {"mode": "draft", "contact": made["contact_id"]}
            )

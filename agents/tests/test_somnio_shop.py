"""What a workspace gets when Somnio is switched on there: products, prices, the first stage."""

from __future__ import annotations

from decimal import Decimal

from agents.catalogue.somnio import shop
from agents.operations import settings
from crm.models import Product, Stage
from crm.operations import products
from morfx.events.models import Event
from morfx.operations.actor import Actor
from morfx.testing.case import CafeTest


class SomnioShopTest(CafeTest):
    def test_switching_it_on_gives_three_packs_and_changed_prices_stay(self):
        settings.set_agent(self.ana, agent="somnio-sales-v1", on=True)
        pack = Product.objects.get(code="1x")
        products.update(self.ana, product=pack, price=Decimal(79900), code="")
        before = Event.objects.count()
        shop.furnish(Actor.system(self.shop.workspace.pk, "tests"))
        self.assertEqual(Event.objects.count(), before)
        packs = Product.objects.order_by("sku").values_list("sku", "price")
        self.assertEqual(
            list(packs),
            [
                ("SOMNIO-90-CAPS", 79900),
                ("SOMNIO-90-CAPS-X2", 109900),
                ("SOMNIO-90-CAPS-X3", 139900),
            ],
        )
        first = Stage.objects.order_by("position").first()
        assert first is not None
        self.assertEqual(first.name, "NUEVO PEDIDO")

    def test_an_agent_that_is_off_gives_nothing(self):
        settings.set_agent(self.ana, agent="somnio-sales-v1", on=False)
        self.assertFalse(Product.objects.exists())

    def test_an_unknown_agent_is_refused_with_those_there_are(self):
        with self.assertRefused(code="AGENT_NOT_FOUND", field="agent"):
            settings.set_agent(self.ana, agent="nobody", on=True)

    def test_who_may_not_edit_settings_may_not_switch(self):
        with self.assertRefused(code="PERMISSION_DENIED"):
            settings.set_agent(self.beto, agent="somnio-sales-v1", on=True)

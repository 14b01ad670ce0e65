"""Products, pipelines and stages."""

from decimal import Decimal

from crm.models import Pipeline, Product, Stage
from crm.operations import pipelines, products
from morfx.events.models import Event
from morfx.operations.actor import Actor
from morfx.tenancy import within
from morfx.testing.case import CafeTest

from .desk import DeskTest


class ProductTest(DeskTest):
    def test_it_is_created_and_changed(self):
        made = self.submit("crm.product.create", title="Dark roast", price="25000")
        self.assertEqual((made["sku"], made["price"]["amount"]), ("DARK-ROAST", "25000.00"))
        self.assertHappened("product.created", by=self.ana, sku="DARK-ROAST")
        for _ in range(2):
            self.submit("crm.product.update", product=made["id"], price=27000, active=False)
        product = Product.objects.get()
        self.assertEqual((product.price, product.is_active), (27000, False))
        self.assertEqual(Event.objects.filter(name="product.updated").count(), 1)

    def test_one_sku_is_one_product(self):
        first = products.create(self.ana, title="Dark roast", price=Decimal(1))
        with self.assertRefused(code="SKU_DUPLICATE", field="sku"):
            products.create(self.ana, title="Dark roast", price=Decimal(2))
        other = products.create(self.ana, title="Light roast", price=Decimal(2))
        with self.assertRefused(code="SKU_DUPLICATE"):
            products.update(self.ana, product=other, sku=first.sku)

    def test_nonsense_strangers_and_foreign_ids_are_refused(self):
        with self.assertRefused(code="VALIDATION_ERROR", field="price"):
            self.submit("crm.product.create", title="Free money", price=-1)
        with self.assertRefused(code="PERMISSION_DENIED"):
            products.create(self.beto, title="X", price=Decimal(1))
        mine = products.create(self.ana, title="Mine", price=Decimal(1))
        with within(self.other_shop.workspace.pk), self.assertRefused(code="PRODUCT_NOT_FOUND"):
            self.submit("crm.product.update", self.other_shop.owner, product=str(mine.pk), price=0)


class PipelineTest(DeskTest):
    def test_it_comes_with_the_usual_stages_or_its_own(self):
        usual = self.submit("crm.pipeline.create", name="Recompra")
        self.assertEqual(
            [s["name"] for s in usual["stages"]], ["Nuevo", "En Proceso", "Ganado", "Perdido"]
        )
        self.assertEqual([s["closing"] for s in usual["stages"]], ["open", "open", "won", "lost"])
        own = self.submit(
            "crm.pipeline.create",
            name="Logistics",
            stages=[{"name": "To send", "color": "#112233", "wip_limit": 5}, {"name": "Sent"}],
        )
        self.assertEqual([s["position"] for s in own["stages"]], [0, 1])
        self.assertHappened("pipeline.created", title="Logistics", stages=["To send", "Sent"])

    def test_only_the_first_is_the_default(self):
        other = pipelines.create(self.ana, name="Other")
        self.assertEqual((self.pipeline.is_default, other.is_default), (True, False))
        self.assertEqual(pipelines.default(), self.pipeline)

    def test_nonsense_is_refused(self):
        with self.assertRefused(code="PIPELINE_DUPLICATE", field="name"):
            pipelines.create(self.ana, name="Ventas")
        with self.assertRefused(field="stages"):
            self.submit("crm.pipeline.create", name="X", stages=[{"name": "A"}, {"name": "a"}])
        with self.assertRefused(code="PERMISSION_DENIED"):
            pipelines.create(self.beto, name="X")

    def test_a_stage_is_added_once_at_either_end(self):
        first = pipelines.add_stage(self.ana, pipeline=self.pipeline, name="First", first=True)
        last = pipelines.add_stage(self.ana, pipeline=self.pipeline, name="Last")
        self.assertEqual(pipelines.add_stage(self.ana, pipeline=self.pipeline, name="FIRST"), first)
        names = Stage.objects.filter(pipeline=self.pipeline).order_by("position")
        self.assertEqual(names.first(), first)
        self.assertEqual(names.last(), last)
        self.assertEqual(Event.objects.filter(name="stage.created").count(), 2)

    def test_a_stage_needs_the_permission_and_our_pipeline(self):
        with self.assertRefused(code="PERMISSION_DENIED"):
            pipelines.add_stage(self.beto, pipeline=self.pipeline, name="X")
        with self.assertRefused(code="PIPELINE_NOT_FOUND"):
            theirs = str(self.their_order.pipeline_id)
            self.submit("crm.stage.create", pipeline=theirs, name="X")


class FurnishTest(CafeTest):
    def test_a_new_workspace_gets_its_pipeline_by_itself(self):
        self.assertFalse(Pipeline.objects.exists())
        self.run_jobs()
        self.assertEqual(Pipeline.objects.get().name, "Ventas")
        event = self.assertHappened("pipeline.created", title="Ventas")
        self.assertTrue(Event.objects.filter(effects=event, name="workspace.created").exists())

    def test_or_at_once_and_then_only_once(self):
        system = Actor.system(self.shop.workspace.pk, "tests")
        first = pipelines.furnish(system)
        self.assertEqual(pipelines.furnish(system), first)
        self.run_jobs()
        self.assertEqual(Pipeline.objects.count(), 1)
        with self.assertRefused(code="PERMISSION_DENIED"):
            pipelines.furnish(self.ana)

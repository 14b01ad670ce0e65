"""What is sold: products, pipelines with their stages, and orders with their lines."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from morfx.operations.answers import money
from morfx.tenancy.rows import Owned

from .contacts import Contact, Tag


class Product(Owned):
    """Something for sale. Its price lives here and nowhere else.

    `code` is what agents call it (`1x`); its price is the whole pack's.
    """

    sku = models.CharField(max_length=50)
    title = models.CharField(max_length=200)
    price = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3, default="COP")
    code = models.CharField(max_length=20, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "sku"], name="product_sku_once"),
            models.CheckConstraint(condition=Q(price__gte=0), name="product_price_not_negative"),
        ]

    def __str__(self) -> str:
        return self.title

    def as_answer(self) -> dict[str, object]:
        """Return the product as answers show it."""
        return {
            "id": self.pk,
            "sku": self.sku,
            "title": self.title,
            "code": self.code,
            "price": money(self.price, self.currency),
            "active": self.is_active,
        }


class Pipeline(Owned):
    """A way orders go."""

    name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="pipeline_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def as_answer(self) -> dict[str, object]:
        """Return the pipeline as answers show it."""
        return {
            "id": self.pk,
            "name": self.name,
            "default": self.is_default,
            "stages": sorted(self.stages.all(), key=lambda stage: stage.position),
        }


class Stage(Owned):
    """A station of a pipeline; `closing` says whether an order ends there, and how."""

    class Closing(models.TextChoices):
        OPEN = "open"
        WON = "won"
        LOST = "lost"

    pipeline = models.ForeignKey(Pipeline, models.CASCADE, related_name="stages")
    name = models.CharField(max_length=50)
    color = models.CharField(max_length=7, default="#6366f1")
    position = models.PositiveIntegerField()
    wip_limit = models.PositiveIntegerField(null=True)
    closing = models.TextField(choices=Closing.choices, default=Closing.OPEN)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pipeline", "position"],
                name="stage_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def as_answer(self) -> dict[str, object]:
        """Return the stage as answers show it."""
        return {
            "id": self.pk,
            "name": self.name,
            "color": self.color,
            "position": self.position,
            "closing": self.closing,
        }


class Order(Owned):
    """A sale. `total` is the sum of the lines and kept by the database."""

    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="orders")
    pipeline = models.ForeignKey(Pipeline, models.RESTRICT, related_name="orders")
    stage = models.ForeignKey(Stage, models.RESTRICT, related_name="orders")
    name = models.CharField(max_length=200, blank=True)
    total = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal(0))
    currency = models.CharField(max_length=3, default="COP")
    confirmed = models.BooleanField(default=True)
    """False when nobody confirmed it: an order made by a timer."""
    source = models.CharField(max_length=40, default="page")
    source_order = models.ForeignKey("self", models.SET_NULL, null=True, related_name="copies")
    description = models.TextField(blank=True)
    shipping_address = models.CharField(max_length=500, blank=True)
    shipping_city = models.CharField(max_length=100, blank=True)
    shipping_department = models.CharField(max_length=100, blank=True)
    shipping_phone = models.CharField(max_length=40, blank=True, db_default="")
    """Whom the courier calls, as it was said; the contact's own number is on the contact."""
    carrier = models.CharField(max_length=100, blank=True)
    tracking_number = models.CharField(max_length=100, blank=True)
    custom_fields = models.JSONField(default=dict, blank=True)
    tags = models.ManyToManyField(Tag, through="OrderTag", related_name="orders")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "stage", "-id"], name="order_on_board"),
            models.Index(fields=["workspace", "contact", "-id"], name="order_of_contact"),
            models.Index(fields=["workspace", "-created_at", "-id"], name="order_recent"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """Return the name, else the end of the id: what people call the order."""
        return self.name or f"#{str(self.pk)[-6:].upper()}"

    def sorted_lines(self) -> list[OrderLine]:
        """Return the lines as they were given; queries unless they were prefetched."""
        return sorted(self.lines.all(), key=lambda line: line.position)

    def as_answer(self) -> dict[str, object]:
        """Return the order as answers show it."""
        return {
            "id": self.pk,
            "contact_id": self.contact_id,
            "name": self.name,
            "pipeline": {"id": self.pipeline_id, "name": self.pipeline.name},
            "stage": {"id": self.stage_id, "name": self.stage.name},
            "total": money(self.total, self.currency),
            "lines": self.sorted_lines(),
            "tags": [tag.name for tag in self.tags.all()],
            "confirmed": self.confirmed,
            "source": self.source,
            "shipping_address": self.shipping_address,
            "shipping_city": self.shipping_city,
            "shipping_department": self.shipping_department,
            "shipping_phone": self.shipping_phone,
            "carrier": self.carrier,
            "tracking_number": self.tracking_number,
            "notes": self.description,
            "created_at": self.created_at,
        }


class OrderLine(Owned):
    """A thing in an order at the price it had then; a pack is one line with quantity 1."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.SET_NULL, null=True, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    sku = models.CharField(max_length=50)
    title = models.CharField(max_length=200)
    unit_price = models.DecimalField(max_digits=14, decimal_places=2)
    quantity = models.PositiveIntegerField(default=1)
    subtotal = models.GeneratedField(
        expression=F("unit_price") * F("quantity"),
        output_field=models.DecimalField(max_digits=16, decimal_places=2),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="line_price_not_negative"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="line_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"

    def as_answer(self) -> dict[str, object]:
        """Return the line as answers show it."""
        currency = self.order.currency
        return {
            "sku": self.sku,
            "title": self.title,
            "unit_price": money(self.unit_price, currency),
            "quantity": self.quantity,
            "subtotal": money(self.unit_price * self.quantity, currency),
        }


class OrderTag(Owned):
    """A tag on an order."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="+")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "tag"], name="order_tag_once")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.order_id}"

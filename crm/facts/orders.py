"""What happens to orders, and to what they are made of: products, pipelines, stages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from morfx.events.ledger import Fact

from .fields import listed
from .screens import screens


@dataclass(frozen=True, kw_only=True)
class OrderCreated(Fact):
    """An order was made, with its lines."""

    name = "order.created"
    order: UUID
    title: str
    contact: UUID | None
    pipeline: UUID
    stage: UUID
    stage_name: str
    total: Decimal
    currency: str
    confirmed: bool
    source: str
    source_order: UUID | None = None

    def describe(self) -> str:
        shown = {"title": self.title, "total": self.total, "currency": self.currency}
        if self.confirmed:
            return _("The order %(title)s was created: %(currency)s %(total)s.") % shown
        return _("The order %(title)s was created; nobody has confirmed it yet.") % shown

    def pokes(self) -> Iterable[str]:
        return screens("orders", order=self.order, contact=self.contact)


@dataclass(frozen=True, kw_only=True)
class OrderUpdated(Fact):
    """Fields of an order changed, its lines among them: `changes` is `{field: {old, new}}`."""

    name = "order.updated"
    order: UUID
    title: str
    contact: UUID | None
    changes: Mapping[str, Mapping[str, object]]

    def describe(self) -> str:
        shown = {"title": self.title, "fields": listed(self.changes)}
        return _("%(fields)s of the order %(title)s changed.") % shown

    def pokes(self) -> Iterable[str]:
        came_from = self.changes.get("contact", {}).get("old")
        earlier = [f"contact-{came_from}"] if came_from else []
        return (*screens("orders", order=self.order, contact=self.contact), *earlier)


@dataclass(frozen=True, kw_only=True)
class OrderMoved(Fact):
    """An order went to another stage of its pipeline; `closing` is open, won or lost."""

    name = "order.moved"
    order: UUID
    title: str
    contact: UUID | None
    pipeline: UUID
    from_stage: UUID
    to_stage: UUID
    from_name: str
    to_name: str
    closing: str

    def describe(self) -> str:
        shown = {"title": self.title, "origin": self.from_name, "target": self.to_name}
        return _("The order %(title)s moved from %(origin)s to %(target)s.") % shown

    def pokes(self) -> Iterable[str]:
        return screens("orders", order=self.order, contact=self.contact)


@dataclass(frozen=True, kw_only=True)
class OrderDeleted(Fact):
    """An order is gone, and its lines."""

    name = "order.deleted"
    order: UUID
    title: str
    contact: UUID | None
    total: Decimal
    currency: str

    def describe(self) -> str:
        return _("The order %(title)s was deleted.") % {"title": self.title}

    def pokes(self) -> Iterable[str]:
        return screens("orders", "tasks", order=self.order, contact=self.contact)


@dataclass(frozen=True, kw_only=True)
class ProductCreated(Fact):
    """Something new is for sale."""

    name = "product.created"
    product: UUID
    sku: str
    title: str
    price: Decimal
    currency: str

    def describe(self) -> str:
        return _("The product %(title)s was created.") % {"title": self.title}

    def pokes(self) -> Iterable[str]:
        return screens("products")


@dataclass(frozen=True, kw_only=True)
class ProductUpdated(Fact):
    """A product changed, perhaps its price; orders keep the price they were made with."""

    name = "product.updated"
    product: UUID
    sku: str
    title: str
    changes: Mapping[str, Mapping[str, object]]

    def describe(self) -> str:
        shown = {"title": self.title, "fields": listed(self.changes)}
        return _("%(fields)s of the product %(title)s changed.") % shown

    def pokes(self) -> Iterable[str]:
        return screens("products")


@dataclass(frozen=True, kw_only=True)
class PipelineCreated(Fact):
    """A pipeline was made, with its stages."""

    name = "pipeline.created"
    pipeline: UUID
    title: str
    stages: list[str]

    def describe(self) -> str:
        return _("The pipeline %(title)s was created.") % {"title": self.title}

    def pokes(self) -> Iterable[str]:
        return screens("orders")


@dataclass(frozen=True, kw_only=True)
class StageCreated(Fact):
    """A pipeline got one more stage."""

    name = "stage.created"
    stage: UUID
    title: str
    pipeline: UUID

    def describe(self) -> str:
        return _("The stage %(title)s was created.") % {"title": self.title}

    def pokes(self) -> Iterable[str]:
        return screens("orders")

"""Orders are made, changed, moved and deleted."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import Field

from morfx.events.ledger import record
from morfx.operations.actor import Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Conflict, Refused
from morfx.operations.inputs import Also, Text
from morfx.workspaces.models import Workspace

from ..facts import OrderCreated, OrderDeleted, OrderMoved, OrderUpdated
from ..models import Contact, Order, OrderLine, Pipeline, Stage
from . import lines, pipelines, tags
from .changes import apply
from .inputs import (
    Address,
    LockedOrder,
    NearStage,
    Place,
    RecipientPhone,
    StageName,
    TargetStage,
    TheContact,
    TheOrder,
    ThePipeline,
    stages_nearby,
)
from .lines import Item

Title = Annotated[str, Field(max_length=200)]
Source = Annotated[str, Field(max_length=40)]
COPIED = (
    "name",
    "currency",
    "description",
    "shipping_address",
    "shipping_city",
    "shipping_department",
    "shipping_phone",
    "custom_fields",
)
"""What a copy always takes over; the carrier and its number are the first parcel's."""


@operation("crm.order.create", needs="orders.create")
def create(
    actor: Actor,
    *,
    contact: TheContact,
    products: Annotated[list[Item] | None, Also("lines")] = None,
    pipeline: ThePipeline | None = None,
    stage: NearStage | None = None,
    stage_name: StageName | None = None,
    shipping_address: Address = "",
    shipping_city: Place = "",
    department: Annotated[Place, Also("shipping_department")] = "",
    shipping_phone: RecipientPhone = "",
    notes: Annotated[Text, Also("description")] = "",
    name: Title = "",
    source: Source = "",
    confirmed: bool = True,
) -> Order:
    """Create an order with its lines, all or nothing.

    It starts in `stage`; else in the stage called `stage_name`, if the pipeline has one; else in
    the first. Without a pipeline it goes to the default one. An order that nobody confirmed may
    have no lines yet. Products the catalogue does not know are kept by the name given.
    """
    if confirmed and not products:
        raise Refused(_("Say what is ordered."), field="products", code="PRODUCTS_REQUIRED")
    start = stage or _start(pipeline, stage_name)
    if pipeline is not None and start.pipeline_id != pipeline.pk:
        raise _elsewhere()
    order = Order.objects.create(
        contact=contact,
        pipeline=start.pipeline,
        stage=start,
        name=name,
        currency=Workspace.objects.values_list("currency", flat=True).get(pk=actor.workspace_id),
        confirmed=confirmed,
        source=source or actor.via,
        description=notes,
        shipping_address=shipping_address,
        shipping_city=shipping_city,
        shipping_department=department,
        shipping_phone=shipping_phone,
    )
    if products:
        lines.write(order, products)
    record(_created(order))
    return order


@operation("crm.order.update", needs="orders.edit")
def update(
    actor: Actor,
    *,
    order: LockedOrder,
    contact: TheContact | None = None,
    products: Annotated[list[Item] | None, Also("lines")] = None,
    shipping_address: Address | None = None,
    shipping_city: Place | None = None,
    department: Annotated[Place, Also("shipping_department")] | None = None,
    shipping_phone: RecipientPhone | None = None,
    notes: Annotated[Text, Also("description")] | None = None,
    name: Title | None = None,
    carrier: Place | None = None,
    tracking_number: Place | None = None,
    confirmed: bool | None = None,
) -> Order:
    """Change what is given of an order; products, if given, replace its lines.

    Does nothing when all is so already.
    """
    wanted: dict[str, str | bool | Contact | None] = {
        "contact": contact,
        "shipping_address": shipping_address,
        "shipping_city": shipping_city,
        "shipping_department": department,
        "shipping_phone": shipping_phone,
        "description": notes,
        "name": name,
        "carrier": carrier,
        "tracking_number": tracking_number,
        "confirmed": confirmed,
    }
    changes = apply(order, wanted)
    if changes:
        order.save(update_fields=[*changes, "updated_at"])
    if products is not None:
        changes |= lines.replace(order, products)
    if changes:
        _refuse_empty(order)
        record(
            OrderUpdated(
                order=order.pk, title=order.title, contact=order.contact_id, changes=changes
            )
        )
    return order


@operation("crm.order.updateStatus", needs="orders.edit")
def move(
    actor: Actor,
    *,
    order: LockedOrder,
    stage: TargetStage,
    expected: NearStage | None = None,
) -> Order:
    """Move an order to another stage of its pipeline.

    Does nothing when the order already sits there. With `expected`, the stage the caller believes
    it to be in, it moves only from there.
    """
    if stage.pipeline_id != order.pipeline_id:
        raise _elsewhere()
    if order.stage_id == stage.pk:
        return order
    came_from = order.stage
    if expected is not None and expected.pk != came_from.pk:
        raise Conflict(
            _("Somebody moved it to %(stage)s meanwhile.") % {"stage": came_from.name},
            field="expected",
        )
    order.stage = stage
    order.save(update_fields=["stage", "updated_at"])
    record(_moved(order, came_from))
    return order


@operation("crm.order.duplicate", needs="orders.create")
def duplicate(
    actor: Actor,
    *,
    source_order: TheOrder,
    target_pipeline: ThePipeline,
    target_stage: NearStage | None = None,
    copy_contact: bool = True,
    copy_products: bool = True,
    copy_tags: bool = False,
) -> Order:
    """Copy an order into a pipeline, connected to the one it came from, all or nothing.

    Without a stage the copy starts in the first. A copy without products is unconfirmed.
    """
    start = target_stage or _start(target_pipeline, None)
    if start.pipeline_id != target_pipeline.pk:
        raise _elsewhere("target_stage")
    copy = Order.objects.create(
        **{name: getattr(source_order, name) for name in COPIED},
        contact=source_order.contact if copy_contact else None,
        pipeline=target_pipeline,
        stage=start,
        source=actor.via,
        source_order=source_order,
        confirmed=source_order.confirmed and copy_products,
    )
    if copy_products:
        lines.copy(source_order, copy)
    record(_created(copy))
    for tag in source_order.tags.all() if copy_tags else ():
        tags.add(actor, order=copy, tag=str(tag.pk))
    return copy


@operation("crm.order.delete", needs="orders.delete")
def delete(actor: Actor, *, order: LockedOrder) -> dict[str, object]:
    """Delete an order with its lines, tags and tasks."""
    gone = OrderDeleted(
        order=order.pk,
        title=order.title,
        contact=order.contact_id,
        total=order.total,
        currency=order.currency,
    )
    order.delete()
    record(gone)
    return {"id": gone.order, "deleted": True}


def _start(pipeline: Pipeline | None, name: str | None) -> Stage:
    pipeline = pipeline or pipelines.default()
    if pipeline is None:
        raise Refused(_("There is no pipeline yet."), field="pipeline", code="NO_PIPELINE")
    stages = stages_nearby({"pipeline": pipeline}).filter(pipeline=pipeline)
    named = stages.filter(name__iexact=name).first() if name else None
    start = named or stages.first()
    if start is None:
        raise Refused(_("The pipeline has no stages."), field="pipeline", code="NO_STAGE")
    return start


def _elsewhere(field: str = "stage") -> Refused:
    return Refused(_("That stage belongs to another pipeline."), field=field)


def _refuse_empty(order: Order) -> None:
    if order.confirmed and not OrderLine.objects.filter(order=order).exists():
        raise Refused(_("Say what is ordered."), field="products", code="PRODUCTS_REQUIRED")


def _created(order: Order) -> OrderCreated:
    return OrderCreated(
        order=order.pk,
        title=order.title,
        contact=order.contact_id,
        pipeline=order.pipeline_id,
        stage=order.stage_id,
        stage_name=order.stage.name,
        total=order.total,
        currency=order.currency,
        confirmed=order.confirmed,
        source=order.source,
        source_order=order.source_order_id,
    )


def _moved(order: Order, came_from: Stage) -> OrderMoved:
    return OrderMoved(
        order=order.pk,
        title=order.title,
        contact=order.contact_id,
        pipeline=order.pipeline_id,
        from_stage=came_from.pk,
        to_stage=order.stage_id,
        from_name=came_from.name,
        to_name=order.stage.name,
        closing=order.stage.closing,
    )

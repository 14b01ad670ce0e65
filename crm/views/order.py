"""One order: its sheet, and what can be done with it."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from morfx.operations.errors import Refused
from morfx.workspaces.access import MemberRequest, member_required, needs

from .. import conversations
from ..forms import EditOrder, MoveOrder, NewOrder, TagsForm
from ..models import Contact, Order
from ..operations import orders as operations
from . import history
from .answering import Shape, by_htmx, form_page, link, refused, taken
from .orders import crowded
from .shapes import bought, for_cards

MOST_EVENTS = 15


@member_required
@needs("orders.view")
def order(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Show an order with its lines and what happened to it."""
    return _sheet(request, pk)


def _sheet(request: MemberRequest, pk: UUID, *, status: int = 200) -> HttpResponse:
    row = get_object_or_404(_for_sheet(), pk=pk)
    events = history.events_of("order", row.pk).order_by("-id")[:MOST_EVENTS]
    context = {
        "order": _shown(request, row),
        "history": history.shown(events),
        "list_url": link(request, "orders", pipeline=row.pipeline_id),
    }
    template = "crm/order.html#order" if by_htmx(request) else "crm/order.html"
    return render(request, template, context, status=status)


def _for_sheet() -> QuerySet[Order]:
    rows = for_cards(Order.objects.select_related("pipeline"))
    return rows.select_related("pipeline", "source_order__pipeline", "source_order__stage")


def _shown(request: MemberRequest, order: Order) -> Shape:
    contact = order.contact
    talk = conversations.newest_of(contact.pk) if contact else None
    copies = order.copies.select_related("pipeline", "stage").order_by("-id")
    source = order.source_order
    custom = order.custom_fields.items()
    return {
        "pk": order.pk,
        "url": link(request, "order", order.pk),
        "title": bought(order),
        "total": order.total,
        "currency": order.currency,
        "stage": order.stage,
        "pipeline_name": order.pipeline.name,
        "contact_name": contact.display_name if contact else "",
        "contact_url": link(request, "contact", contact.pk) if contact else None,
        "conversation_url": conversations.url(request.workspace.slug, talk),
        "confirmed": order.confirmed,
        "created_at": order.created_at,
        "carrier": order.carrier,
        "tracking_number": order.tracking_number,
        "shipping_address": order.shipping_address,
        "shipping_city": order.shipping_city,
        "shipping_phone": order.shipping_phone,
        "description": order.description,
        "tags": order.tags.all(),
        "lines": order.sorted_lines(),
        "custom_fields": [{"label": name, "value": value} for name, value in custom],
        **_deeds(request, order),
        "source_order": source and _connected(request, source),
        "copies": [_connected(request, copy) for copy in copies],
    }


def _deeds(request: MemberRequest, order: Order) -> Shape:
    """Return where the member may change the order; None where not."""
    may = request.actor.may("orders.edit")
    return {
        f"{deed}_url": link(request, f"order-{deed}", order.pk) if may else None
        for deed in ("edit", "tags", "confirm")
    }


def _connected(request: MemberRequest, order: Order) -> Shape:
    return {
        "url": link(request, "order", order.pk),
        "title": order.title,
        "stage": order.stage,
        "pipeline_name": order.pipeline.name,
    }


@member_required
@needs("orders.create")
def new(request: MemberRequest) -> HttpResponse:
    """Ask for a new order; `?contact=` says whose."""
    wanted = request.GET.get("contact")
    contact = get_object_or_404(Contact, pk=UUID(wanted)) if _is_id(wanted) else None
    data = request.POST if request.method == "POST" else None
    form = NewOrder(request.actor, data, contact)
    if data is not None and form.run():
        url = link(request, "order", form.result.pk)
        changed = ["orders", f"contact-{form.result.contact_id}"]
        return taken(request, _("The order was created."), url, refresh=changed, action=_("Open"))
    title = _("New order")
    if contact:
        title = _("New order of %(name)s") % {"name": contact.display_name}
    return form_page(
        request,
        form,
        title=title,
        section="orders",
        cancel_url=link(request, "orders"),
        submit_label=_("Create order"),
    )


def _is_id(text: str | None) -> bool:
    try:
        return bool(UUID(text or ""))
    except ValueError:
        return False


@member_required
@needs("orders.edit")
def edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Ask for an order's fields and lines."""
    row = get_object_or_404(Order, pk=pk)
    data = request.POST if request.method == "POST" else None
    form = EditOrder(request.actor, data, row)
    url = link(request, "order", pk)
    if data is not None and form.run():
        return taken(request, _("Saved."), url, refresh=["orders", f"order-{pk}"])
    return form_page(request, form, title=_("Edit order"), section="orders", cancel_url=url)


@member_required
@needs("orders.edit")
def tags(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Ask which tags an order bears."""
    row = get_object_or_404(Order.objects.prefetch_related("tags"), pk=pk)
    data = request.POST if request.method == "POST" else None
    form = TagsForm(request.actor, data, row)
    url = link(request, "order", pk)
    if data is not None and form.run():
        return taken(request, _("Saved."), url, refresh=["orders", f"order-{pk}"])
    title = _("Tags of the order %(title)s") % {"title": row.title}
    return form_page(request, form, title=title, section="orders", cancel_url=url)


@require_POST
@member_required
@needs("orders.edit")
def move(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Move an order to the stage its card was dropped on, from where the person saw it."""
    data = {"stage": request.POST.get("stage"), "expected": request.POST.get("from_stage")}
    form = MoveOrder(request.actor, data, given={"order": pk})
    back = link(request, "orders")
    if not form.run():
        sentences = [str(error) for errors in form.errors.values() for error in errors]
        return refused(request, " ".join(sentences), back, refresh=["orders"])
    moved: Order = form.result
    back = link(request, "orders", pipeline=moved.pipeline_id)
    said = _("Moved to %(stage)s.") % {"stage": moved.stage.name}
    text = crowded(moved.stage) or said
    return taken(request, text, back, refresh=["orders"], close_sheet=False)


@require_POST
@member_required
@needs("orders.edit")
def confirm(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Note that a person checked the order with the customer."""
    row = get_object_or_404(Order, pk=pk)
    url = link(request, "order", pk)
    try:
        operations.update(request.actor, order=row, confirmed=True)
    except Refused as refusal:
        return refused(request, refusal.message, url)
    if by_htmx(request):
        return _sheet(request, pk)
    return taken(request, _("Confirmed."), url, refresh=["orders"])

"""What programs and agents may read of the CRM, by name. Lists are keyset-paged."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from pydantic import BeforeValidator

from morfx.operations.actor import Actor
from morfx.operations.catalogue import lookup
from morfx.operations.inputs import Also
from morfx.operations.paging import Cursor, Limit, Page, page

from . import search as searching
from .models import Contact, Note, Order, OrderLine, Pipeline, Product, Stage, Tag, Task
from .operations.inputs import NearStage, TheContact, TheOrder, ThePipeline

Size = Annotated[Limit, Also("page_size")]
NEWEST = ("-created_at", "-id")
SORTS = {
    "newest": NEWEST,
    "oldest": ("created_at", "id"),
    "name": ("name", "id"),
    "updated": ("-updated_at", "-id"),
}
Sort = Literal["newest", "oldest", "name", "updated"]


def _listed(value: object) -> object:
    """Read `a,b` as two names: an address carries texts only."""
    return [part for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Names = Annotated[list[str], BeforeValidator(_listed)]


def full_contacts() -> QuerySet[Contact]:
    """Return contacts with all that their answers show."""
    return Contact.objects.prefetch_related(
        Prefetch("tags", Tag.objects.order_by("name")), "identities"
    )


def full_orders() -> QuerySet[Order]:
    """Return orders with all that their answers show."""
    return Order.objects.select_related("pipeline", "stage").prefetch_related(
        Prefetch("lines", OrderLine.objects.order_by("position")),
        Prefetch("tags", Tag.objects.order_by("name")),
    )


@lookup("crm.contact.list", needs="contacts.view")
def list_contacts(
    actor: Actor,
    *,
    search: str = "",
    tags: Annotated[Names | None, Also("tag")] = None,
    sort: Sort = "newest",
    limit: Size = 50,
    cursor: Cursor = None,
) -> Page[Contact]:
    """List contacts, newest first, searched by name, phone, e-mail or city.

    Accents and capitals do not matter; of a phone, any part in any spelling is enough. With
    `tags` (names) only contacts that have all of them.
    """
    rows = searching.contacts(full_contacts(), search)
    for tag in tags or []:
        rows = rows.filter(tags__name__iexact=tag.strip())
    return page(rows, by=SORTS[sort], limit=limit, cursor=cursor)


@lookup("crm.contact.read", needs="contacts.view")
def read_contact(actor: Actor, *, contact: TheContact) -> Contact:
    """Read one contact, with its tags and identities."""
    return full_contacts().get(pk=contact.pk)


@lookup("crm.tag.list", needs="contacts.view")
def list_tags(
    actor: Actor, *, search: str = "", limit: Size = 100, cursor: Cursor = None
) -> Page[Tag]:
    """List the tags by name."""
    rows = Tag.objects.filter(name__icontains=search)
    return page(rows, by=("name", "id"), limit=limit, cursor=cursor)


@lookup("crm.product.list", needs="orders.view")
def list_products(
    actor: Actor,
    *,
    search: str = "",
    active: bool | None = None,
    limit: Size = 100,
    cursor: Cursor = None,
) -> Page[Product]:
    """List the products by title; with `active`, only those on sale or only those that are not."""
    found = Q(title__icontains=search) | Q(sku__icontains=search) | Q(code__iexact=search)
    rows = Product.objects.filter(found)
    if active is not None:
        rows = rows.filter(is_active=active)
    return page(rows, by=("title", "id"), limit=limit, cursor=cursor)


@lookup("crm.pipeline.list", needs="orders.view")
def list_pipelines(actor: Actor, *, limit: Size = 100, cursor: Cursor = None) -> Page[Pipeline]:
    """List the pipelines, each with its stages in order."""
    rows = Pipeline.objects.prefetch_related(Prefetch("stages", Stage.objects.order_by("position")))
    return page(rows, by=("id",), limit=limit, cursor=cursor)


@lookup("crm.order.list", needs="orders.view")
def list_orders(
    actor: Actor,
    *,
    pipeline: ThePipeline | None = None,
    stage: NearStage | None = None,
    contact: TheContact | None = None,
    tag: str = "",
    search: str = "",
    confirmed: bool | None = None,
    source: str = "",
    limit: Size = 50,
    cursor: Cursor = None,
) -> Page[Order]:
    """List orders, newest first; every filter that is given must hold."""
    exact = {
        "pipeline": pipeline,
        "stage": stage,
        "contact": contact,
        "tags__name__iexact": tag or None,
        "confirmed": confirmed,
        "source": source or None,
    }
    rows = full_orders().filter(**{name: v for name, v in exact.items() if v is not None})
    return page(searching.orders(rows, search), by=NEWEST, limit=limit, cursor=cursor)


@lookup("crm.order.read", needs="orders.view")
def read_order(actor: Actor, *, order: TheOrder) -> Order:
    """Read one order, with its lines and tags."""
    return full_orders().get(pk=order.pk)


@lookup("crm.task.list", needs="contacts.view")
def list_tasks(
    actor: Actor,
    *,
    status: Literal["open", "pending", "in_progress", "completed", ""] = "",
    priority: Literal["low", "medium", "high", "urgent", ""] = "",
    assigned_to: Annotated[int, Also("assignee")] | None = None,
    unassigned: bool = False,
    contact: TheContact | None = None,
    order: TheOrder | None = None,
    conversation: Annotated[UUID, Also("conversation_id")] | None = None,
    overdue: bool = False,
    limit: Size = 50,
    cursor: Cursor = None,
) -> Page[Task]:
    """List tasks by due date, so that overdue ones come first and undated ones last.

    `open` is every status but completed; `assigned_to` is a user's id.
    """
    exact = {
        "priority": priority or None,
        "assigned_to": assigned_to,
        "contact": contact,
        "order": order,
        "conversation_id": conversation,
    }
    rows = Task.objects.filter(**{name: v for name, v in exact.items() if v is not None})
    if unassigned:
        rows = rows.filter(assigned_to=None)
    if status and status != "open":
        rows = rows.filter(status=status)
    if status == "open" or overdue:
        rows = rows.exclude(status=Task.Status.COMPLETED)
    if overdue:
        rows = rows.filter(due_at__lt=timezone.now())
    return page(rows, by=("due_at", "id"), limit=limit, cursor=cursor)


@lookup("crm.custom-field.read", needs="contacts.view")
def read_custom_fields(actor: Actor, *, contact: TheContact) -> dict[str, object]:
    """Read the fields of a contact that the shop made up, by key."""
    return {"fields": contact.custom_fields}


@lookup("crm.note.list", needs="contacts.view")
def list_notes(
    actor: Actor, *, contact: TheContact, limit: Size = 50, cursor: Cursor = None
) -> Page[Note]:
    """List a contact's notes, newest first."""
    return page(Note.objects.filter(contact=contact), by=("-id",), limit=limit, cursor=cursor)

"""Orders and tasks as several pages show them; the templates say what they expect."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from morfx.web.initials import hue, initials
from morfx.web.sentences import read
from morfx.workspaces.access import MemberRequest

from .. import conversations
from ..models import Contact, Order, OrderLine, Tag, Task
from .answering import Shape, link

TAGS_BY_NAME = Prefetch("tags", Tag.objects.order_by("name"))


def for_cards(rows: QuerySet[Order]) -> QuerySet[Order]:
    """Load what cards show of orders."""
    copies = Order.objects.filter(source_order=OuterRef("pk"))
    lines = Prefetch("lines", OrderLine.objects.order_by("position"))
    return (
        rows.select_related("contact", "stage")
        .prefetch_related(lines, TAGS_BY_NAME)
        .annotate(derived=Exists(copies))
    )


def bought(order: Order) -> str:
    """Return what was bought, in a few words; the order's own title when nothing was yet."""
    lines = order.sorted_lines()
    if order.name or not lines:
        return order.title
    first = lines[0]
    text = f"{first.quantity} × {first.title}" if first.quantity > 1 else first.title
    return f"{text} +{len(lines) - 1}" if len(lines) > 1 else text


def card(request: MemberRequest, order: Order) -> Shape:
    """Return an order as its card shows it."""
    contact = order.contact
    movable = request.actor.may("orders.edit")
    return {
        "pk": order.pk,
        "url": link(request, "order", order.pk),
        "title": bought(order),
        "contact_name": contact.display_name if contact else "",
        "initials": initials(contact.display_name) if contact else "",
        "hue": hue(order.contact_id),
        "total": order.total,
        "currency": order.currency,
        "created_at": order.created_at,
        "tags": order.tags.all(),
        "stage": order.stage,
        "confirmed": order.confirmed,
        "derived": getattr(order, "derived", False),
        "source": order.source,
        "move_url": link(request, "order-move", order.pk) if movable else None,
    }


def for_rows(rows: QuerySet[Task]) -> QuerySet[Task]:
    """Load what rows show of tasks."""
    return rows.select_related("assigned_to", "contact", "order")


def task_rows(request: MemberRequest, tasks: Iterable[Task]) -> list[Shape]:
    """Return tasks as their rows show them."""
    tasks = list(tasks)
    talks = conversations.names(t.conversation_id for t in tasks if t.conversation_id)
    names = {str(pk): name for pk, name in talks.items()}
    return [_task_row(request, task, names) for task in tasks]


def _task_row(request: MemberRequest, task: Task, talks: dict[str, str]) -> Shape:
    done = task.status == Task.Status.COMPLETED
    may = request.actor.may("contacts.edit")
    return {
        "pk": task.pk,
        "url": link(request, "task", task.pk),
        "title": read(task.title),
        "due_at": task.due_at,
        "overdue": bool(task.due_at and task.due_at < timezone.now()) and not done,
        "done": done,
        "priority": "high" if task.priority == Task.Priority.URGENT else task.priority,
        "type_name": "",
        "assigned_to": task.assigned_to,
        "linked": _linked(request, task, talks),
        "done_url": link(request, "task-complete", task.pk) if may else None,
    }


def _linked(request: MemberRequest, task: Task, talks: dict[str, str]) -> Shape | None:
    if task.contact:
        url = link(request, "contact", task.contact.pk)
        return {"kind": "person", "label": task.contact.display_name, "url": url}
    if task.order:
        url = link(request, "order", task.order.pk)
        return {"kind": "orders", "label": task.order.title, "url": url}
    if task.conversation_id:
        talk = conversations.url(request.workspace.slug, task.conversation_id)
        label = talks.get(str(task.conversation_id), "") or _("Conversation")
        return {"kind": "inbox", "label": label, "url": talk or ""}
    return None


def person(contact: Contact) -> Shape:
    """Return the letters and the colour that stand for a contact."""
    return {"initials": initials(contact.display_name), "hue": hue(contact.pk)}

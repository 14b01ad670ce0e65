"""One contact: who it is, and a tab each for orders, tasks, notes and history."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from morfx.web.initials import hue, initials
from morfx.workspaces.access import MemberRequest, member_required, needs

from .. import conversations
from ..forms import NewNote
from ..models import Contact, Note, Order, Task
from . import history
from .answering import Shape, current_page, link
from .shapes import TAGS_BY_NAME, bought, for_cards, for_rows, person, task_rows

SIZE = 30
TABS = ("orders", "tasks", "notes", "history")


@member_required
@needs("contacts.view")
def contact(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Show a contact with its open tab."""
    row = get_object_or_404(Contact.objects.prefetch_related(TAGS_BY_NAME), pk=pk)
    tab = request.GET.get("tab", "")
    return show(request, row, tab if tab in TABS else "orders")


def show(
    request: MemberRequest,
    contact: Contact,
    tab: str,
    *,
    note_form: NewNote | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with the contact's page, open at a tab."""
    may_edit = request.actor.may("contacts.edit")
    talk = conversations.newest_of(contact.pk)
    context = {
        "contact": _shown(request, contact),
        "tags": contact.tags.all(),
        "tags_url": link(request, "contact-tags", contact.pk) if may_edit else None,
        "conversation_url": conversations.url(request.workspace.slug, talk),
        "list_url": link(request, "contacts"),
        "here_url": link(request, "contact", contact.pk, tab=tab, cursor=request.GET.get("cursor")),
        "tab": tab,
        "tabs": _tabs(request, contact, tab),
        **_opened(request, contact, tab),
    }
    if tab == "notes" and may_edit:
        context["note_form"] = note_form or NewNote(request.actor, given={"contact": contact})
        context["note_url"] = link(request, "contact-note", contact.pk)
    return render(request, "crm/contact.html", context, status=status)


def _shown(request: MemberRequest, contact: Contact) -> Shape:
    may_delete = request.actor.may("contacts.delete")
    custom = contact.custom_fields.items()
    return {
        **person(contact),
        "pk": contact.pk,
        "name": contact.display_name,
        "phone": contact.phone or "",
        "email": contact.email,
        "address": contact.address,
        "city": contact.city,
        "department": contact.department,
        "created_at": contact.created_at,
        "custom_fields": [{"label": name, "value": value} for name, value in custom],
        "edit_url": link(request, "contact-edit", contact.pk),
        "delete_url": link(request, "contact-delete", contact.pk) if may_delete else None,
    }


def _tabs(request: MemberRequest, contact: Contact, current: str) -> list[Shape]:
    open_tasks = _tasks(contact).exclude(status=Task.Status.COMPLETED)
    named = {
        "orders": (_("Orders"), contact.orders.count()),
        "tasks": (_("Tasks"), open_tasks.count()),
        "notes": (_("Notes"), contact.notes.count()),
        "history": (_("History"), 0),
    }
    return [
        {
            "key": key,
            "label": label,
            "url": link(request, "contact", contact.pk, tab=key),
            "count": count,
            "current": key == current,
        }
        for key, (label, count) in named.items()
    ]


def _tasks(contact: Contact) -> QuerySet[Task]:
    return Task.objects.filter(contact=contact)


def _opened(request: MemberRequest, contact: Contact, tab: str) -> Shape:
    """Return the open tab's rows, its next page, and where it gets a new row."""
    new_url = None
    if tab == "orders":
        orders = current_page(request, for_cards(_orders(contact)), ("-id",), SIZE)
        rows: list[Shape] = [_order(request, order) for order in orders.items]
        new_url = _new(request, "order-new", "orders.create", contact)
        following = orders.next
    elif tab == "tasks":
        tasks = current_page(request, for_rows(_tasks(contact)), ("-status", "due_at", "id"), SIZE)
        rows, following = task_rows(request, tasks.items), tasks.next
        new_url = _new(request, "task-new", "contacts.create", contact)
    elif tab == "notes":
        notes = current_page(request, Note.objects.filter(contact=contact), ("-id",), SIZE)
        rows, following = [_note(note) for note in notes.items], notes.next
    else:
        events = current_page(request, history.events_of("contact", contact.pk), ("-id",), SIZE)
        rows, following = history.shown(events.items), events.next
    more = following and link(request, "contact", contact.pk, tab=tab, cursor=following)
    return {tab: rows, "next_url": more, "new_url": new_url}


def _orders(contact: Contact) -> QuerySet[Order]:
    return Order.objects.filter(contact=contact)


def _new(request: MemberRequest, name: str, permission: str, contact: Model) -> str | None:
    return link(request, name, contact=contact.pk) if request.actor.may(permission) else None


def _order(request: MemberRequest, order: Order) -> Shape:
    return {
        "url": link(request, "order", order.pk),
        "title": bought(order),
        "stage": order.stage,
        "total": order.total,
        "currency": order.currency,
        "created_at": order.created_at,
    }


def _note(note: Note) -> Shape:
    author = note.author_name or note.author.partition(":")[2]
    return {
        "pk": note.pk,
        "text": note.content,
        "author": author,
        "initials": initials(author),
        "hue": hue(note.author.partition(":")[2]),
        "created_at": note.created_at,
        "edit_url": None,
    }

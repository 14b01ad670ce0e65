"""The list of contacts, and the forms about one."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from morfx.operations.errors import Refused
from morfx.workspaces.access import MemberRequest, member_required, needs

from .. import conversations, search
from ..forms import EditContact, NewContact, NewNote, TagsForm
from ..models import Contact, ContactTag, Order, Tag
from ..operations import contacts as operations
from ..operations import notes
from . import contact as one_contact
from .answering import Shape, current_page, form_page, link, refused, taken
from .shapes import TAGS_BY_NAME, person

SIZE = 50
MOST_TAGS = 12
SORTS = {"": ("-created_at", "-id"), "name": ("name", "id"), "-name": ("-name", "-id")}


@member_required
@needs("contacts.view")
def contacts(request: MemberRequest) -> HttpResponse:
    """Show the people the workspace knows, newest first; filtered, searched and sorted."""
    query, tag, sort = (request.GET.get(name, "").strip() for name in ("q", "tag", "sort"))
    sort = sort if sort in SORTS else ""
    state = {"q": query, "tag": tag, "sort": sort}
    found = search.contacts(Contact.objects.all(), query)
    if tag:
        found = found.filter(tags__name=tag)
    page = current_page(request, _for_list(found), SORTS[sort], SIZE)
    may_create = request.actor.may("contacts.create")
    context = {
        "total": found.count(),
        "query": query,
        "list_url": link(request, "contacts", **state),
        "next_url": page.next and link(request, "contacts", **state, cursor=page.next),
        "new_url": link(request, "contact-new") if may_create else None,
        "export_url": None,
        "columns": _columns(request, state),
        "tag_filters": _tag_filters(request, state),
        "all_url": link(request, "contacts", **{**state, "tag": ""}),
        "contacts": [_row(request, contact) for contact in page.items],
    }
    return render(request, "crm/contacts.html", context)


def _for_list(rows: QuerySet[Contact]) -> QuerySet[Contact]:
    orders = Order.objects.filter(contact=OuterRef("pk")).order_by().values("contact")
    return rows.prefetch_related(TAGS_BY_NAME).annotate(
        order_count=Coalesce(Subquery(orders.annotate(n=Count("pk")).values("n")), 0),
        last_message=conversations.last_message(),
    )


def _row(request: MemberRequest, contact: Contact) -> Shape:
    return {
        **person(contact),
        "pk": contact.pk,
        "url": link(request, "contact", contact.pk),
        "name": contact.display_name,
        "phone": contact.phone or "",
        "city": contact.city,
        "tags": contact.tags.all(),
        "order_count": getattr(contact, "order_count", 0),
        "last_contact_at": getattr(contact, "last_message", None) or contact.last_activity_at,
    }


def _columns(request: MemberRequest, state: dict[str, str]) -> list[Shape]:
    sort = state["sort"]
    turned = {"name": "-name", "-name": ""}.get(sort, "name")
    direction = {"name": "ascending", "-name": "descending"}.get(sort, "")
    by_name = link(request, "contacts", **{**state, "sort": turned})
    columns: list[Shape] = [{"label": _("Name"), "url": by_name, "sort": direction}]
    for label in (_("Phone"), _("City"), _("Tags"), _("Orders"), _("Last contact")):
        columns.append({"label": label, "url": None, "sort": ""})
    return columns


def _tag_filters(request: MemberRequest, state: dict[str, str]) -> list[Shape]:
    borne = Exists(ContactTag.objects.filter(tag=OuterRef("pk")))
    offered = Tag.objects.filter(borne).order_by("name")
    return [
        {
            "name": tag.name,
            "color": tag.color,
            "url": link(request, "contacts", **{**state, "tag": tag.name}),
            "current": tag.name == state["tag"],
        }
        for tag in offered[:MOST_TAGS]
    ]


@member_required
@needs("contacts.create")
def new(request: MemberRequest) -> HttpResponse:
    """Ask for a new contact."""
    data = request.POST if request.method == "POST" else None
    form = NewContact(request.actor, data, initial=request.GET.dict())
    if data is not None and form.run():
        url = link(request, "contact", form.result.pk)
        text = _("%(name)s is a contact now.") % {"name": form.result.display_name}
        return taken(request, text, url, refresh=["contacts"], action=_("Open"))
    return form_page(
        request,
        form,
        title=_("New contact"),
        section="contacts",
        cancel_url=link(request, "contacts"),
        submit_label=_("Create contact"),
    )


@member_required
@needs("contacts.edit")
def edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Ask for a contact's fields."""
    contact = get_object_or_404(Contact, pk=pk)
    data = request.POST if request.method == "POST" else None
    form = EditContact(request.actor, data, contact)
    url = link(request, "contact", pk)
    if data is not None and form.run():
        return taken(request, _("Saved."), url, refresh=["contacts", f"contact-{pk}"])
    return form_page(request, form, title=_("Edit contact"), section="contacts", cancel_url=url)


@member_required
@needs("contacts.edit")
def tags(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Ask which tags a contact bears."""
    contact = get_object_or_404(Contact.objects.prefetch_related("tags"), pk=pk)
    data = request.POST if request.method == "POST" else None
    form = TagsForm(request.actor, data, contact)
    url = link(request, "contact", pk)
    if data is not None and form.run():
        return taken(request, _("Saved."), url, refresh=["contacts", f"contact-{pk}"])
    title = _("Tags of %(name)s") % {"name": contact.display_name}
    return form_page(request, form, title=title, section="contacts", cancel_url=url)


@require_POST
@member_required
def delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Delete a contact; its orders stay."""
    contact = get_object_or_404(Contact, pk=pk)
    try:
        operations.delete(request.actor, contact=contact)
    except Refused as refusal:
        return refused(request, refusal.message, link(request, "contact", pk))
    text = _("%(name)s was deleted.") % {"name": contact.display_name}
    return taken(request, text, link(request, "contacts"), refresh=["contacts"])


@require_POST
@member_required
@needs("contacts.edit")
def note(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Write a note about a contact; an empty one shows the page with what is wrong."""
    contact = get_object_or_404(Contact, pk=pk)
    form = NewNote(request.actor, request.POST, given={"contact": contact})
    if form.run():
        return redirect(link(request, "contact", pk, tab="notes"))
    return one_contact.show(request, contact, "notes", note_form=form, status=422)


@require_POST
@member_required
@needs("contacts.edit")
def delete_note(request: MemberRequest, pk: UUID, note: UUID) -> HttpResponse:
    """Delete a note about a contact."""
    url = link(request, "contact", pk, tab="notes")
    row = get_object_or_404(get_object_or_404(Contact, pk=pk).notes, pk=note)
    try:
        notes.delete(request.actor, note=row)
    except Refused as refusal:
        return refused(request, refusal.message, url)
    return taken(request, _("The note was deleted."), url, refresh=[f"contact-{pk}"])

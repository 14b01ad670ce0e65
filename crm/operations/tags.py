"""Tags are put on contacts and orders, and taken off."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Case, Value, When
from django.utils.translation import gettext as _

from morfx.events.ledger import record
from morfx.operations.actor import Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Forbidden, Refused

from ..facts import TagAssigned, TagRemoved
from ..models import Contact, ContactTag, Order, OrderTag, Tag
from .inputs import TagName, TheContact, TheOrder


@operation("crm.tag.add", needs="contacts.edit")
def add(
    actor: Actor,
    *,
    contact: TheContact | None = None,
    order: TheOrder | None = None,
    tag: TagName,
) -> dict[str, object]:
    """Put a tag on a contact or on an order; a name nobody used before makes a new tag.

    Does nothing when the tag is there already.
    """
    bearer = _bearer(actor, contact, order)
    label = find(tag) or Tag.objects.get_or_create(name=tag)[0]
    if isinstance(bearer, Order):
        added = OrderTag.objects.get_or_create(order=bearer, tag=label)[1]
    else:
        added = ContactTag.objects.get_or_create(contact=bearer, tag=label)[1]
    if added:
        record(_happened(TagAssigned, label, bearer))
    return {"tag": label, "added": added, "already_had_tag": not added}


@operation("crm.tag.remove", needs="contacts.edit")
def remove(
    actor: Actor,
    *,
    contact: TheContact | None = None,
    order: TheOrder | None = None,
    tag: TagName,
) -> dict[str, object]:
    """Take a tag off a contact or off an order. Does nothing when it is not there."""
    bearer = _bearer(actor, contact, order)
    label = find(tag)
    if label is None:
        raise Refused(_("There is no such tag."), field="tag", code="TAG_NOT_FOUND")
    if isinstance(bearer, Order):
        removed, _rows = OrderTag.objects.filter(order=bearer, tag=label).delete()
    else:
        removed, _rows = ContactTag.objects.filter(contact=bearer, tag=label).delete()
    if removed:
        record(_happened(TagRemoved, label, bearer))
    return {"tag": label, "removed": bool(removed), "had_tag": bool(removed)}


def find(text: str) -> Tag | None:
    """Return the tag of this id or name; the name in this very case before any other."""
    try:
        rows = Tag.objects.filter(pk=UUID(text))
    except ValueError:
        exact_first = Case(When(name=text, then=Value(0)), default=Value(1))
        rows = Tag.objects.filter(name__iexact=text).order_by(exact_first)
    return rows.first()


def _bearer(actor: Actor, contact: Contact | None, order: Order | None) -> Contact | Order:
    if order is not None and contact is not None:
        raise Refused(_("Name a contact or an order, not both."), field="order")
    if order is not None:
        if not actor.may("orders.edit"):
            raise Forbidden(_("You do not have the permission to do this."))
        return order
    if contact is None:
        raise Refused(_("Say whose tag it is: a contact's or an order's."), field="contact")
    return contact


def _happened(
    fact: type[TagAssigned] | type[TagRemoved], tag: Tag, bearer: Contact | Order
) -> TagAssigned | TagRemoved:
    if isinstance(bearer, Contact):
        return fact(tag=tag.pk, title=tag.name, on="contact", contact=bearer.pk)
    return fact(tag=tag.pk, title=tag.name, on="order", order=bearer.pk, contact=bearer.contact_id)

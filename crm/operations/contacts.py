"""Contacts are made, changed and deleted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from django.db import IntegrityError, transaction
from django.db.models import RestrictedError
from django.utils.translation import gettext as _
from pydantic import Field

from morfx.events.ledger import record
from morfx.operations.actor import Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Refused
from morfx.operations.inputs import Label, parse_phone

from ..facts import ContactCreated, ContactDeleted, ContactUpdated
from ..models import Contact
from . import notes as note_operations
from . import tags as tag_operations
from .changes import apply
from .inputs import Address, Email, LockedContact, PhoneText, Place, TagName


@operation("crm.contact.create", needs="contacts.create")
def create(
    actor: Actor,
    *,
    name: Label,
    phone: PhoneText = "",
    email: Email = "",
    address: Address = "",
    city: Place = "",
    department: Place = "",
    tags: list[TagName] | None = None,
    notes: Annotated[str, Field(max_length=2000)] = "",
) -> Contact:
    """Create a contact, with its tags and a first note if given.

    The phone may be written in any way; without a country it is read as a local number.
    """
    with _phone_is_free():
        contact = Contact.objects.create(
            name=name,
            phone=_number(phone),
            email=email,
            address=address,
            city=city,
            department=department,
        )
    record(
        ContactCreated(
            contact=contact.pk,
            title=contact.display_name,
            phone=contact.phone,
            email=email,
            city=city,
        )
    )
    for tag in tags or []:
        tag_operations.add(actor, contact=contact, tag=tag)
    if notes.strip():
        note_operations.create(actor, contact=contact, content=notes)
    return contact


@operation("crm.contact.update", needs="contacts.edit")
def update(
    actor: Actor,
    *,
    contact: LockedContact,
    name: Label | None = None,
    phone: PhoneText | None = None,
    email: Email | None = None,
    address: Address | None = None,
    city: Place | None = None,
    department: Place | None = None,
) -> Contact:
    """Change the fields of a contact that are given; the others stay as they are.

    An empty text clears a field, the phone too. Does nothing when all is so already.
    """
    texts = {
        "name": name,
        "email": email,
        "address": address,
        "city": city,
        "department": department,
    }
    if phone is None and all(text is None for text in texts.values()):
        raise Refused(_("Say what to change."), code="NO_FIELDS_TO_UPDATE")
    changes = apply(contact, texts)
    if phone is not None and (number := _number(phone)) != contact.phone:
        changes["phone"] = {"old": contact.phone, "new": number}
        contact.phone = number
    if changes:
        with _phone_is_free():
            contact.save(update_fields=list(changes))
        title = contact.display_name
        record(ContactUpdated(contact=contact.pk, title=title, changes=changes))
    return contact


@operation("crm.contact.delete", needs="contacts.delete")
def delete(actor: Actor, *, contact: LockedContact) -> dict[str, object]:
    """Delete a contact with its notes and tasks; its orders stay, without a contact."""
    gone, title, phone = contact.pk, contact.display_name, contact.phone
    try:
        contact.delete()
    except RestrictedError:
        raise Refused(
            _("%(name)s has conversations, which would be lost.") % {"name": title},
            field="contact",
            code="DELETE_FAILED",
        ) from None
    record(ContactDeleted(contact=gone, title=title, phone=phone))
    return {"id": gone, "deleted": True}


def _number(text: str) -> str | None:
    if not text.strip():
        return None
    number = parse_phone(text)
    if number is None:
        raise Refused(_("This is not a phone number."), field="phone", code="PHONE_INVALID")
    return number


@contextmanager
def _phone_is_free() -> Iterator[None]:
    """Turn the database's refusal of a second contact with one phone into ours."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "contact_phone_once" not in str(error):
            raise
        raise Refused(
            _("Another contact has this phone."), field="phone", code="PHONE_DUPLICATE"
        ) from None

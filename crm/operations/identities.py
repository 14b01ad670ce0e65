"""Who is writing: from the ids a channel tells to the one contact they belong to."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from pydantic import Field

from morfx.events.ledger import record
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Refused

from ..facts import ContactCreated, ContactIdentified, ContactUpdated
from ..models import Contact, ContactIdentity
from .changes import apply

Kind = ContactIdentity.Kind
E164 = Annotated[str, Field(pattern=r"^\+\d{5,15}$")]
"""A number as the channel says it; not checked further, because the channel knows it exists."""


class Identified(NamedTuple):
    """A sender's contact, and the identity by which it was reached."""

    contact: Contact
    identity: ContactIdentity


@operation("crm.contact.identify", needs=SYSTEM)
def identify(
    actor: Actor,
    *,
    account: str = "",
    phone: E164 | None = None,
    bsuid: str | None = None,
    username: str | None = None,
    profile_name: str = "",
) -> Identified:
    """Find the contact behind a sender, or create it.

    `account` is whose business-scoped id (`bsuid`) it is. When both ids come, the phone decides
    and its contact learns the other, unless that belongs to somebody already. A username is
    remembered but identifies nobody, because people change it. Two first messages at once end
    at one contact.
    """
    if not phone and not bsuid:
        raise Refused(_("The sender has no id."), field="phone", code="NO_IDENTITY")
    name = profile_name.replace("\x00", "").strip()[:200]
    contact = _known(phone, bsuid, account)
    fresh = contact is None
    contact = contact or _newcomer(name, phone, bsuid, account)
    told = [(Kind.PHONE, phone, ""), (Kind.BSUID, bsuid, account)]
    identities = [
        _learn(contact, kind, value, whose, quietly=fresh) for kind, value, whose in told if value
    ]
    if username:
        _remember_username(contact, username, account)
    _complete(contact, name, phone)
    return Identified(identities[0].contact, identities[0])


def _known(phone: str | None, bsuid: str | None, account: str) -> Contact | None:
    """Return who has the phone, verified or typed in; else who has the business-scoped id."""
    if phone and (
        found := _holder(Kind.PHONE, phone, "") or Contact.objects.filter(phone=phone).first()
    ):
        return found
    return _holder(Kind.BSUID, bsuid, account) if bsuid else None


def _holder(kind: str, value: str, account: str) -> Contact | None:
    rows = ContactIdentity.objects.select_related("contact")
    identity = rows.filter(kind=kind, value=value, account=account).first()
    return identity.contact if identity else None


def _newcomer(name: str, phone: str | None, bsuid: str | None, account: str) -> Contact:
    """Create the contact with its first identity, or return the one somebody just created."""
    kind, value, whose = (Kind.PHONE, phone, "") if phone else (Kind.BSUID, bsuid or "", account)
    try:
        with transaction.atomic():
            contact = Contact.objects.create(name=name, phone=phone)
            ContactIdentity.objects.create(
                contact=contact, kind=kind, value=value, account=whose, verified=True
            )
    except IntegrityError:
        winner = _known(phone, bsuid, account)
        if winner is None:
            raise
        return winner
    record(ContactCreated(contact=contact.pk, title=contact.display_name, phone=phone))
    return contact


def _learn(
    contact: Contact, kind: str, value: str, account: str, *, quietly: bool
) -> ContactIdentity:
    """Return the identity, attached to the contact if it is new; the channel verified it."""
    identity, learnt = ContactIdentity.objects.select_related("contact").get_or_create(
        kind=kind, value=value, account=account, defaults={"contact": contact, "verified": True}
    )
    if not identity.verified:
        identity.verified = True
        identity.save(update_fields=["verified"])
    if learnt and not quietly:
        title = contact.display_name
        record(ContactIdentified(contact=contact.pk, title=title, kind=kind, value=value))
    return identity


def _remember_username(contact: Contact, username: str, account: str) -> None:
    """Keep the contact's present username; whoever had it before has another by now."""
    names = ContactIdentity.objects.filter(kind=Kind.USERNAME, account=account)
    if names.filter(contact=contact, value=username).exists():
        return
    names.filter(value=username).delete()
    names.filter(contact=contact).delete()
    names.get_or_create(
        kind=Kind.USERNAME,
        account=account,
        value=username,
        defaults={"contact": contact, "verified": True},
    )


def _complete(contact: Contact, name: str, phone: str | None) -> None:
    """Fill in the name and the phone where the contact has none, and nobody else has it."""
    free = phone and not contact.phone and not Contact.objects.filter(phone=phone).exists()
    given = {
        "name": name if name and not contact.name else None,
        "phone": phone if free else None,
    }
    if changes := apply(contact, given):
        contact.save(update_fields=list(changes))
        title = contact.display_name
        record(ContactUpdated(contact=contact.pk, title=title, changes=changes))

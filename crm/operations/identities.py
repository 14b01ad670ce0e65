"""Who is writing: from the ids a channel tells to the one contact they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import Field

from morfx.events.ledger import record
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Refused

from ..facts import ContactCreated, ContactIdentified, ContactUpdated
from ..models import Contact, ContactIdentity
from .changes import apply
from .renumbering import retire

Kind = ContactIdentity.Kind
E164 = Annotated[str, Field(pattern=r"^\+\d{5,15}$")]
"""A number as the channel says it; not checked further, because the channel knows it exists."""


class Identified(NamedTuple):
    """A sender's contact, and the identity by which it was reached."""

    contact: Contact
    identity: ContactIdentity


class _Told(NamedTuple):
    """The ids that came with a message. `spellings` of its number are for finding, not keeping."""

    phone: str | None
    spellings: Sequence[str]
    bsuid: str | None
    account: str
    at: datetime


@operation("crm.contact.identify", needs=SYSTEM)
def identify(
    actor: Actor,
    *,
    account: str = "",
    phone: E164 | None = None,
    spellings: Sequence[E164] = (),
    bsuid: str | None = None,
    username: str | None = None,
    profile_name: str = "",
    at: datetime | None = None,
) -> Identified:
    """Find the contact behind a sender, or create it.

    `account` is whose business-scoped id (`bsuid`) it is; `spellings` are other forms under which
    the number may be known; `at` is when the message was written. Decided in this order:

    1. The number's present holder, if they have no business-scoped id here yet, or this one. The
       phone wins even when the id belongs to somebody else: history is where the number is.
    2. The holder has another business-scoped id. An id changes only with an announcement, which
       `crm.contact.renumber` takes down, so without one the number has a new owner: who has the
       id, else a new contact. The former holder keeps their history, and the number is retired.
    3. A message written before the number was retired is still its former holder's.
    4. Who has the business-scoped id; else somebody new.

    A username is remembered but identifies nobody. Two first messages at once end at one contact.
    """
    if not phone and not bsuid:
        raise Refused(_("The sender has no id."), field="phone", code="NO_IDENTITY")
    told = _Told(phone, (phone or "", *spellings), bsuid, account, at or timezone.now())
    name = profile_name.replace("\x00", "").strip()[:200]
    if late := _written_before(told):
        return Identified(late.contact, late)
    contact = _known(told)
    fresh = contact is None
    contact = contact or _newcomer(name, told)
    learnt = [_learn(contact, kind, told, quietly=fresh) for kind in _kinds(told)]
    if username:
        _remember_username(contact, username, account)
    _complete(contact, name, phone)
    return Identified(learnt[0].contact, learnt[0])


def _written_before(told: _Told) -> ContactIdentity | None:
    """Return the retired number of who wrote while it was still theirs."""
    if not told.phone:
        return None
    rows = ContactIdentity.objects.select_related("contact").order_by("retired_at")
    former = rows.filter(kind=Kind.PHONE, value__in=told.spellings, retired_at__gt=told.at).first()
    if former is None or not told.bsuid:
        return former
    theirs = _holder(Kind.BSUID, (told.bsuid,), told.account)
    return former if theirs is None or theirs.contact_id == former.contact_id else None


def _known(told: _Told) -> Contact | None:
    """Return whose message it is, of those we know; see `identify` for the order."""
    theirs = _holder(Kind.BSUID, (told.bsuid,), told.account) if told.bsuid else None
    if told.phone:
        holder = _holder(Kind.PHONE, told.spellings, "")
        typed = Contact.objects.filter(phone__in=told.spellings).first() if not holder else None
        contact = holder.contact if holder else typed
        if contact is not None and not _has_another(contact, told):
            return contact
        if holder is not None:
            retire(holder, told.at)
    return theirs.contact if theirs else None


def _holder(kind: str, values: Sequence[str], account: str) -> ContactIdentity | None:
    """Return the identity of one of `values`, the first of them if there are several."""
    rows = live().select_related("contact").filter(kind=kind, value__in=values, account=account)
    return min(rows, key=lambda row: row.value != values[0], default=None)


def live() -> QuerySet[ContactIdentity]:
    """Return the identities that are still somebody's."""
    return ContactIdentity.objects.filter(retired_at=None)


def _has_another(contact: Contact, told: _Told) -> bool:
    """Tell whether a contact is known here by other business-scoped ids, and not by this one."""
    if not told.bsuid:
        return False
    ids = contact.identities.filter(kind=Kind.BSUID, account=told.account)
    known = set(ids.values_list("value", flat=True))
    return bool(known) and told.bsuid not in known


def _newcomer(name: str, told: _Told) -> Contact:
    """Create the contact with its first identity, or return the one somebody just created.

    A number that stands on somebody else's card is not written on this one.
    """
    kind = _kinds(told)[0]
    value, whose = _value(kind, told)
    taken = Contact.objects.filter(phone=told.phone).exists()
    phone = None if taken else told.phone
    try:
        with transaction.atomic():
            contact = Contact.objects.create(name=name, phone=phone)
            ContactIdentity.objects.create(
                contact=contact, kind=kind, value=value, account=whose, verified=True
            )
    except IntegrityError:
        winner = _known(told)
        if winner is None:
            raise
        return winner
    record(ContactCreated(contact=contact.pk, title=contact.display_name, phone=phone))
    return contact


def _kinds(told: _Told) -> list[str]:
    """Return the kinds of id that came, the phone first."""
    return [kind for kind in (Kind.PHONE, Kind.BSUID) if _value(kind, told)[0]]


def _value(kind: str, told: _Told) -> tuple[str, str]:
    """Return an id and whose it is: a phone number is the world's."""
    return (told.phone or "", "") if kind == Kind.PHONE else (told.bsuid or "", told.account)


def _learn(contact: Contact, kind: str, told: _Told, *, quietly: bool) -> ContactIdentity:
    """Return the identity, attached to the contact if it is new; the channel verified it.

    A number that is known in another spelling is not learnt again.
    """
    value, account = _value(kind, told)
    identity = _holder(kind, told.spellings, "") if kind == Kind.PHONE else None
    learnt = False
    if identity is None:
        identity, learnt = (
            live()
            .select_related("contact")
            .get_or_create(
                kind=kind,
                value=value,
                account=account,
                defaults={"contact": contact, "verified": True},
            )
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

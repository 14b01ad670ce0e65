"""People change their numbers: what they had is retired, what they have now is learnt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from morfx.events.ledger import record
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.inputs import Ref

from ..facts import ContactIdentified, ContactUpdated
from ..models import Contact, ContactIdentity

Kind = ContactIdentity.Kind


@operation("crm.contact.renumber", needs=SYSTEM)
def renumber(
    actor: Actor,
    *,
    contact: Ref[Contact],
    at: datetime,
    account: str = "",
    former_phones: Sequence[str] = (),
    phone: str | None = None,
    bsuid: str | None = None,
) -> Contact:
    """Take down that a person has another number or business-scoped id since a moment.

    The former number is theirs no longer, in any of its spellings: who writes from it next is
    somebody else. A former business-scoped id stays, because it is never given to another. What
    the person has now is learnt, unless another contact has it already: a message from the new
    number came before the announcement, and two contacts of one person are for people to join.
    Doing it twice changes nothing.
    """
    mine = contact.identities.filter(kind=Kind.PHONE, retired_at=None)
    gone = mine.filter(value__in=former_phones).exclude(value=phone or "")
    for identity in gone.select_related("contact"):
        retire(identity, at, now_has=phone)
    contact.refresh_from_db(fields=["phone"])
    for kind, value, whose in ((Kind.PHONE, phone, ""), (Kind.BSUID, bsuid, account)):
        if value:
            _learn(contact, kind, value, whose)
    return contact


def retire(identity: ContactIdentity, at: datetime, *, now_has: str | None = None) -> None:
    """Note that a number is no longer a contact's, neither to be found by nor on their card."""
    identity.retired_at = at
    identity.save(update_fields=["retired_at"])
    contact = identity.contact
    if contact.phone == identity.value:
        free = now_has and not Contact.objects.filter(phone=now_has).exists()
        old, contact.phone = contact.phone, now_has if free else None
        contact.save(update_fields=["phone"])
        changes: dict[str, dict[str, object]] = {"phone": {"old": old, "new": contact.phone}}
        title = contact.display_name
        record(ContactUpdated(contact=contact.pk, title=title, changes=changes))


def _learn(contact: Contact, kind: str, value: str, account: str) -> None:
    _, learnt = ContactIdentity.objects.filter(retired_at=None).get_or_create(
        kind=kind, value=value, account=account, defaults={"contact": contact, "verified": True}
    )
    if learnt:
        title = contact.display_name
        record(ContactIdentified(contact=contact.pk, title=title, kind=kind, value=value))

"""Whose conversation a message belongs to: from a sender's ids to the conversation, locked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, Q, QuerySet, Value, When
from django.utils import timezone

from crm.models import Contact, ContactIdentity
from crm.operations import identities
from morfx.operations.actor import Actor
from morfx.tenancy.compiled import compiled

from ..models import Channel, Conversation, Message
from ..providers.payload_messages import Ids
from ..providers.phones import phone_candidates
from .conversations import raise_epoch

Kind = ContactIdentity.Kind
AMENDS = ("edit", "revoke")
"""Types that change a message said before; what they say of it is `reply_to`."""

SECOND = timedelta(seconds=1)
"""How fine WhatsApp's clock is."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """The other side of a message: ids as the channel says them, and as we look for them."""

    phones: Sequence[str]
    """The number in E.164, then other spellings of it; empty when none came."""
    bsuid: str | None
    account: str
    address: str
    username: str | None
    name: str

    @property
    def phone(self) -> str | None:
        """Return the number people dial."""
        return self.phones[0] if self.phones else None


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A conversation, locked, and what is known of the message that is about to enter it."""

    conversation: Conversation
    contact: Contact
    person: Person
    opened: bool
    here: bool
    """The message is here already."""
    amended: bool
    """An edit or a deletion of it came before it."""


def person(channel: Channel, ids: Ids, name: str = "") -> Person:
    """Put together whom a channel speaks of. An id that is no number is the account's own."""
    phones = phone_candidates(ids.wa_id) if ids.wa_id else ()
    return Person(
        phones=phones,
        bsuid=ids.user_id or (None if phones else ids.wa_id),
        account=channel.account,
        address=ids.wa_id or ids.user_id or "",
        username=ids.username,
        name=name.replace("\x00", "").strip()[:200],
    )


def seat(
    actor: Actor, channel: Channel, whom: Person, *, at: datetime, provider_id: str = ""
) -> Seat:
    """Find or open a person's conversation on a channel, locked; learn the ids that are new.

    The conversation that is there is locked before its contact is touched, in the order a turn
    takes them too. Phone-backed history wins when both ids come; a business-scoped id alone leads
    to the conversation it has, else to the one the same contact's number has. A conversation
    never passes from one id to another. Only who turns out to be somebody else takes a second
    conversation's lock; two who swap numbers at once may have to be tried again.
    """
    conversation, opened = _usual(channel, whom), False
    known = _known(conversation, provider_id) if conversation else []
    if conversation is None or _news(whom, conversation.identity, known, at):
        found = _identify(actor, whom, at)
        if conversation is None or not _leads_to(conversation, found):
            if conversation is not None:
                _leave_if_retired(conversation)
            conversation, opened = _conversation(channel, found, whom)
        known = _known(conversation, provider_id)
    conversation.channel = channel
    return Seat(
        conversation=conversation,
        contact=conversation.identity.contact,
        person=whom,
        opened=opened,
        here=known[0].here,
        amended=known[0].amended,
    )


def leave(conversation: Conversation) -> None:
    """End a conversation, locked, whose address is no longer its customer's.

    Its window closes, and what is planned or unanswered in it goes to nobody any more.
    """
    conversation.last_customer_message_at = None
    conversation.save(update_fields=["last_customer_message_at"])
    raise_epoch(conversation, owner=conversation.owner_who, reason="number_changed")
    Message.objects.filter(
        conversation=conversation, direction=Message.Direction.INBOUND, heard_at=None
    ).update(heard_at=timezone.now(), heard_by="number_changed")


def _leave_if_retired(conversation: Conversation) -> None:
    """Leave the conversation of somebody whose number has just turned out to be another's."""
    conversation.identity.refresh_from_db()
    if conversation.identity.retired_at is not None:
        leave(conversation)


def _usual(channel: Channel, whom: Person) -> Conversation | None:
    """Lock and return the conversation the ids lead to, with identity and contact."""
    if len(whom.phones) == 1 and not whom.bsuid:
        return _by_phone.first(channel.pk, channel.workspace_id, whom.phones[0])
    if len(whom.phones) == 1 and whom.bsuid:
        ids = (whom.phones[0], whom.account, whom.bsuid)
        return _by_both.first(channel.pk, channel.workspace_id, *ids)
    phone = Q(identity__kind=Kind.PHONE)
    bsuid = Q(identity__kind=Kind.BSUID, identity__account=whom.account)
    if whom.phones:
        wanted = phone & Q(identity__value__in=whom.phones)
        order: list[Any] = ["-identity__kind"]
        if len(whom.phones) > 1:
            exact = When(identity__value=whom.phone, then=Value(0))
            order.append(Case(exact, default=Value(1)))
        if whom.bsuid:
            wanted |= bsuid & Q(identity__value=whom.bsuid)
    else:
        holder = live_bsuid(whom).values_list("contact", flat=True).first()
        wanted = phone | bsuid & Q(identity__value=whom.bsuid)
        wanted &= Q(identity__contact=holder)
        order = ["identity__kind", "-last_message_at"]
    mine = {"channel": channel, "identity__workspace": channel.workspace_id}
    rows = Conversation.objects.filter(wanted, identity__retired_at=None, **mine)
    return _locked(rows).order_by(*order).first()


def _seats(channel_id: UUID, workspace_id: UUID) -> Any:
    mine = {"channel_id": channel_id, "identity__workspace_id": workspace_id}
    return _locked(Conversation.objects.filter(identity__retired_at=None, **mine))


@compiled
def _by_phone(channel_id: UUID, workspace_id: UUID, phone: str) -> QuerySet[Conversation]:
    """Lead the commonest sender, a number without other spellings, to their conversation."""
    rows = _seats(channel_id, workspace_id)
    found: QuerySet[Conversation] = rows.filter(identity__kind=Kind.PHONE, identity__value=phone)
    return found


@compiled
def _by_both(
    channel_id: UUID, workspace_id: UUID, phone: str, account: str, bsuid: str
) -> QuerySet[Conversation]:
    """Lead a number that comes with a business-scoped id; the number's history wins."""
    wanted = Q(identity__kind=Kind.PHONE, identity__value=phone)
    wanted |= Q(identity__kind=Kind.BSUID, identity__account=account, identity__value=bsuid)
    found: QuerySet[Conversation] = _seats(channel_id, workspace_id).filter(wanted)
    return found.order_by("-identity__kind")[:1]


def live_bsuid(whom: Person) -> Any:
    """Return the identity a business-scoped id is, as rows."""
    return identities.live().filter(kind=Kind.BSUID, value=whom.bsuid, account=whom.account)


def _locked(rows: Any) -> Any:
    return rows.select_for_update(of=("self",)).select_related("identity__contact")


def _known(conversation: Conversation, provider_id: str) -> list[Any]:
    """Return the contact's ids; each says as well whether the message is here, and is amended.

    Asked in one question, after the lock: what another delivery of it committed is seen.
    """
    return _ids_and_message(conversation.identity.contact_id, provider_id)


@compiled
def _ids_and_message(contact_id: UUID, provider_id: str) -> QuerySet[ContactIdentity]:
    here = Message.objects.filter(provider_id=provider_id)
    amending = Message.objects.filter(reply_to=provider_id, type__in=AMENDS)
    rows = ContactIdentity.objects.filter(contact_id=contact_id)
    return rows.annotate(here=Exists(here), amended=Exists(amending))


def _news(
    whom: Person, identity: ContactIdentity, known: Sequence[ContactIdentity], at: datetime
) -> bool:
    """Tell whether the ids or the name say something we have not taken down yet.

    What was written before we knew the id may be of somebody who had it before.
    """
    contact = identity.contact
    have = {(row.kind, row.value) for row in known if row.verified and row.retired_at is None}
    told = [
        (Kind.BSUID, whom.bsuid) in have or not whom.bsuid,
        (Kind.USERNAME, whom.username) in have or not whom.username,
        any((Kind.PHONE, phone) in have for phone in whom.phones) or not whom.phones,
        contact.name or not whom.name,
        contact.phone or not whom.phones,
    ]
    return not all(told) or at < identity.created_at - SECOND


def _identify(actor: Actor, whom: Person, at: datetime) -> identities.Identified:
    return identities.identify(
        actor,
        account=whom.account,
        phone=whom.phone,
        spellings=tuple(whom.phones[1:]),
        bsuid=whom.bsuid,
        username=whom.username,
        profile_name=whom.name,
        at=at,
    )


def _leads_to(conversation: Conversation, found: identities.Identified) -> bool:
    """Tell whether a conversation is where a person's message belongs.

    Its own identity's, or one the same person had before their number was told.
    """
    identity = conversation.identity
    if identity.pk == found.identity.pk:
        return True
    return identity.contact_id == found.contact.pk and found.identity.retired_at is None


def _conversation(
    channel: Channel, found: identities.Identified, whom: Person
) -> tuple[Conversation, bool]:
    """Find or open the conversation of an identity, locked."""
    mine = Q(identity=found.identity)
    if found.identity.retired_at is None and whom.bsuid:
        same = live_bsuid(whom).filter(contact=found.contact)
        mine |= Q(identity__in=same)
        if not whom.phones:
            phones = identities.live().filter(kind=Kind.PHONE, contact=found.contact)
            mine |= Q(identity__in=phones)
    rows = _locked(Conversation.objects.filter(mine, channel=channel))
    order = "-identity__kind" if whom.phones else "identity__kind"
    if row := rows.order_by(order, "-last_message_at").first():
        return row, False
    _, opened = Conversation.objects.get_or_create(
        channel=channel,
        identity=found.identity,
        defaults={"contact": found.contact, "address": whom.address},
    )
    return rows.get(identity=found.identity), opened

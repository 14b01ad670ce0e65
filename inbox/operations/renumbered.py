"""WhatsApp tells of a change of the customer: another number, another id, another key."""

from __future__ import annotations

from crm.models import ContactIdentity
from crm.operations import renumbering
from morfx.events.ledger import record
from morfx.operations.actor import Actor

from ..models import Message
from ..providers.payload_fields import LONGEST_ID
from ..providers.payload_messages import Ids, Written
from ..providers.payload_parts import System
from ..told_facts import CustomerNoticed
from . import seating


def take_note(actor: Actor, seat: seating.Seat, message: Message, written: Written) -> None:
    """Show what WhatsApp tells of the customer, and take down the ids they have now.

    What they write from another number is another conversation of the same contact: this one
    ends, because what is sent here reaches nobody, or a stranger.
    """
    part, conversation = written.part, seat.conversation
    kind = part.type if isinstance(part, System) else ""
    record(CustomerNoticed(conversation=conversation.pk, kind=kind, text=message.text[:1000]))
    if not isinstance(part, System) or not (part.changed_number or part.changed_user_id):
        return
    ids = Ids(wa_id=part.wa_id[:LONGEST_ID] or None, user_id=part.user_id[:LONGEST_ID] or None)
    now = seating.person(conversation.channel, ids)
    moved = part.changed_number or (now.phone and now.phone not in seat.person.phones)
    renumbering.renumber(
        actor,
        contact=seat.contact,
        at=message.occurred_at,
        account=now.account,
        former_phones=tuple(seat.person.phones) if moved else (),
        phone=now.phone,
        bsuid=ids.user_id,
    )
    conversation.identity.refresh_from_db()
    identity = conversation.identity
    replaced = identity.kind == ContactIdentity.Kind.BSUID and ids.user_id not in (
        None,
        identity.value,
    )
    if replaced or identity.retired_at is not None:
        seating.leave(conversation)

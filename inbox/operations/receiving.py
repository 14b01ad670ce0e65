"""A customer's message comes in: identity → contact → conversation → message, all or nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils import timezone

from crm.models import Contact, ContactIdentity
from crm.operations import identities
from morfx.events.ledger import record
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.inputs import Ref
from morfx.tenancy.rows import id_at

from ..facts import ConversationOpened, MessageReceived
from ..kept import kept, preview
from ..models import Channel, Conversation, Message
from ..providers.payload import Inbound

NEVER_UNREAD = {"reaction", "edit", "revoke", "system", "request_welcome"}
"""Types that are shown but do not count as something new to read."""

NEVER_ANSWERED = NEVER_UNREAD | {"sticker"}
"""Types that start no turn of an agent."""


@operation("whatsapp.message.receive", needs=SYSTEM)
def receive(
    actor: Actor, *, channel: Ref[Channel], inbound: Any, received_at: datetime, position: int = 0
) -> Message | None:
    """Take in one message of a customer; None when it is here already.

    Its id sorts by when it came (`received_at`, then `position` in its envelope): envelopes are
    opened side by side, and what came first is read first all the same.

    The dedupe key is the message's own row, committed with everything else: a failed attempt
    leaves nothing behind that could stop the next.
    """
    found = _identify(actor, channel, inbound)
    conversation, opened = _conversation(channel, found.contact, found.identity, inbound)
    if Message.objects.filter(provider_id=inbound.provider_id).exists():
        return None
    occurred_at = inbound.happened_at(received_at)
    message = Message.objects.create(
        id=id_at(received_at, position),
        conversation=conversation,
        direction=Message.Direction.INBOUND,
        type=inbound.type,
        text=inbound.text.replace("\x00", ""),
        content=kept(inbound),
        provider_id=inbound.provider_id,
        sender=Message.Sender.CONTACT,
        reply_to=inbound.context.quoted_id or "",
        occurred_at=occurred_at,
        heard_at=timezone.now() if inbound.type in NEVER_ANSWERED else None,
        heard_by="no_answer_wanted" if inbound.type in NEVER_ANSWERED else "",
    )
    _note_arrival(conversation, message, inbound.profile_name)
    if opened:
        record(ConversationOpened(conversation=conversation.pk, contact=found.contact.pk))
    record(
        MessageReceived(
            conversation=conversation.pk,
            message=message.pk,
            contact=found.contact.pk,
            kind=message.type,
            text=message.text[:1000],
            first_ever=opened,
        )
    )
    return message


def _identify(actor: Actor, channel: Channel, inbound: Inbound) -> identities.Identified:
    return identities.identify(
        actor,
        account=channel.account,
        phone=inbound.sender.phone,
        bsuid=inbound.sender.user_id or (None if inbound.sender.phone else inbound.sender.wa_id),
        username=inbound.sender.username,
        profile_name=inbound.profile_name,
    )


def _conversation(
    channel: Channel, contact: Contact, identity: ContactIdentity, inbound: Inbound
) -> tuple[Conversation, bool]:
    """Find or open the sender's conversation on this channel, locked.

    A sender known by phone before who now comes with a business-scoped id alone stays in the
    conversation the phone has.
    """
    address = inbound.sender.wa_id or inbound.sender.user_id or ""
    known = Conversation.objects.filter(channel=channel, identity=identity)
    if not known.exists() and identity.kind != ContactIdentity.Kind.PHONE:
        phones = contact.identities.filter(kind=ContactIdentity.Kind.PHONE)
        known = Conversation.objects.filter(channel=channel, identity__in=phones)
    conversation, opened = known.first(), False
    if conversation is None:
        conversation, opened = Conversation.objects.get_or_create(
            channel=channel,
            identity=identity,
            defaults={"contact": contact, "address": address},
        )
    return Conversation.objects.select_for_update(of=("self",)).get(pk=conversation.pk), opened


def _note_arrival(conversation: Conversation, message: Message, profile_name: str) -> None:
    last = conversation.last_customer_message_at
    conversation.last_customer_message_at = max(filter(None, (last, message.occurred_at)))
    conversation.last_message_at = timezone.now()
    conversation.last_preview = preview(message)
    conversation.last_sender = message.sender
    conversation.status = Conversation.Status.ACTIVE
    conversation.profile_name = profile_name[:200] or conversation.profile_name
    if message.type not in NEVER_UNREAD:
        conversation.unread_count = F("unread_count") + 1
    conversation.save()

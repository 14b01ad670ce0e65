"""A conversation that we begin: with a contact who has not written yet, or not on this number."""

from __future__ import annotations

from django.utils.translation import gettext as _

from crm.models import Contact, ContactIdentity
from morfx.events.ledger import record
from morfx.operations.errors import Refused

from ..facts import ConversationOpened
from ..models import Channel, Conversation, Template

Kind = ContactIdentity.Kind


def conversation_for(contact: Contact | None, template_name: str) -> Conversation:
    """Return a contact's latest conversation, locked; begin one when there is none.

    It begins on the number whose account has the template, else on the oldest. The window of a
    conversation that we began is closed. Raises Refused when the contact cannot be reached.
    """
    if contact is None:
        raise Refused(_("Name a conversation or a contact."), field="conversation")
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("channel")
    mine = rows.filter(contact=contact, identity__retired_at=None)
    latest = mine.order_by("-last_message_at", "-id").first()
    if latest is not None:
        return latest
    channel = _channel_with(template_name)
    identity, address = _reached_by(contact, channel)
    begun, opened = Conversation.objects.get_or_create(
        channel=channel, identity=identity, defaults={"contact": contact, "address": address}
    )
    if opened:
        record(ConversationOpened(conversation=begun.pk, contact=contact.pk))
    return rows.get(pk=begun.pk)


def _channel_with(template_name: str) -> Channel:
    channels = list(Channel.objects.filter(is_active=True).order_by("created_at", "id"))
    if not channels:
        raise Refused(_("No WhatsApp number is connected."), code="WHATSAPP_NOT_CONFIGURED")
    rows = Template.objects.filter(name=template_name).exclude(status=Template.DELETED)
    accounts = set(rows.values_list("account", flat=True))
    return next((row for row in channels if row.account in accounts), channels[0])


def _reached_by(contact: Contact, channel: Channel) -> tuple[ContactIdentity, str]:
    """Return by which identity the contact is written to, and the address it is to WhatsApp.

    A number that was typed in is not verified by our writing to it: only by an answer.
    """
    if contact.phone:
        identity = ContactIdentity.objects.filter(retired_at=None).get_or_create(
            kind=Kind.PHONE, value=contact.phone, account="", defaults={"contact": contact}
        )[0]
        return identity, contact.phone.lstrip("+")
    ids = contact.identities.filter(kind=Kind.BSUID, account=channel.account)
    known = ids.order_by("-id").first()
    if known is None:
        raise Refused(
            _("This contact has no phone number."), field="contact", code="PHONE_REQUIRED"
        )
    return known, known.value

"""One kept-open client per number and process, and how a bubble is handed to it."""

from __future__ import annotations

import threading
from uuid import UUID

from morfx.operations.network import refuse_inside_operation

from .models import Channel, Conversation, Send
from .providers.client import WhatsAppClient
from .providers.outcomes import Outcome
from .providers.phones import is_bsuid
from .providers.presets import preset_named
from .providers.recipients import To

_local = threading.local()
Key = tuple[str, str, str, str]


def client_of(channel: Channel) -> WhatsAppClient:
    """Return this thread's client for a channel; a new one when its settings changed."""
    key: Key = (channel.provider, channel.base_url, channel.token, channel.phone_number_id)
    kept: dict[UUID, tuple[Key, WhatsAppClient]] = _local.__dict__.setdefault("clients", {})
    known = kept.get(channel.pk)
    if known is not None and known[0] == key:
        return known[1]
    if known is not None:
        known[1].close()
    client = WhatsAppClient(
        preset_named(channel.provider),
        token=channel.token,
        phone_number_id=channel.phone_number_id,
        base_url=channel.base_url,
    )
    kept[channel.pk] = (key, client)
    return client


def send(conversation: Conversation, bubble: Send) -> Outcome:
    """Hand a claimed bubble to its provider; our id travels as `biz_opaque_callback_data`."""
    refuse_inside_operation()
    client, to, body = client_of(conversation.channel), address(conversation), bubble.body
    ref, quoted = str(bubble.pk), str(body.get("reply_to") or "") or None
    if body["type"] == "template":
        return client.send_template(
            to,
            str(body["name"]),
            language=str(body["language"]),
            components=body["components"],
            ref=ref,
        )
    if body["type"] == "image":
        return client.send_media(
            to, "image", link=str(body["link"]), caption=str(body["text"]), ref=ref, reply_to=quoted
        )
    return client.send_text(to, str(body["text"]), ref=ref, reply_to=quoted)


def address(conversation: Conversation) -> To:
    """Return whom a conversation's messages go to, in the provider's terms."""
    if is_bsuid(conversation.address):
        return To.user(conversation.address)
    return To.phone(conversation.address)

"""What comes in, for tests: bodies opened at once, and the thread as the inbox draws it."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any, ClassVar

from django.urls import reverse
from django.utils import timezone

from inbox.jobs import open_envelope
from inbox.models import Channel, Conversation, Envelope, Message
from inbox.operations import channels
from inbox.testing import NUMBER, inbound_payload
from inbox.tests.payload_files import recorded
from morfx.testing.case import CafeTest

RECORDED_NUMBER = "106540352242922"
"""The number of the recorded bodies."""


class IncomingTest(CafeTest):
    """The café has a number; nothing goes out, so nobody has to listen."""

    channel: ClassVar[Channel]

    @classmethod
    def furnish(cls) -> None:
        cls.channel = cls.connect(NUMBER)

    @classmethod
    def connect(cls, number: str, **given: Any) -> Channel:
        """Connect a number of the café."""
        settings = {"provider": "cloud", "token": "token", "app_secret": "secret"}
        return channels.connect(cls.ana, phone_number_id=number, **{**settings, **given})

    def setUp(self) -> None:
        super().setUp()
        self.sender = f"57300{uuid.uuid4().int % 10**7:07d}"

    def opens(self, payload: dict[str, Any] | bytes, channel: Channel | None = None) -> Envelope:
        """Store a webhook body and open it."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        row = Envelope.objects.create(channel=channel or self.channel, body=body)
        open_envelope(envelope=row.pk)
        row.refresh_from_db()
        return row

    def opens_recorded(self, name: str) -> Envelope:
        """Open one of the recorded bodies, on the number it was sent to."""
        channel = Channel.objects.filter(phone_number_id=RECORDED_NUMBER).first()
        return self.opens(recorded(name), channel or self.connect(RECORDED_NUMBER))

    def comes(self, text: str = "", **message: Any) -> Message:
        """Let a message come in from the customer; return its row."""
        message.setdefault("id", f"wamid.{uuid.uuid4().hex}")
        raw = {"type": "text", "text": {"body": text}, **message}
        self.opens(inbound_payload(text, sender=self.sender, message=raw))
        return Message.objects.get(provider_id=message["id"])

    def from_ids(self, text: str, *, phone: str = "", bsuid: str = "", **message: Any) -> Message:
        """Let a message come in under just these ids."""
        payload = inbound_payload(text, sender=phone or "0")
        value = payload["entry"][0]["changes"][0]["value"]
        raw, card = value["messages"][0], value["contacts"][0]
        raw.update(message)
        for holder, phone_key, user_key in (
            (raw, "from", "from_user_id"),
            (card, "wa_id", "user_id"),
        ):
            if not phone:
                del holder[phone_key]
            if bsuid:
                holder[user_key] = bsuid
        self.opens(payload)
        return Message.objects.select_related("conversation__identity__contact").get(
            provider_id=raw["id"]
        )

    def conversation(self) -> Conversation:
        """Return the only conversation."""
        return Conversation.objects.select_related("contact", "channel").get()

    def page(self, conversation: Conversation | None = None) -> Any:
        """Return the thread as its fragment is served."""
        row = conversation or self.conversation()
        url = reverse("inbox:thread", args=[self.shop.workspace.slug, row.pk])
        return self.signed_in().get(url)

    def lines(self, conversation: Conversation | None = None) -> list[dict[str, Any]]:
        """Return the thread's lines, oldest first."""
        return self.page(conversation).context["bubbles"]


def edit(of: str, text: str, **more: Any) -> dict[str, Any]:
    """Return an edit's part of a message."""
    part = {
        "original_message_id": of,
        "message": {"type": "text", "text": {"body": text}},
    }
    return {"type": "edit", "edit": part, **more}


def revoke(of: str, **more: Any) -> dict[str, Any]:
    """Return a deletion's part of a message."""
    return {"type": "revoke", "revoke": {"original_message_id": of}, **more}


def reaction(to: str, emoji: str, **more: Any) -> dict[str, Any]:
    """Return a reaction's part of a message."""
    return {"type": "reaction", "reaction": {"message_id": to, "emoji": emoji}, **more}


def seconds_ago(seconds: float) -> str:
    """Return a moment as WhatsApp writes it."""
    return str(int(time.time() - seconds))


def echo_payload(text: str, *, to: str, number: str = NUMBER, **echo: Any) -> dict[str, Any]:
    """Return a webhook body of something written on the business's phone."""
    raw = {
        "from": "573110000000",
        "to": to,
        "id": f"wamid.{uuid.uuid4().hex}",
        "timestamp": str(int(timezone.now().timestamp())),
        "type": "text",
        "text": {"body": text},
        **echo,
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "573110000000", "phone_number_id": number},
        "message_echoes": [raw],
    }
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "102", "changes": [{"field": "smb_message_echoes", "value": value}]}],
    }

"""A customer's phone for tests: real payloads in, a real simulator on HTTP for what goes out."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any, ClassVar

from inbox import simulator
from inbox.jobs import open_envelope
from inbox.models import Channel, Conversation, Envelope, Message
from inbox.operations import channels
from inbox.simulator.client import SimulatorClient
from morfx.testing.case import CafeTest

MARTA = "573001234567"
NUMBER = "1055500001"


def inbound_payload(
    text: str,
    *,
    sender: str = MARTA,
    name: str = "Marta",
    wamid: str = "",
    number: str = NUMBER,
    at: float | None = None,
    message: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a webhook body as the Cloud API sends it for one customer message."""
    raw = {
        "from": sender,
        "id": wamid or f"wamid.{uuid.uuid4().hex}",
        "timestamp": str(int(at or time.time())),
        **(message or {"type": "text", "text": {"body": text}}),
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "573110000000", "phone_number_id": number},
        "contacts": [{"profile": {"name": name}, "wa_id": sender}],
        "messages": [raw],
    }
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "102", "changes": [{"field": "messages", "value": value}]}],
    }


def register_number(whatsapp: SimulatorClient) -> None:
    """Give the simulator the café's number; nobody listens at its webhook's address."""
    whatsapp.register_number(
        NUMBER,
        display_phone_number="573110000000",
        token="token",
        app_secret="secret",
        webhook_url="http://127.0.0.1:9/nobody",
    )


class InboxTest(CafeTest):
    """The café has a number on a simulated WhatsApp that answers over HTTP."""

    channel: ClassVar[Channel]
    whatsapp: ClassVar[SimulatorClient]

    @classmethod
    def setUpClass(cls) -> None:
        running = simulator.running()
        cls.whatsapp = running.__enter__()
        cls.addClassCleanup(running.__exit__, None, None, None)
        register_number(cls.whatsapp)
        super().setUpClass()

    @classmethod
    def furnish(cls) -> None:
        """Connect the number."""
        cls.channel = channels.connect(
            cls.ana,
            provider="cloud",
            phone_number_id=NUMBER,
            token="token",
            app_secret="secret",
            verify_token="verify",
            base_url=cls.whatsapp.url,
        )

    def setUp(self) -> None:
        super().setUp()
        # The simulator remembers across tests; each test has a customer of its own.
        self.sender = f"57300{uuid.uuid4().int % 10**7:07d}"
        self.whatsapp.customer(NUMBER, self.sender)

    def store(self, payload: dict[str, Any]) -> Envelope:
        """Store a webhook body as the webhook does, with the job that opens it."""
        envelope = Envelope.objects.create(channel=self.channel, body=json.dumps(payload).encode())
        open_envelope.later(envelope=envelope.pk)
        return envelope

    def customer_writes(self, text: str, **kwargs: Any) -> Message:
        """Let the customer write, on their phone and through a stored webhook."""
        sender = kwargs.setdefault("sender", self.sender)
        said = self.whatsapp.say(NUMBER, sender, text)
        kwargs.setdefault("wamid", said["wamid"])
        self.store(inbound_payload(text, **kwargs))
        self.run_jobs(only="inbox.open_envelope")
        return Message.objects.get(provider_id=kwargs["wamid"])

    def conversation(self) -> Conversation:
        """Return the only conversation."""
        return Conversation.objects.select_related("contact", "channel").get()

    def phone_shows(self) -> list[str]:
        """Return what arrived on the customer's phone, oldest first."""
        chat = self.whatsapp.chat(NUMBER, self.sender, limit=2000)
        return [bubble["text"] for bubble in chat["messages"] if bubble["direction"] == "out"]

"""A shop whose agent answers: for tests inside one transaction, and for tests with real commits."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from agents.llm.clients import claude
from agents.models import ModelCall
from agents.operations import settings
from agents.tests.messages_answers import Answer
from agents.tests.messages_api import Api, messages_api
from agents.tests.messages_brain import brain
from inbox import simulator
from inbox.models import Conversation, Message
from inbox.operations import channels, receiving
from inbox.providers.payload import open_payload
from inbox.testing import NUMBER, InboxTest, inbound_payload, register_number
from morfx.operations.actor import Actor
from morfx.tenancy import within
from morfx.testing.committed import CommittedTest

SOMNIO = "somnio-sales-v1"
EVERYTHING = (
    "Jose Romero 3001234567 cra 10 # 20-30 barrio Chapinero Bogota Cundinamarca jose@example.com"
)


class SellingTest(InboxTest):
    """Somnio answers at once; timers are the real ones."""

    speed = 0.0
    quiet = 0.0

    @classmethod
    def furnish(cls) -> None:
        super().furnish()
        settings.set_agent(
            cls.ana,
            agent=SOMNIO,
            on=True,
            speed=cls.speed,
            quiet_seconds=cls.quiet,
            timer_preset="real",
        )

    def says(self, text: str, **kwargs: Any) -> list[str]:
        """Let the customer write; return what their phone shows of the answer."""
        before = len(self.phone_shows())
        self.customer_writes(text, **kwargs)
        self.run_jobs(ahead=1)
        return self.phone_shows()[before:]

    def sends_a_picture(self) -> list[str]:
        """Let the customer send a picture without words."""
        before = len(self.phone_shows())
        picture = {"type": "image", "image": {"id": "media-1", "mime_type": "image/jpeg"}}
        self.store(inbound_payload("", sender=self.sender, message=picture))
        self.run_jobs(ahead=1)
        return self.phone_shows()[before:]


class CommittedSellingTest(CommittedTest):
    """The same with real commits, so that threads see each other."""

    sender = "573001112233"

    def setUp(self) -> None:
        super().setUp()
        running = simulator.running()
        self.whatsapp = running.__enter__()
        self.addCleanup(running.__exit__, None, None, None)
        register_number(self.whatsapp)
        with transaction.atomic():
            self.channel = channels.connect(
                self.ana,
                provider="cloud",
                phone_number_id=NUMBER,
                token="token",
                app_secret="secret",
                verify_token="verify",
                base_url=self.whatsapp.url,
            )
            settings.set_agent(
                self.ana, agent=SOMNIO, on=True, speed=0, quiet_seconds=0, timer_preset="real"
            )

    def in_thread(self, do: Callable[[], None]) -> threading.Thread:
        """Start something beside the test, with a connection of its own."""

        def run() -> None:
            try:
                with within(self.shop.workspace.pk):
                    do()
            finally:
                connection.close()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    def system(self) -> Actor:
        return Actor.system(self.shop.workspace.pk, "tests")

    def conversation(self) -> Conversation:
        with transaction.atomic():
            return Conversation.objects.select_related("contact", "channel").get()

    def receive(self, text: str) -> Message:
        """Take a message in as its webhook's job does, without running what follows."""
        said = self.whatsapp.say(NUMBER, self.sender, text)
        body = json.dumps(inbound_payload(text, sender=self.sender, wamid=said["wamid"])).encode()
        (inbound,) = open_payload(body).inbound()
        actor = Actor.system(self.shop.workspace.pk, "inbox", via="webhook")
        message = receiving.receive(
            actor,
            channel=self.channel,
            inbound=inbound,
            received_at=timezone.now(),
        )
        assert message is not None
        return message

    def phone_shows(self) -> list[str]:
        chat = self.whatsapp.chat(NUMBER, self.sender, limit=2000)
        return [bubble["text"] for bubble in chat["messages"] if bubble["direction"] == "out"]


@contextmanager
def claude_at(thinking: Callable[[dict[str, Any]], Answer] = brain) -> Iterator[Api]:
    """Let Claude be a local Messages API, as an operator would: by key and address."""
    claude.cache_clear()
    with pytest.MonkeyPatch.context() as environment, messages_api(thinking) as api:
        environment.setenv("ANTHROPIC_API_KEY", "any")
        environment.setenv("ANTHROPIC_BASE_URL", api.url)
        yield api
    claude.cache_clear()


def tokens_of(call: ModelCall) -> int:
    """Return all tokens of a ledger row, in and out."""
    cached = call.cache_read_tokens + call.cache_write_tokens
    return call.input_tokens + call.output_tokens + cached


def weight_of(call: ModelCall) -> int:
    """Return what a ledger row's tokens count in a budget: those of a cache a tenth."""
    return tokens_of(call) - call.cache_read_tokens + round(call.cache_read_tokens / 10)

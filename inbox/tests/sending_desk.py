"""What goes out, in tests: planned, delivered, reported on, and time that passes."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from unittest import mock

from django.utils import timezone

from inbox import outgoing, pacing, unconfirmed
from inbox.models import Conversation, Message, Pace, Send
from inbox.operations import sending
from inbox.operations.sending import Bubble
from inbox.testing import MARTA, NUMBER, InboxTest
from morfx.operations.actor import Actor


def time_is_up() -> int:
    """Give up on what nobody confirmed, as if eleven minutes had passed; return how many."""
    late = unconfirmed.late(timezone.now() + timedelta(minutes=11))
    return sum(unconfirmed.give_up_waiting(pk) for pk in late.values_list("pk", flat=True))


def report(wamid: str, status: str, ref: str = "", at: float = 0.0, **more: Any) -> dict[str, Any]:
    """Return a webhook body with one status."""
    raw = {"id": wamid, "status": status, "timestamp": str(int(at or time.time())), **more}
    raw |= {"recipient_id": MARTA} | ({"biz_opaque_callback_data": ref} if ref else {})
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": NUMBER},
        "statuses": [raw],
    }
    changes = [{"field": "messages", "value": value}]
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}


class SendingTest(InboxTest):
    """A customer has written; no agent is there to object."""

    def setUp(self) -> None:
        super().setUp()
        silenced: Any = mock.patch.object(outgoing, "objections", [])
        silenced.start()
        self.addCleanup(silenced.stop)
        self.customer_writes("hola")
        self.chat = self.conversation()

    def told(self, *reports: dict[str, Any]) -> None:
        for body in reports:
            self.store(body)
        self.run_jobs(only="inbox.open_envelope")

    def plan(self, *texts: str, **kwargs: Any) -> list[Send]:
        system = Actor.system(self.shop.workspace.pk, "agents")
        after = Message.objects.filter(direction="inbound").latest("id").pk
        bubbles = [Bubble(text=text) for text in texts]
        self.chat.refresh_from_db()
        given = {"plan_id": f"plan:{timezone.now()}", "agent": "x", "after": after, **kwargs}
        return sending.plan(system, conversation=self.chat, bubbles=bubbles, **given)

    def fault(self, kind: str, **how: Any) -> None:
        """Let WhatsApp do something wrong with the next sends."""
        self.whatsapp.set_faults(NUMBER, rules=[{"kind": kind, "next": 1, **how}])
        self.addCleanup(self.whatsapp.set_faults, NUMBER)

    def deliver(self) -> None:
        """Send what may go now."""
        self.run_jobs(only="inbox.deliver")

    def time_passes(self) -> None:
        """Let every wait be over, and send what may go then."""
        Pace.objects.all().delete()
        pacing._stocks.clear()
        Conversation.objects.update(spent_until=None)
        planned = Send.objects.filter(state="planned").exclude(due_at=None)
        planned.update(due_at=timezone.now())
        for conversation in planned.values_list("conversation", flat=True).distinct():
            sending.schedule(conversation)
        self.deliver()

    def attempts(self, message: Message) -> list[tuple[int, str, Any]]:
        """Return a message's attempts: number, state, and the code it failed with."""
        rows = message.sends.order_by("attempt")
        return [(row.attempt, row.state, row.error.get("code")) for row in rows]

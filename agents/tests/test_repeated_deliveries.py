"""The same message delivered again and again, at once: one message, one turn, one answer."""

from __future__ import annotations

from django.db import transaction

from agents.models import AgentTurn
from agents.tests.selling import CommittedSellingTest
from inbox.jobs import open_envelope
from inbox.models import Envelope, Message, Send
from inbox.operations import envelopes
from inbox.testing import NUMBER, inbound_payload
from inbox.tests.knocking import deliver
from morfx.jobs.testing import run_jobs
from morfx.tenancy import within
from morfx.testing.committed import at_once


class RepeatedDeliveriesTest(CommittedSellingTest):
    def test_twenty_deliveries_at_once_are_one_message_and_one_turn_also_when_replayed(self):
        text = "hola, cuanto vale?"
        said = self.whatsapp.say(NUMBER, self.sender, text)
        payload = inbound_payload(text, sender=self.sender, wamid=said["wamid"])
        self.assertEqual({*at_once(20, lambda _: deliver(self.channel, payload))}, {200})
        ids = list(Envelope.objects.values_list("pk", flat=True))
        self.assertEqual(len(ids), 20)

        def open_one(number: int) -> None:
            with within(self.shop.workspace.pk):
                open_envelope(envelope=ids[number])

        self.assertEqual(at_once(20, open_one), [None] * 20)
        run_jobs(ahead=5)
        once = self.told()
        self.assertEqual(once["messages"], 1)
        self.assertEqual((once["turns"], once["plans"]), (1, 1))
        self.assertTrue(once["phone"])
        envelopes.replay(self.ana, state="parsed")
        run_jobs(ahead=5)
        self.assertEqual(self.told(), once)

    def told(self) -> dict[str, object]:
        """Return what came of it all."""
        with transaction.atomic():
            return {
                "messages": Message.objects.filter(direction="inbound").count(),
                "turns": AgentTurn.objects.filter(role="customer").count(),
                "plans": Send.objects.values("plan").distinct().count(),
                "phone": self.phone_shows(),
            }

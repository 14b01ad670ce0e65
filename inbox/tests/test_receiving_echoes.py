"""Written on the business's phone: shown, and the bot is silent; history sets off nothing."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from crm.models import Contact
from inbox.jobs import open_envelope
from inbox.models import Conversation, Envelope, Message, Send
from inbox.operations import sending
from inbox.operations.sending import Bubble
from inbox.providers.outcomes import Accepted
from inbox.settling import settle
from inbox.testing import NUMBER
from inbox.tests.incoming import IncomingTest, echo_payload, edit, reaction, revoke, seconds_ago
from morfx.events.models import Event
from morfx.jobs.work import Again
from morfx.operations.actor import Actor


class EchoTest(IncomingTest):
    def echoes(self, text: str, **echo: Any) -> Envelope:
        return self.opens(echo_payload(text, to=self.sender, **echo))

    def plan(self, *texts: str) -> None:
        sending.plan(
            Actor.system(self.shop.workspace.pk, "tests"),
            conversation=self.conversation(),
            bubbles=[Bubble(text=text) for text in texts],
            plan_id="plan",
            agent="somnio",
        )

    def claimed(self, text: str, state: str = "claimed") -> Send:
        """Return a bubble that is on its way, or whose outcome nobody knows."""
        row = self.conversation()
        message = Message.objects.create(
            conversation=row, direction="outbound", sender="user", text=text, status="sending"
        )
        return Send.objects.create(
            conversation=row,
            message=message,
            sender="user",
            body={"type": "text", "text": text},
            epoch=row.epoch,
            state=state,
            claimed_at=timezone.now(),
        )

    def test_it_shows_and_the_conversation_is_a_persons(self):
        asked = self.comes("¿cuánto vale?")
        self.plan("Vale 10", "¿Lo quieres?")
        self.echoes("Te atiendo yo")
        row = self.conversation()
        self.assertTrue(row.owned_by_person)
        self.assertEqual((row.epoch, row.unread_count), (2, 0))
        self.assertEqual(set(Send.objects.values_list("state", flat=True)), {"withdrawn"})
        asked.refresh_from_db()
        self.assertEqual(asked.heard_by, "person")
        taken = self.assertHappened("conversation.taken", conversation=row.pk)
        self.assertEqual((taken.who, taken.facts["by"]), ("phone:business", "phone:business"))
        self.assertHappened("message.echoed", conversation=row.pk, text="Te atiendo yo")
        page = self.page()
        self.assertContains(page, "From the phone")
        self.assertContains(page, "Somebody on the phone took over")
        self.assertEqual(page.context["bubbles"][-2]["direction"], "outbound")

    def test_twice_is_once(self):
        self.comes("hola")
        for _ in range(2):
            self.echoes("Te atiendo yo", id="wamid.e1")
        self.assertEqual(Message.objects.filter(direction="outbound").count(), 1)
        self.assertEqual(self.conversation().epoch, 2)

    def test_who_has_it_already_keeps_it(self):
        self.comes("hola")
        Conversation.objects.update(owner_who=self.beto.who)
        self.echoes("y yo también")
        self.assertEqual(self.conversation().owner_who, self.beto.who)
        self.assertNothingHappened("conversation.taken")

    def test_what_we_sent_ourselves_is_not_doubled(self):
        self.comes("hola")
        send = self.claimed("Buenas")
        settle(send, Accepted(provider_id="wamid.ours"))
        self.echoes("Buenas", id="wamid.ours")
        self.assertEqual(Message.objects.filter(direction="outbound").count(), 1)
        self.assertFalse(self.conversation().owned_by_person)

    def test_one_that_is_faster_than_the_answer_waits_for_it(self):
        self.comes("hola")
        send = self.claimed("Buenas")
        payload = echo_payload("Buenas", to=self.sender, id="wamid.ours")
        with self.assertRaises(Again):
            self.opens(payload)
        settle(send, Accepted(provider_id="wamid.ours"))
        open_envelope(envelope=Envelope.objects.latest("id").pk)
        self.assertEqual(Message.objects.filter(direction="outbound").count(), 1)

    def test_it_settles_a_send_of_unknown_outcome(self):
        self.comes("hola")
        send = self.claimed("Buenas", state="unknown")
        self.echoes("Buenas", id="wamid.ours")
        send.refresh_from_db()
        self.assertEqual((send.state, send.provider_id), ("accepted", "wamid.ours"))
        self.assertEqual(Message.objects.filter(direction="outbound").count(), 1)
        self.assertFalse(self.conversation().owned_by_person)

    def test_other_words_than_those_on_their_way_are_a_persons(self):
        self.comes("hola")
        self.claimed("Buenas")
        self.echoes("Te atiendo yo")
        self.assertTrue(self.conversation().owned_by_person)

    def test_to_somebody_new_it_opens_a_conversation_but_no_window(self):
        self.echoes("Hola, soy de la tienda")
        row = self.conversation()
        self.assertEqual((row.window_state(), row.last_customer_message_at), ("closed", None))
        self.assertHappened("conversation.opened", conversation=row.pk)
        self.assertEqual(Contact.objects.get().phone, f"+{self.sender}")

    def test_to_somebody_without_a_number(self):
        payload = echo_payload("Hola", to="x", to_user_id="US.13491208655302741918")
        echo = payload["entry"][0]["changes"][0]["value"]["message_echoes"][0]
        del echo["to"]
        self.opens(payload)
        self.assertEqual(self.conversation().address, "US.13491208655302741918")

    def test_the_customers_answer_is_for_people(self):
        self.echoes("Hola, soy de la tienda")
        answer = self.comes("¿qué tal?")
        self.assertEqual(answer.conversation, self.conversation())
        self.assertEqual(self.conversation().window_state(), "open")

    def test_the_phone_rewrites_deletes_and_reacts(self):
        self.comes("hola", id="wamid.c")
        self.echoes("Vale 10", id="wamid.e")
        for change in (edit("wamid.e", "Vale 12"), reaction("wamid.c", "👍")):
            self.echoes("", **change)
        told, changed = self.lines()[0], Message.objects.get(provider_id="wamid.e")
        self.assertEqual((told["reactions"], changed.text), ("👍", "Vale 12"))
        self.echoes("", **revoke("wamid.e"))
        self.assertContains(self.page(), "This message was deleted on the phone.")

    def test_the_recorded_echoes(self):
        row = self.opens_recorded("echoes")
        self.assertEqual((row.state, row.error), ("dead", "an echo without a recipient"))
        self.assertEqual(Message.objects.filter(direction="outbound").count(), 2)


class HistoryTest(IncomingTest):
    def history(self, *messages: dict[str, Any], customer: str = "") -> Envelope:
        thread = {"id": customer or self.sender, "messages": list(messages)}
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"phone_number_id": NUMBER},
            "history": [{"metadata": {"phase": 0}, "threads": [thread]}],
        }
        change = {"field": "history", "value": value}
        entry = [{"id": "102", "changes": [change]}]
        return self.opens({"object": "whatsapp_business_account", "entry": entry})

    def said(self, text: str, ago: float, sender: str = "", **more: Any) -> dict[str, Any]:
        return {
            "from": sender or self.sender,
            "id": f"wamid.{text}",
            "timestamp": seconds_ago(ago),
            "type": "text",
            "text": {"body": text},
            **more,
        }

    def test_it_stands_in_the_thread_and_sets_off_nothing(self):
        month = 30 * 86400
        theirs = self.said("hola", month)
        ours = self.said("¿qué tal?", month - 60, sender="573110000000")
        self.assertEqual(self.history(theirs, ours).state, "parsed")
        row = self.conversation()
        self.assertEqual((row.unread_count, row.last_customer_message_at), (0, None))
        self.assertEqual(row.window_state(), "closed")
        lines = self.lines()
        self.assertEqual(
            [(line["text"], line["direction"], line["history"]) for line in lines],
            [("hola", "inbound", True), ("¿qué tal?", "outbound", True)],
        )
        for name in ("message.received", "conversation.opened", "conversation.taken"):
            self.assertNothingHappened(name)
        self.assertFalse(Message.objects.filter(direction="inbound", heard_at=None).exists())
        self.assertHappened("history.imported", messages=2)

    def test_twice_is_once(self):
        for _ in range(2):
            self.history(self.said("hola", 999999))
        self.assertEqual(Message.objects.count(), 1)
        self.assertEqual(Event.objects.filter(name="history.imported").count(), 1)

    def test_it_stands_before_what_was_said_since(self):
        newer = self.comes("nuevo")
        self.history(self.said("viejo", 999999), self.said("medio", 99999))
        self.assertEqual([line["text"] for line in self.lines()], ["viejo", "medio", "nuevo"])
        row = self.conversation()
        self.assertEqual((row.last_preview, row.unread_count), ("nuevo", 1))
        newer.refresh_from_db()
        self.assertIsNone(newer.heard_at)
        self.assertFalse(row.owned_by_person)

    def test_what_cannot_be_read_costs_nothing_else(self):
        self.history({"id": "x"}, {"from": 3}, self.said("hola", 99999))
        self.assertEqual(Message.objects.count(), 1)
        value: Any
        for value in ([], None, "x", [{"threads": 3}], [{"errors": [{"code": 2593109}]}]):
            change = {"field": "history", "value": {"history": value}}
            body = {"object": "whatsapp_business_account", "entry": [{"changes": [change]}]}
            self.assertEqual(self.opens(body).state, "parsed")

    def test_the_recorded_history(self):
        self.opens_recorded("others")
        row = self.conversation()
        self.assertEqual((row.window_state(), row.unread_count), ("closed", 0))

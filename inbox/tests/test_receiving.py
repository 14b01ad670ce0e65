"""What comes in: every type is kept and shown as what it is; batches lose nothing."""

from __future__ import annotations

import time
from unittest import mock

from crm.models import Contact
from inbox.jobs import open_envelope
from inbox.models import Conversation, Envelope, Message
from inbox.operations import receiving
from inbox.testing import NUMBER, InboxTest, inbound_payload
from morfx.operations.answers import answer
from morfx.operations.errors import Refused


class ReceivingTest(InboxTest):
    def test_a_first_message_makes_contact_conversation_and_message(self):
        message = self.customer_writes("Hola, ¿cuánto vale? 😴")
        conversation = self.conversation()
        self.assertEqual(message.text, "Hola, ¿cuánto vale? 😴")
        contact = conversation.contact
        assert contact is not None
        self.assertEqual((contact.name, contact.phone), ("Marta", f"+{self.sender}"))
        self.assertEqual(conversation.unread_count, 1)
        self.assertEqual(conversation.last_preview, "Hola, ¿cuánto vale? 😴")
        self.assertEqual(conversation.window_state(), "open")
        self.assertHappened("message.received", conversation=conversation.pk, first_ever=True)
        shown = answer(conversation)
        self.assertTrue(shown["window"]["open"])
        self.assertEqual(shown["owner"]["kind"], "bot")

    def test_other_types_are_kept_and_shown_as_what_they_are(self):
        place = {"latitude": 4.6, "longitude": -74.08, "name": "Casa"}
        image = {"id": "1", "mime_type": "image/jpeg", "sha256": "x", "caption": "mi recibo"}
        kinds = {
            "location": {"type": "location", "location": place},
            "image": {"type": "image", "image": image},
            "hologram": {"type": "hologram", "hologram": {"depth": 3}},
            "reaction": {"type": "reaction", "reaction": {"message_id": "x", "emoji": "❤️"}},
        }
        for kind, raw in kinds.items():
            self.store(inbound_payload("", wamid=f"wamid.{kind}", message=raw))
        self.run_jobs(only="inbox.open_envelope")
        kept = {m.type: m for m in Message.objects.all()}
        self.assertEqual(set(kept), set(kinds))
        self.assertEqual(kept["location"].content["location"]["name"], "Casa")
        self.assertEqual(kept["image"].text, "mi recibo")
        self.assertEqual(kept["hologram"].content["hologram"], {"depth": 3})
        self.assertEqual(kept["reaction"].heard_by, "no_answer_wanted")
        self.assertEqual(self.conversation().unread_count, 3)

    def test_a_batch_loses_none_of_its_messages_for_a_broken_one(self):
        payload = inbound_payload("uno", wamid="wamid.1")
        value = payload["entry"][0]["changes"][0]["value"]
        value["messages"] += [{"type": "text"}, {**value["messages"][0], "id": "wamid.2"}]
        payload["entry"].append(inbound_payload("tres", wamid="wamid.3")["entry"][0])
        self.store(payload)
        self.run_jobs(only="inbox.open_envelope")
        self.assertEqual(Message.objects.count(), 3)
        envelope = Envelope.objects.get()
        self.assertEqual(envelope.state, "dead")
        self.assertTrue(envelope.error)

    def test_a_message_that_is_refused_costs_its_siblings_nothing(self):
        payload = inbound_payload("uno", wamid="wamid.1", sender=self.sender)
        value = payload["entry"][0]["changes"][0]["value"]
        value["messages"].append({**value["messages"][0], "id": "wamid.2"})
        receive = receiving.receive

        def picky(actor, **inputs):
            if inputs["position"] == 0:
                raise Refused("not this one")
            return receive(actor, **inputs)

        self.store(payload)
        with mock.patch("inbox.jobs.receiving.receive", picky):
            self.run_jobs(only="inbox.open_envelope")
        self.assertEqual([m.provider_id for m in Message.objects.all()], ["wamid.2"])
        self.assertEqual(Envelope.objects.get().error, "not this one")

    def test_messages_are_read_in_the_order_they_came(self):
        texts = ["uno", "dos", "tres", "cuatro"]
        envelopes = [self.store(inbound_payload(text, sender=self.sender)) for text in texts]
        for envelope in reversed(envelopes):
            open_envelope(envelope=envelope.pk)
        found = Message.objects.order_by("id").values_list("text", flat=True)
        self.assertEqual(list(found), texts)
        payload = inbound_payload("a", sender=self.sender)
        value = payload["entry"][0]["changes"][0]["value"]
        for letter in "bcdefgh":
            text = {"text": {"body": letter}, "id": f"wamid.{letter}"}
            value["messages"].append({**value["messages"][0], **text})
        self.store(payload)
        self.run_jobs(only="inbox.open_envelope")
        found = Message.objects.order_by("id").values_list("text", flat=True)
        self.assertEqual("".join(list(found)[4:]), "abcdefgh")

    def test_a_sender_whose_number_cannot_exist_is_shown_all_the_same(self):
        self.store(inbound_payload("hola", sender="12"))
        self.run_jobs(only="inbox.open_envelope")
        self.assertEqual(self.conversation().address, "12")

    def test_an_envelope_that_can_never_be_applied_is_dead_and_its_job_parked(self):
        self.store(inbound_payload("uno"))
        broken = mock.patch("inbox.jobs._receive", side_effect=RuntimeError("broken on purpose"))
        with broken:
            for _ in range(5):
                with self.assertRaises(AssertionError):
                    self.run_jobs(only="inbox.open_envelope", ahead=3600, most=1)
        self.run_jobs(only="inbox.bury_envelope")
        self.assertEqual(Envelope.objects.get().state, "dead")

    def test_a_message_for_another_number_is_not_taken(self):
        self.store(inbound_payload("hola", number="999"))
        self.run_jobs(only="inbox.open_envelope")
        self.assertEqual(Message.objects.count(), 0)
        self.assertIn("999", Envelope.objects.get().error)

    def test_a_sender_without_a_phone_is_a_first_class_contact(self):
        payload = inbound_payload("hola")
        value = payload["entry"][0]["changes"][0]["value"]
        message, contact = value["messages"][0], value["contacts"][0]
        del message["from"], contact["wa_id"]
        message["from_user_id"] = contact["user_id"] = "CO.13491208655302741918"
        self.store(payload)
        self.run_jobs(only="inbox.open_envelope")
        found = Contact.objects.get()
        self.assertIsNone(found.phone)
        self.assertEqual(found.identities.get().kind, "bsuid")
        self.assertEqual(self.conversation().address, "CO.13491208655302741918")

    def test_nul_characters_and_bad_times_do_no_harm(self):
        payload = inbound_payload("a\x00b", at=time.time() * 1000)
        self.store(payload)
        self.run_jobs(only="inbox.open_envelope")
        message = Message.objects.get()
        self.assertEqual(message.text, "ab")
        self.assertLess(abs(message.occurred_at.timestamp() - time.time()), 120)

    def test_the_other_shop_sees_none_of_it(self):
        self.customer_writes("hola")
        from morfx.tenancy import within

        with within(self.other_shop.workspace.pk):
            for model in (Message, Conversation, Contact, Envelope):
                self.assertEqual(model.objects.count(), 0)

    def test_two_numbers_are_two_conversations_of_one_contact(self):
        self.customer_writes("hola")
        other = self.channel
        other.pk, other.phone_number_id = None, "2"
        from morfx.tenancy.rows import new_id

        other.pk = new_id()
        other._state.adding = True
        other.save()
        self.store(inbound_payload("hola", number="2", sender=self.sender))
        self.run_jobs(only="inbox.open_envelope")
        self.assertEqual(Conversation.objects.count(), 2)
        self.assertEqual(Contact.objects.count(), 1)
        self.assertNotEqual(NUMBER, other.phone_number_id)

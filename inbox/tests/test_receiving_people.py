"""Who is writing: people without a number, with another one, with somebody else's former one."""

from __future__ import annotations

from crm.models import Contact, ContactIdentity
from inbox.models import Conversation, Message, Send
from inbox.operations import messages
from inbox.testing import inbound_payload
from inbox.tests.incoming import IncomingTest, seconds_ago

PHONE, OTHER = "573105550142", "573105550199"
ID, NEW_ID, THIRD_ID = "CO.13491208655302741918", "CO.99991208655302741999", "CO.777abcDEF"


def contact_of(message: Message) -> Contact:
    contact: Contact = message.conversation.identity.contact
    return contact


class IdsTest(IncomingTest):
    def test_a_customer_without_a_number_then_with_one(self):
        before = self.from_ids("hola", bsuid=ID)
        self.assertEqual(before.conversation.address, ID)
        both = self.from_ids("aquí mi número", phone=PHONE, bsuid=ID)
        self.assertEqual(both.conversation, before.conversation)
        contact = contact_of(both)
        self.assertEqual(contact.phone, f"+{PHONE}")
        phone_only = self.from_ids("otra vez", phone=PHONE)
        self.assertEqual(contact_of(phone_only), contact)
        self.assertEqual(Contact.objects.count(), 1)

    def test_a_number_whose_id_is_learnt_and_then_comes_alone(self):
        first = self.from_ids("hola", phone=PHONE)
        self.from_ids("con id", phone=PHONE, bsuid=ID)
        alone = self.from_ids("sin número", bsuid=ID)
        self.assertEqual(alone.conversation, first.conversation)
        self.assertEqual((Contact.objects.count(), Conversation.objects.count()), (1, 1))
        self.assertEqual(Conversation.objects.get().address, PHONE)

    def test_phone_backed_history_wins_and_no_conversation_changes_hands(self):
        by_phone = self.from_ids("soy A", phone=PHONE)
        by_id = self.from_ids("soy B", bsuid=ID)
        self.assertNotEqual(by_phone.conversation, by_id.conversation)
        both = self.from_ids("¿quién?", phone=PHONE, bsuid=ID)
        self.assertEqual(both.conversation, by_phone.conversation)
        again = self.from_ids("solo id", bsuid=ID)
        self.assertEqual(again.conversation, by_id.conversation)

    def test_an_id_of_another_account_is_somebody_else(self):
        self.connect("2000", waba_id="999")
        here = self.from_ids("hola", bsuid=ID)
        there = self.on_number("hola", bsuid=ID, number="2000")
        self.assertNotEqual(contact_of(here), contact_of(there))

    def on_number(self, text: str, *, bsuid: str, number: str) -> Message:
        payload = inbound_payload(text, sender="0", number=number)
        value = payload["entry"][0]["changes"][0]["value"]
        del value["messages"][0]["from"], value["contacts"][0]["wa_id"]
        value["messages"][0]["from_user_id"] = value["contacts"][0]["user_id"] = bsuid
        self.opens(payload)
        return Message.objects.get(provider_id=value["messages"][0]["id"])


class ChangedNumberTest(IncomingTest):
    def changes(self, kind: str = "user_changed_number", **now: str) -> Message:
        system = {"type": kind, "body": "Marta changed", **now}
        at = seconds_ago(10)
        return self.from_ids("", phone=PHONE, bsuid=ID, type="system", system=system, timestamp=at)

    def test_the_new_ids_are_learnt_and_the_number_is_theirs_no_longer(self):
        marta = contact_of(self.from_ids("hola", phone=PHONE, bsuid=ID))
        self.changes(wa_id=OTHER, user_id=NEW_ID)
        marta.refresh_from_db()
        self.assertEqual(marta.phone, f"+{OTHER}")
        after = self.from_ids("soy yo", phone=OTHER, bsuid=NEW_ID)
        self.assertEqual(contact_of(after), marta)
        self.assertEqual(after.conversation.address, OTHER)
        self.assertEqual(Contact.objects.count(), 1)

    def test_the_old_conversation_ends(self):
        first = self.from_ids("hola", phone=PHONE, bsuid=ID)
        Send.objects.create(conversation=first.conversation, sender="agent", epoch=1, body={})
        note = self.changes(wa_id=OTHER, user_id=NEW_ID)
        first.refresh_from_db()
        self.assertEqual(first.heard_by, "number_changed")
        self.assertEqual(Send.objects.get().state, "withdrawn")
        old = Conversation.objects.get(pk=first.conversation_id)
        self.assertEqual(old.window_state(), "closed")
        self.assertContains(self.page(old), "Marta changed")
        self.assertHappened("customer.noticed", conversation=old.pk, kind="user_changed_number")
        self.assertEqual(note.conversation_id, old.pk)
        with self.assertRefused(code="WINDOW_CLOSED"):
            messages.send(self.ana, conversation=old, text="¿sigues ahí?")

    def test_who_gets_the_number_next_is_somebody_else(self):
        marta = contact_of(self.from_ids("hola", phone=PHONE, bsuid=ID))
        self.changes(wa_id=OTHER, user_id=NEW_ID)
        stranger = self.from_ids("¿qué es esto?", phone=PHONE, bsuid=THIRD_ID)
        luis = contact_of(stranger)
        self.assertNotEqual(luis, marta)
        self.assertEqual(luis.phone, f"+{PHONE}")
        old = Conversation.objects.exclude(pk=stranger.conversation_id).get(address=PHONE)
        self.assertEqual(old.contact, marta)
        texts = old.messages.exclude(type="system").values_list("text", flat=True)
        self.assertEqual(list(texts), ["hola"])

    def test_the_number_alone_is_somebody_else_too_once_it_was_given_up(self):
        marta = contact_of(self.from_ids("hola", phone=PHONE))
        system = {"type": "user_changed_number", "body": "x", "wa_id": OTHER}
        at = seconds_ago(10)
        self.from_ids("", phone=PHONE, type="system", system=system, timestamp=at)
        self.assertNotEqual(contact_of(self.from_ids("nuevo", phone=PHONE)), marta)
        self.assertEqual(contact_of(self.from_ids("soy yo", phone=OTHER)), marta)

    def test_what_was_written_before_the_change_and_comes_late_is_the_formers(self):
        first = self.from_ids("hola", phone=PHONE, bsuid=ID)
        self.changes(wa_id=OTHER, user_id=NEW_ID)
        luis = contact_of(self.from_ids("¿qué es esto?", phone=PHONE, bsuid=THIRD_ID))
        for ids in ({"bsuid": ID}, {}):
            late = self.from_ids("tarde", phone=PHONE, timestamp=seconds_ago(60), **ids)
            self.assertEqual(late.conversation, first.conversation)
        self.assertEqual(luis.identities.get(kind="phone").retired_at, None)
        self.assertEqual(contact_of(self.from_ids("sigo", phone=PHONE, bsuid=THIRD_ID)), luis)

    def test_another_id_for_the_same_number_after_word_of_it_is_the_same_person(self):
        marta = contact_of(self.from_ids("hola", phone=PHONE, bsuid=ID))
        self.changes("user_changed_user_id", user_id=NEW_ID)
        after = self.from_ids("soy yo", phone=PHONE, bsuid=NEW_ID)
        self.assertEqual(contact_of(after), marta)
        self.assertEqual(Conversation.objects.count(), 1)
        self.assertEqual(after.conversation.window_state(), "open")

    def test_another_id_for_the_same_number_without_word_of_it_is_a_new_owner(self):
        first = self.from_ids("hola", phone=PHONE, bsuid=ID)
        marta = contact_of(first)
        luis = contact_of(self.from_ids("hola", phone=PHONE, bsuid=NEW_ID))
        self.assertNotEqual(luis, marta)
        marta.refresh_from_db()
        self.assertEqual((marta.phone, luis.phone), (None, f"+{PHONE}"))
        old = Conversation.objects.get(pk=first.conversation_id)
        self.assertEqual((old.contact, old.window_state()), (marta, "closed"))

    def test_a_number_that_goes_to_somebody_we_know(self):
        luis = contact_of(self.from_ids("soy Luis", bsuid=NEW_ID))
        marta = contact_of(self.from_ids("soy Marta", phone=PHONE, bsuid=ID))
        both = self.from_ids("ahora tengo este", phone=PHONE, bsuid=NEW_ID)
        self.assertEqual(contact_of(both), luis)
        self.assertNotEqual(luis, marta)
        luis.refresh_from_db()
        self.assertEqual(luis.phone, f"+{PHONE}")

    def test_a_typed_in_number_is_not_taken_from_a_card(self):
        sister = self.from_ids("hola", bsuid=ID)
        card = contact_of(sister)
        Contact.objects.filter(pk=card.pk).update(phone=f"+{PHONE}")
        other = contact_of(self.from_ids("soy otra", phone=PHONE, bsuid=NEW_ID))
        card.refresh_from_db()
        self.assertNotEqual(other, card)
        self.assertEqual((card.phone, other.phone), (f"+{PHONE}", None))

    def test_twice_is_once(self):
        self.from_ids("hola", phone=PHONE, bsuid=ID)
        for _ in range(2):
            self.changes(wa_id=OTHER, user_id=NEW_ID, customer="x")
        phones = ContactIdentity.objects.filter(kind="phone")
        self.assertEqual(
            {(row.value, row.retired_at is None) for row in phones},
            {(f"+{PHONE}", False), (f"+{OTHER}", True)},
        )

    def test_an_announcement_after_the_first_message_from_the_new_number_takes_nothing(self):
        marta = contact_of(self.from_ids("hola", phone=PHONE, bsuid=ID))
        early = contact_of(self.from_ids("soy yo", phone=OTHER, bsuid=NEW_ID))
        self.changes(wa_id=OTHER, user_id=NEW_ID)
        marta.refresh_from_db()
        self.assertIsNone(marta.phone)
        self.assertEqual(contact_of(self.from_ids("otra", phone=OTHER, bsuid=NEW_ID)), early)

    def test_a_changed_security_code_is_shown(self):
        self.from_ids("hola", phone=PHONE, bsuid=ID)
        system = {"type": "customer_identity_changed", "body": "Security code changed"}
        self.from_ids("", phone=PHONE, bsuid=ID, type="system", system=system)
        self.assertContains(self.page(), "security code changed")
        self.assertEqual(Conversation.objects.get().unread_count, 1)


class SpellingsTest(IncomingTest):
    def test_one_contact_for_each_spelling_and_the_address_as_given(self):
        for stored, wa_id in (
            ("+525512345678", "5215512345678"),
            ("+5215512345679", "5215512345679"),
            ("+541123456789", "5491123456789"),
            ("+5491123456780", "5491123456780"),
            ("+551187654321", "5511987654321"),
            ("+5511987654322", "551187654322"),
        ):
            with self.subTest(wa_id):
                known = Contact.objects.create(name="Known", phone=stored)
                message = self.from_ids("hola", phone=wa_id)
                self.assertEqual(contact_of(message), known)
                self.assertEqual(message.conversation.address, wa_id)
                known.refresh_from_db()
                self.assertEqual(known.phone, stored)
                again = self.from_ids("otra vez", phone=wa_id)
                self.assertEqual(again.conversation, message.conversation)

    def test_both_spellings_of_a_sender_are_one_conversation(self):
        first = self.from_ids("hola", phone="5511987654321")
        other = self.from_ids("hola", phone="551187654321")
        self.assertEqual(first.conversation, other.conversation)
        self.assertEqual(ContactIdentity.objects.get(kind="phone").value, "+5511987654321")

    def test_a_landline_is_not_taken_for_a_mobile(self):
        mobile = self.from_ids("hola", phone="5511932345678")
        landline = self.from_ids("hola", phone="551132345678")
        self.assertNotEqual(contact_of(mobile), contact_of(landline))

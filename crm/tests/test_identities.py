import threading

from django.db import connection, transaction
from django.test import TransactionTestCase

from crm.models import Contact, ContactIdentity
from crm.operations import contacts, identities
from morfx.events.models import Event
from morfx.operations.actor import Actor
from morfx.tenancy import within
from morfx.testing.cast import open_shop

from .desk import DeskTest

PHONE, BSUID = "+573015550000", "CO.abc123"


class IdentifyTest(DeskTest):
    def identify(self, **ids):
        return identities.identify(self.system, account="waba-1", **ids)

    def test_a_new_sender_becomes_a_contact(self):
        contact, identity = self.identify(phone=PHONE, profile_name=" Luz ")
        self.assertEqual((contact.name, contact.phone), ("Luz", PHONE))
        self.assertEqual((identity.kind, identity.value, identity.account), ("phone", PHONE, ""))
        self.assertTrue(identity.verified)
        self.assertHappened("contact.created", by=self.system, contact=contact.pk, phone=PHONE)
        self.assertNothingHappened("contact.identified")

    def test_twice_is_the_same_contact_and_records_nothing_more(self):
        first = self.identify(phone=PHONE, bsuid=BSUID, username="luz", profile_name="Luz")
        before = Event.objects.count()
        again = self.identify(phone=PHONE, bsuid=BSUID, username="luz", profile_name="Other")
        self.assertEqual(again, first)
        self.assertEqual(Event.objects.count(), before)
        self.assertEqual(Contact.objects.get(pk=first.contact.pk).name, "Luz")

    def test_a_typed_in_phone_is_found_and_verified(self):
        contact, identity = self.identify(phone="+573001234567", profile_name="La Marta")
        self.assertEqual(contact, self.marta)
        self.assertTrue(identity.verified)
        self.assertHappened("contact.identified", contact=self.marta.pk, kind="phone")
        self.assertEqual(Contact.objects.get(pk=self.marta.pk).name, "Marta Ríos")

    def test_a_business_scoped_id_alone_is_enough_and_learns_the_phone(self):
        contact, identity = self.identify(bsuid=BSUID)
        self.assertEqual(
            (contact.phone, identity.kind, identity.account), (None, "bsuid", "waba-1")
        )
        later, by_phone = self.identify(bsuid=BSUID, phone=PHONE, profile_name="Luz")
        self.assertEqual((later, by_phone.kind), (contact, "phone"))
        contact.refresh_from_db()
        self.assertEqual((contact.phone, contact.name), (PHONE, "Luz"))
        self.assertHappened("contact.updated", contact=contact.pk)
        self.assertEqual(self.identify(bsuid=BSUID).contact, contact)

    def test_a_business_scoped_id_means_nothing_to_another_account(self):
        here = self.identify(bsuid=BSUID).contact
        there = identities.identify(self.system, account="waba-2", bsuid=BSUID).contact
        self.assertNotEqual(here, there)

    def test_the_phone_wins_when_the_ids_belong_to_two(self):
        unknown = self.identify(bsuid=BSUID).contact
        luz = self.identify(phone=PHONE).contact
        both = self.identify(phone=PHONE, bsuid=BSUID)
        self.assertEqual((both.contact, both.identity.kind), (luz, "phone"))
        self.assertEqual(self.identify(bsuid=BSUID).contact, unknown)

    def test_usernames_are_kept_up_to_date_and_identify_nobody(self):
        luz = self.identify(phone=PHONE, username="luz").contact
        self.identify(phone=PHONE, username="luz.2")
        other = self.identify(phone="+573015550001", username="luz").contact
        self.assertNotEqual(luz, other)
        names = ContactIdentity.objects.filter(kind="username").order_by("value")
        self.assertEqual(
            [(n.value, n.contact_id) for n in names], [("luz", other.pk), ("luz.2", luz.pk)]
        )

    def test_a_phone_somebody_else_has_is_not_taken(self):
        luz = self.identify(phone=PHONE).contact
        contacts.update(self.ana, contact=luz, phone="")
        typed = contacts.create(self.ana, name="Typed", phone=PHONE)
        self.assertEqual(self.identify(phone=PHONE).contact, luz)
        luz.refresh_from_db()
        self.assertEqual((luz.phone, typed.phone), (None, PHONE))

    def test_nonsense_is_refused(self):
        with self.assertRefused(code="NO_IDENTITY"):
            self.identify(username="luz")
        with self.assertRefused(code="VALIDATION_ERROR", field="phone"):
            self.identify(phone="3001234567")

    def test_only_the_system_can(self):
        with self.assertRefused(code="PERMISSION_DENIED"):
            identities.identify(self.ana, phone=PHONE)

    def test_another_shop_knows_another_person(self):
        here = self.identify(phone=PHONE).contact
        there = self.other_shop.workspace.pk
        with within(there):
            other = identities.identify(Actor.system(there, "tests"), phone=PHONE).contact
        self.assertNotEqual(here.pk, other.pk)


class RaceTest(TransactionTestCase):
    """Two first messages at the same moment, each in its own connection and transaction."""

    def test_they_end_at_one_contact(self):
        for ids in ({"phone": PHONE}, {"bsuid": BSUID}, {"phone": "+573015550009", "bsuid": "X"}):
            with self.subTest(ids):
                self.race(ids)

    def race(self, ids):
        with transaction.atomic():
            name = f"race{len(str(ids))}"
            shop = open_shop(name, "one", "two")
        actor = Actor.system(shop.workspace.pk, "tests")
        found, failures, gate = [], [], threading.Barrier(4)

        def arrive():
            try:
                gate.wait(10)
                found.append(identities.identify(actor, account="w", **ids).contact.pk)
            except Exception as error:
                failures.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=arrive) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        self.assertEqual(failures, [])
        self.assertEqual(len(set(found)), 1)
        with within(shop.workspace.pk), transaction.atomic():
            self.assertEqual(Contact.objects.count(), 1)
            self.assertEqual(Event.objects.filter(name="contact.created").count(), 1)

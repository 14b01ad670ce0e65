from crm.models import Contact, Note, Order
from crm.operations import contacts, notes
from morfx.events.models import Event
from morfx.tenancy import within

from .desk import DeskTest, coffee


class CreateContactTest(DeskTest):
    def test_it_creates_with_tags_and_a_first_note(self):
        made = self.submit(
            "crm.contact.create",
            name="  José   Romero ",
            phone="+57-301 (555).1234",
            city="Bogotá",
            tags=["VIP", "vip", "New"],
            notes="Called on Monday.",
        )
        self.assertEqual(made["name"], "José Romero")
        self.assertEqual(made["phone"], "+573015551234")
        self.assertCountEqual(made["tags"], ["VIP", "New"])
        contact = Contact.objects.get(pk=made["id"])
        self.assertHappened("contact.created", by=self.ana, contact=contact.pk, city="Bogotá")
        self.assertEqual(Note.objects.get(contact=contact).content, "Called on Monday.")

    def test_a_phone_is_optional_and_any_country_is_welcome(self):
        self.assertIsNone(contacts.create(self.beto, name="No phone").phone)
        self.assertIsNone(contacts.create(self.beto, name="None either").phone)
        abroad = contacts.create(self.beto, name="Abroad", phone="+1 650 253 0000")
        self.assertEqual(abroad.phone, "+16502530000")

    def test_one_phone_is_one_contact(self):
        with self.assertRefused(code="PHONE_DUPLICATE", field="phone"):
            contacts.create(self.ana, name="Again", phone="57 300 1234567")
        self.assertEqual(Contact.objects.filter(phone="+573001234567").count(), 1)

    def test_the_other_shop_may_have_the_same_phone(self):
        there = self.other_shop
        with within(there.workspace.pk):
            contacts.create(there.owner, name="Marta there", phone="3001234567")

    def test_nonsense_is_refused(self):
        with self.assertRefused(code="PHONE_INVALID", field="phone"):
            contacts.create(self.ana, name="X", phone="call me")
        with self.assertRefused(code="VALIDATION_ERROR", field="name"):
            self.submit("crm.contact.create", name="  ")
        with self.assertRefused(code="VALIDATION_ERROR", field="email"):
            self.submit("crm.contact.create", name="X", email="not@")
        with self.assertRefused(code="VALIDATION_ERROR", field="nickname"):
            self.submit("crm.contact.create", name="X", nickname="Y")

    def test_a_refused_tag_leaves_no_contact_behind(self):
        with self.assertRefused():
            self.submit("crm.contact.create", name="Half", tags=["x" * 41])
        self.assertFalse(Contact.objects.filter(name="Half").exists())

    def test_a_stranger_cannot(self):
        with self.assertRefused(code="PERMISSION_DENIED"):
            contacts.create(self.nobody, name="X")


class UpdateContactTest(DeskTest):
    def test_it_changes_only_what_is_given(self):
        contacts.update(self.beto, contact=self.marta, city="Chía", email="m@rios.co")
        self.marta.refresh_from_db()
        self.assertEqual((self.marta.name, self.marta.city), ("Marta Ríos", "Chía"))
        self.assertHappened(
            "contact.updated",
            by=self.beto,
            contact=self.marta.pk,
            changes={"email": {"old": "", "new": "m@rios.co"}, "city": {"old": "", "new": "Chía"}},
        )

    def test_twice_records_once(self):
        for _ in range(2):
            self.submit("crm.contact.update", contactId=str(self.marta.pk), city="Chía")
        self.assertEqual(self.count("contact.updated"), 1)

    def test_an_empty_text_clears(self):
        contacts.update(self.ana, contact=self.marta, phone="")
        self.marta.refresh_from_db()
        self.assertIsNone(self.marta.phone)

    def test_nonsense_is_refused(self):
        with self.assertRefused(code="NO_FIELDS_TO_UPDATE"):
            contacts.update(self.ana, contact=self.marta)
        with self.assertRefused(code="PHONE_INVALID"):
            contacts.update(self.ana, contact=self.marta, phone="12")
        contacts.create(self.ana, name="Two", phone="3019999999")
        with self.assertRefused(code="PHONE_DUPLICATE"):
            contacts.update(self.ana, contact=self.marta, phone="3019999999")

    def test_a_stranger_and_a_foreign_id_cannot(self):
        with self.assertRefused(code="PERMISSION_DENIED"):
            contacts.update(self.nobody, contact=self.marta, city="X")
        with self.assertRefused(code="CONTACT_NOT_FOUND"):
            self.submit("crm.contact.update", contact=str(self.their_contact.pk), city="X")
        with self.assertRefused(code="CONTACT_NOT_FOUND"):
            contacts.update(self.ana, contact=self.their_contact, city="X")

    def count(self, name):
        return Event.objects.filter(name=name).count()


class DeleteContactTest(DeskTest):
    def test_the_orders_stay(self):
        order = coffee(self.ana, self.marta)
        self.assertEqual(
            self.submit("crm.contact.delete", contact=str(self.marta.pk))["deleted"], True
        )
        order = Order.objects.get(pk=order.pk)
        self.assertIsNone(order.contact)
        self.assertEqual(order.total, 40000)
        self.assertHappened("contact.deleted", contact=self.marta.pk, phone="+573001234567")

    def test_twice_says_that_it_is_gone(self):
        self.submit("crm.contact.delete", contact=str(self.marta.pk))
        with self.assertRefused(code="CONTACT_NOT_FOUND"):
            self.submit("crm.contact.delete", contact=str(self.marta.pk))

    def test_an_agent_and_a_foreign_id_cannot(self):
        with self.assertRefused(code="PERMISSION_DENIED"):
            contacts.delete(self.beto, contact=self.marta)
        with self.assertRefused(code="CONTACT_NOT_FOUND"):
            self.submit("crm.contact.delete", contact=str(self.their_contact.pk))


class NotesTest(DeskTest):
    def test_they_are_written_and_deleted(self):
        note = notes.create(self.beto, contact=self.marta, content=" Likes it dark. ")
        self.assertEqual((note.content, note.author), ("Likes it dark.", self.beto.who))
        self.assertHappened("note.created", by=self.beto, contact=self.marta.pk)
        notes.delete(self.beto, note=note)
        self.assertHappened("note.deleted", by=self.beto, note=note.pk)

    def test_only_the_author_or_an_admin_deletes(self):
        note = notes.create(self.ana, contact=self.marta, content="Secret")
        with self.assertRefused(code="PERMISSION_DENIED"):
            notes.delete(self.beto, note=note)
        by_beto = notes.create(self.beto, contact=self.marta, content="Mine")
        notes.delete(self.ana, note=by_beto)

    def test_nonsense_strangers_and_foreign_ids_are_refused(self):
        with self.assertRefused(code="VALIDATION_ERROR", field="content"):
            notes.create(self.ana, contact=self.marta, content=" \n ")
        with self.assertRefused(code="PERMISSION_DENIED"):
            notes.create(self.nobody, contact=self.marta, content="X")
        with self.assertRefused(code="CONTACT_NOT_FOUND"):
            self.submit("crm.note.create", contact=str(self.their_contact.pk), content="X")
        note = notes.create(self.ana, contact=self.marta, content="Ours")
        with within(self.other_shop.workspace.pk), self.assertRefused(code="NOTE_NOT_FOUND"):
            self.submit("crm.note.delete", self.other_shop.owner, note=str(note.pk))

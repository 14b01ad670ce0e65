"""The pages about contacts: they open, find, page, save, refuse and stay cheap."""

from crm.models import Contact, Note
from crm.operations import contacts, notes, tags, tasks

from .desk import coffee
from .pages import HTMX, PageTest


class ContactsPageTest(PageTest):
    def test_the_list_finds_and_filters(self):
        contacts.create(self.ana, name="José Núñez", phone="3015559876", tags=["VIP"])
        self.assertIn("Marta Ríos", self.get("contacts/"))
        found = self.get("contacts/?q=nunez")
        self.assertIn("José Núñez", found)
        self.assertNotIn("Marta Ríos", found)
        self.assertNotIn("Marta Ríos", self.get("contacts/?tag=VIP"))
        self.assertIn("Nobody found", self.get("contacts/?q=nobody"))
        self.assertNotIn("Zoe", found + self.get("contacts/"))

    def test_an_empty_list_says_what_to_do(self):
        Contact.objects.all().delete()
        self.assertIn("Nobody here yet", self.get("contacts/"))

    def test_it_pages_by_key_and_sorts(self):
        for number in range(55):
            contacts.create(self.ana, name=f"C{number:02}")
        for sort in ("", "name", "-name"):
            with self.subTest(sort):
                first = self.browser.get("/lucia/contacts/", {"sort": sort})
                second = self.browser.get(first.context["next_url"])
                names = [c["name"] for c in first.context["contacts"] + second.context["contacts"]]
                self.assertEqual(len(set(names)), 56)
                self.assertIsNone(second.context["next_url"])
        self.get("contacts/?cursor=nonsense")

    def test_its_price(self):
        def grow():
            for number in range(4):
                one = contacts.create(self.ana, name=f"C{number}", tags=["VIP", "New"])
                coffee(self.ana, one)

        tags.add(self.ana, contact=self.marta, tag="VIP")
        self.assertEqual(self.assertSamePrice("contacts/", grow), 4)

    def test_one_contact_and_its_tabs(self):
        order = coffee(self.ana, self.marta)
        tasks.create(self.ana, title="Call her back", contact=self.marta)
        notes.create(self.beto, contact=self.marta, content="Likes it dark.")
        contacts.update(self.ana, contact=self.marta, city="Chía")
        page = f"contacts/{self.marta.pk}/"
        self.assertIn("2 × Coffee", self.get(page))
        self.assertIn(f"/lucia/orders/{order.pk}/", self.get(page))
        self.assertIn("Call her back", self.get(page + "?tab=tasks"))
        self.assertIn("Likes it dark.", self.get(page + "?tab=notes"))
        history = self.get(page + "?tab=history")
        self.assertIn("City of Marta Ríos changed.", history)
        self.assertIn("ana", history)

    def test_the_tabs_prices(self):
        def grow():
            for _ in range(3):
                coffee(self.ana, self.marta)
                tasks.create(self.ana, title="Call", contact=self.marta, assigned_to=user)
                notes.create(self.beto, contact=self.marta, content="More")

        user = self.shop.owner_user.pk
        grow()
        for tab, pinned in (("orders", 8), ("tasks", 6), ("notes", 6), ("history", 6)):
            with self.subTest(tab):
                price = self.assertSamePrice(f"contacts/{self.marta.pk}/?tab={tab}", grow)
                self.assertEqual(price, pinned)

    def test_a_new_contact_by_page_and_by_sheet(self):
        self.assertIn("<!doctype html>", self.get("contacts/new/"))
        self.assertNotIn("<!doctype html>", self.get("contacts/new/", headers=HTMX))
        self.post("contacts/new/", 302, name="Luz", phone="3019998877", notes="Met at the fair")
        luz = Contact.objects.get(name="Luz")
        self.assertEqual(luz.phone, "+573019998877")
        self.assertEqual(Note.objects.get(contact=luz).content, "Met at the fair")
        done = self.post("contacts/new/", 204, HTMX, name="Sol", phone="")
        self.assertIn("close-sheet", self.triggered(done))
        self.assertHappened("contact.created", by=self.ana, title="Sol")

    def test_what_is_wrong_stands_at_its_field(self):
        wrong = self.post("contacts/new/", 422, name="Luz", phone="300 1234567")
        self.assertContains(wrong, "Another contact has this phone.", status_code=422)
        wrong = self.post("contacts/new/", 422, HTMX, name="Luz", email="no")
        self.assertContains(wrong, "This is not an e-mail address.", status_code=422)
        self.assertContains(wrong, 'value="Luz"', status_code=422)

    def test_edit_clears_what_is_emptied(self):
        path = f"contacts/{self.marta.pk}/edit/"
        self.assertIn("+573001234567", self.get(path))
        self.post(path, 302, name="Marta R.", phone="", email="", address="", city="Chía")
        self.marta.refresh_from_db()
        self.assertEqual((self.marta.name, self.marta.phone), ("Marta R.", None))

    def test_tags_are_ticked_unticked_and_made(self):
        tags.add(self.ana, contact=self.marta, tag="Old")
        path = f"contacts/{self.marta.pk}/tags/"
        self.assertIn("Old", self.get(path, headers=HTMX))
        self.post(path, 204, HTMX, other="New one")
        self.assertEqual([tag.name for tag in self.marta.tags.all()], ["New one"])
        self.assertHappened("tag.removed", title="Old")

    def test_notes_are_written_and_deleted(self):
        path = f"contacts/{self.marta.pk}/notes/"
        self.post(path, 302, content="Ring twice")
        self.post(path, 422, content="  ")
        note = Note.objects.get()
        self.post(f"{path}{note.pk}/", 302)
        self.assertFalse(Note.objects.exists())

    def test_deleting(self):
        path = f"contacts/{self.marta.pk}/delete/"
        self.browser = self.signed_in(owner=False)
        self.assertNotIn(path, self.get(f"contacts/{self.marta.pk}/"))
        self.post(path, 302)
        self.assertTrue(Contact.objects.filter(pk=self.marta.pk).exists())
        self.browser = self.signed_in()
        self.post(path, 302)
        self.assertFalse(Contact.objects.filter(pk=self.marta.pk).exists())

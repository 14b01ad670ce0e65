"""What the pages do not show, and to whom."""

from .pages import PageTest


class OtherPeopleTest(PageTest):
    def test_another_shops_rows_do_not_exist_here(self):
        theirs, order = self.their_contact.pk, self.their_order.pk
        for path in (
            f"contacts/{theirs}/",
            f"contacts/{theirs}/edit/",
            f"contacts/{theirs}/tags/",
            f"orders/{order}/",
            f"orders/{order}/edit/",
            f"orders/{order}/tags/",
            f"orders/new/?contact={theirs}",
            f"tasks/new/?order={order}",
        ):
            with self.subTest(path):
                self.get(path, 404)
        for path in (
            f"contacts/{theirs}/delete/",
            f"contacts/{theirs}/notes/",
            f"orders/{order}/move/",
            f"orders/{order}/confirm/",
        ):
            with self.subTest(path):
                self.post(path, 404, content="x", stage=self.stages["Nuevo"].pk)

    def test_a_stranger_finds_no_shop(self):
        self.browser = self.signed_in(self.other_shop)
        for path in ("contacts/", "orders/", "tasks/", f"contacts/{self.marta.pk}/"):
            with self.subTest(path):
                self.get(path, 404)

    def test_somebody_without_the_permission_is_told(self):
        membership = self.shop.agent_user.memberships.get()
        membership.permissions = dict.fromkeys(
            ("contacts.view", "contacts.edit", "orders.view", "orders.edit"), False
        )
        membership.save()
        self.browser = self.signed_in(owner=False)
        for path in ("contacts/", "orders/", "tasks/"):
            with self.subTest(path):
                self.get(path, 403)
        self.post(f"contacts/{self.marta.pk}/notes/", 403, content="x")

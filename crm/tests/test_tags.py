from crm.models import ContactTag, OrderTag, Tag
from crm.operations import contacts, tags
from morfx.events.models import Event
from morfx.operations.actor import Actor
from morfx.tenancy import within

from .desk import DeskTest, coffee


class TagTest(DeskTest):
    def test_it_is_made_when_missing_and_put_on(self):
        answer = self.submit("crm.tag.add", contactId=str(self.marta.pk), tag="VIP")
        self.assertEqual((answer["added"], answer["already_had_tag"]), (True, False))
        self.assertEqual(answer["tag"]["name"], "VIP")
        tag = Tag.objects.get(name="VIP")
        self.assertHappened(
            "tag.assigned", by=self.ana, tag=tag.pk, on="contact", contact=self.marta.pk, order=None
        )

    def test_adding_twice_in_any_case_records_once(self):
        tags.add(self.beto, contact=self.marta, tag="VIP")
        again = tags.add(self.beto, contact=self.marta, tag=" vip ")
        self.assertTrue(again["already_had_tag"])
        self.assertEqual(ContactTag.objects.count(), 1)
        self.assertEqual(Event.objects.filter(name="tag.assigned").count(), 1)

    def test_the_exact_case_and_the_id_win(self):
        upper, lower = Tag.objects.create(name="WPP"), Tag.objects.create(name="wpp")
        self.assertEqual(tags.find("wpp"), lower)
        self.assertEqual(tags.find("WPP"), upper)
        self.assertEqual(tags.find(str(lower.pk)), lower)

    def test_an_order_has_its_own(self):
        order = coffee(self.ana, self.marta)
        tags.add(self.ana, order=order, tag="WPP")
        self.assertEqual(OrderTag.objects.get().order_id, order.pk)
        self.assertEqual(ContactTag.objects.count(), 0)
        self.assertHappened("tag.assigned", on="order", order=order.pk, contact=self.marta.pk)
        tags.remove(self.ana, order=order, tag="wpp")
        self.assertHappened("tag.removed", on="order", order=order.pk)

    def test_removing_is_recorded_once(self):
        tags.add(self.ana, contact=self.marta, tag="VIP")
        self.assertTrue(tags.remove(self.ana, contact=self.marta, tag="vip")["removed"])
        self.assertFalse(tags.remove(self.ana, contact=self.marta, tag="vip")["removed"])
        self.assertEqual(Event.objects.filter(name="tag.removed").count(), 1)

    def test_nonsense_is_refused(self):
        with self.assertRefused(code="TAG_NOT_FOUND", field="tag"):
            tags.remove(self.ana, contact=self.marta, tag="never seen")
        with self.assertRefused(code="VALIDATION_ERROR", field="tag"):
            tags.add(self.ana, contact=self.marta, tag="  ")
        with self.assertRefused(field="contact"):
            tags.add(self.ana, tag="VIP")
        with self.assertRefused(field="order"):
            order = coffee(self.ana, self.marta)
            tags.add(self.ana, contact=self.marta, order=order, tag="VIP")

    def test_strangers_and_foreign_ids_cannot(self):
        with self.assertRefused(code="PERMISSION_DENIED"):
            tags.add(self.nobody, contact=self.marta, tag="VIP")
        with self.assertRefused(code="CONTACT_NOT_FOUND"):
            self.submit("crm.tag.add", contact=str(self.their_contact.pk), tag="VIP")
        with self.assertRefused(code="ORDER_NOT_FOUND"):
            self.submit("crm.tag.add", order=str(self.their_order.pk), tag="VIP")
        with within(self.other_shop.workspace.pk):
            theirs = Tag.objects.create(name="Theirs")
        with self.assertRefused(code="TAG_NOT_FOUND"):
            tags.remove(self.ana, contact=self.marta, tag=str(theirs.pk))

    def test_an_order_needs_the_permission_for_orders(self):
        order = coffee(self.ana, self.marta)
        clerk = Actor(
            workspace_id=self.shop.workspace.pk,
            who="user:9",
            via="page",
            permissions=frozenset({"contacts.edit"}),
        )
        tags.add(clerk, contact=self.marta, tag="VIP")
        with self.assertRefused(code="PERMISSION_DENIED"):
            tags.add(clerk, order=order, tag="VIP")


class CustomerTagTest(DeskTest):
    def test_winning_an_order_marks_the_customer_where_the_shop_has_the_tag(self):
        order = coffee(self.ana, self.marta)
        self.submit("crm.order.updateStatus", order=str(order.pk), status="ganado")
        self.run_jobs()
        self.assertFalse(self.marta.tags.exists())
        Tag.objects.create(name="Cliente")
        luz = contacts.create(self.ana, name="Luz")
        other = coffee(self.ana, luz)
        self.submit("crm.order.updateStatus", order=str(other.pk), status="Perdido")
        self.submit("crm.order.updateStatus", order=str(other.pk), status="Ganado")
        self.run_jobs()
        self.assertEqual([t.name for t in luz.tags.all()], ["Cliente"])
        event = self.assertHappened("tag.assigned", contact=luz.pk)
        self.assertTrue(Event.objects.filter(effects=event, name="order.moved").exists())

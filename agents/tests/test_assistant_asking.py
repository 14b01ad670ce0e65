"""What the assistant asks first: confirmed, cancelled, expired, overtaken, or only tried."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from unittest import mock

from agents import lookups_assistant
from agents.models import AssistantProposal
from agents.operations import proposals
from agents.tests.assisting import AssistingTest
from crm.models import Order, Tag
from crm.operations import orders, products
from inbox.models import Message
from morfx.events.models import Event


class AskingFirstTest(AssistingTest):
    def test_what_cannot_be_undone_waits_for_the_member(self) -> None:
        answer = self.asks("delete her order")
        (waits,) = answer["proposals"]
        self.assertEqual((waits["status"], waits["why_ask"]), ("pending", "deletes"))
        self.assertEqual(waits["preview"][0]["name"], "order.deleted")
        self.assertTrue(Order.objects.filter(pk=self.order.pk).exists())
        self.assertNothingHappened("order.deleted")
        done = proposals.confirm.submit(self.ana, {"proposal": waits["id"]})
        self.assertEqual(done.data["status"], "done")
        self.assertFalse(Order.objects.filter(pk=self.order.pk).exists())
        event = self.assertHappened("order.deleted", by=self.ana)
        self.assertEqual((event.via, event.operation), ("assistant", "crm.order.delete"))

    def test_a_message_is_shown_and_sent_on_confirmation_only(self) -> None:
        (waits,) = self.asks("dile que su pedido ya salió")["proposals"]
        self.assertEqual(waits["why_ask"], "sends")
        self.assertEqual(waits["inputs"]["text"], "Su pedido ya salió")
        self.assertFalse(Message.objects.filter(direction="outbound").exists())
        proposals.confirm.submit(self.ana, {"proposal": waits["id"]})
        message = Message.objects.get(direction="outbound")
        self.assertEqual((message.sender, message.sender_user_id), ("user", self.ana.user_id))
        self.run_jobs(ahead=5)
        self.assertEqual(self.phone_shows(), ["Su pedido ya salió"])

    def test_a_sale_is_asked_about(self) -> None:
        products.create(self.ana, sku="CALM-2", title="Calm two", price=Decimal(109900), code="2x")
        (waits,) = self.asks("crea un pedido de 2x")["proposals"]
        self.assertEqual((waits["why_ask"], Order.objects.count()), ("creates", 1))
        proposals.confirm.submit(self.ana, {"proposal": waits["id"]})
        sale = Order.objects.exclude(pk=self.order.pk).get()
        self.assertEqual((sale.total, sale.contact), (109900, self.marta))

    def test_it_deletes_one_thing_at_a_time(self) -> None:
        for text in ("delete all orders", "borra todos los pedidos"):
            answer = self.asks(text)
            self.assertEqual((answer["proposals"], answer["done"]), ([], []))
        self.assertEqual(Order.objects.count(), 1)

    def test_confirming_twice_is_once(self) -> None:
        (waits,) = self.asks("delete her order")["proposals"]
        first = proposals.confirm.submit(self.ana, {"proposal": waits["id"]})
        second = proposals.confirm.submit(self.ana, {"proposal": waits["id"]})
        self.assertEqual(first.data, second.data)
        self.assertEqual((len(second.events), Event.objects.filter(name="order.deleted").count()),
                         (0, 1))  # fmt: skip

    def test_cancelled_is_cancelled(self) -> None:
        (waits,) = self.asks("delete her order")["proposals"]
        for _ in range(2):
            proposals.cancel.submit(self.ana, {"proposal": waits["id"]})
        with self.assertRefused(code="CONFLICT"):
            proposals.confirm.submit(self.ana, {"proposal": waits["id"]})
        self.assertTrue(Order.objects.filter(pk=self.order.pk).exists())

    def test_a_proposal_expires(self) -> None:
        (waits,) = self.asks("delete her order")["proposals"]
        row = AssistantProposal.objects.get(pk=waits["id"])
        late = row.expires_at + timedelta(seconds=1)
        with mock.patch("django.utils.timezone.now", return_value=late):
            self.assertEqual(row.standing, "expired")
            with self.assertRefused(code="EXPIRED"):
                proposals.confirm.submit(self.ana, {"proposal": waits["id"]})
        self.assertTrue(Order.objects.filter(pk=self.order.pk).exists())

    def test_a_row_that_changed_meanwhile_is_looked_at_again(self) -> None:
        (waits,) = self.asks("delete her order")["proposals"]
        orders.update(self.beto, order=self.order, notes="a gift")
        with self.assertRefused(code="CHANGED_MEANWHILE"):
            proposals.confirm.submit(self.ana, {"proposal": waits["id"]})
        orders.delete(self.ana, order=self.order)
        with self.assertRefused(code="CHANGED_MEANWHILE"):
            proposals.confirm.submit(self.ana, {"proposal": waits["id"]})

    def test_a_dry_talk_does_nothing_and_shows_everything(self) -> None:
        answer = self.asks("tag her VIP; delete her order", dry=True)
        self.assertEqual([each["status"] for each in answer["proposals"]], ["dry", "dry"])
        self.assertEqual(answer["proposals"][0]["preview"][0]["name"], "tag.assigned")
        self.assertFalse(Tag.objects.filter(name="VIP").exists())
        self.assertNothingHappened("tag.assigned")
        for each in answer["proposals"]:
            with self.assertRefused(code="DRY"):
                proposals.confirm.submit(self.ana, {"proposal": each["id"]})
        self.assertTrue(Order.objects.filter(pk=self.order.pk).exists())

    def test_a_live_talk_that_is_tried_dry_does_nothing(self) -> None:
        live = self.asks("pedidos")["talk"]
        answer = self.asks("tag her VIP", talk=str(live), dry=True)
        self.assertEqual([each["status"] for each in answer["proposals"]], ["dry"])
        self.assertFalse(self.marta.tags.exists())
        self.assertNotEqual(answer["talk"], live)
        again = self.asks("tag her VIP", talk=str(answer["talk"]))
        self.assertEqual(again["done"], [], "a dry talk stays one")

    def test_a_talk_can_be_read_again_by_its_asker(self) -> None:
        talk = str(self.asks("delete her order")["talk"])
        found = lookups_assistant.read_talk.submit(self.ana, {"talk": talk})
        self.assertEqual([line["role"] for line in found["lines"]], ["member", "assistant"])
        self.assertEqual(found["proposals"][0]["operation"], "crm.order.delete")
        with self.assertRefused(code="NOT_FOUND"):
            lookups_assistant.read_talk.submit(self.beto, {"talk": talk})

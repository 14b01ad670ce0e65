"""The five levels of waiting through real job rows."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from agents import jobs
from agents.models import Session
from agents.operations import sessions
from agents.tests.selling import EVERYTHING, SellingTest
from crm.models import Order
from inbox.operations import messages
from morfx.jobs.models import Job
from morfx.jobs.work import Again
from morfx.operations.actor import Actor

NAME_AND_MORE = "Jose Romero 3001234567 cra 10 # 20-30 Bogota"


class TimersTest(SellingTest):
    def timer(self) -> tuple[int, int] | None:
        """Return the level that is waited at and the whole seconds left; None for no timer."""
        row = Job.objects.filter(key__startswith="agent:").first()
        if row is None:
            return None
        self.assertEqual(Job.objects.filter(key__startswith="agent:").count(), 1)
        left = (row.due_at - timezone.now()).total_seconds()
        return row.args["level"], round(left / 5) * 5

    def waits(self, seconds: float) -> list[str]:
        """Let what is due within so many seconds happen; return what the phone shows of it."""
        before = len(self.phone_shows())
        self.run_jobs(ahead=seconds)
        return self.phone_shows()[before:]

    def mode(self) -> str:
        return str(Session.objects.latest("id").state["mode"])

    def test_level_0_reminds_once(self):
        self.says("quiero comprar")
        self.assertEqual(self.timer(), (0, 600))
        self.assertEqual(self.waits(590), [])
        self.assertEqual(len(self.waits(601)), 1)
        self.assertIsNone(self.timer())
        self.assertEqual(self.waits(7200), [])

    def test_level_1_lists_what_is_missing(self):
        self.says("quiero comprar")
        self.assertEqual(self.says("soy Jose Romero"), [])
        self.assertEqual(self.timer(), (1, 360))
        (reply,) = self.waits(361)
        self.assertIn("Barrio", reply)
        self.assertNotIn("Apellido", reply)
        self.assertEqual(self.waits(7200), [])

    def test_level_2_offers_the_packs_and_level_3_orders_without_one(self):
        self.says("quiero comprar")
        self.says(NAME_AND_MORE)
        self.assertEqual(self.timer(), (2, 120))
        self.assertTrue(any("$109,900" in text for text in self.waits(121)))
        self.assertEqual((self.mode(), self.timer()), ("ofrecer_promos", (3, 600)))
        self.assertEqual(len(self.waits(601)), 1)
        order = Order.objects.get()
        self.assertEqual((order.total, order.confirmed, self.mode()), (0, False, "pedido_sinpack"))
        self.assertEqual(self.waits(7200), [])

    def test_level_4_orders_the_chosen_pack_unconfirmed(self):
        self.says(EVERYTHING)
        self.says("el de 2")
        self.assertEqual(self.timer(), (4, 600))
        self.assertEqual(len(self.waits(601)), 1)
        order = Order.objects.get()
        self.assertEqual((str(order.total), order.confirmed), ("109900.00", False))
        self.assertEqual(self.mode(), "pedido_pendiente")
        self.says("si, confirmo")
        self.assertTrue(Order.objects.get().confirmed)

    def test_further_data_change_the_level_and_not_the_start(self):
        self.says("quiero comprar")
        self.says("soy Jose Romero")
        session = Session.objects.get()
        marks = session.state["marks"]
        marks["waiting_since"] = (timezone.now() - timedelta(seconds=100)).isoformat()
        session.save()
        self.says("3001234567 cra 10 # 20-30 Bogota")
        self.assertEqual(self.timer(), (2, 20))

    def test_a_confirmation_cancels_the_wait(self):
        self.says(EVERYTHING)
        self.says("el de 2")
        self.says("si, confirmo")
        self.assertIsNone(self.timer())
        self.assertEqual(self.waits(7200), [])
        self.assertEqual(Order.objects.count(), 1)

    def test_a_message_that_waits_for_its_answer_does_not_lose_the_timer(self):
        self.says("quiero comprar")
        self.says(NAME_AND_MORE)
        row = Job.objects.get(key__startswith="agent:")
        self.customer_writes("hacen envios a Cali?")
        with self.assertRaises(Again):
            jobs.wake(**_args(row))
        self.assertEqual(self.mode(), "collecting_data")
        Job.objects.filter(pk=row.pk).update(due_at=timezone.now(), ready_at=timezone.now())
        replies = self.waits(1)
        self.assertIn("env", replies[0])
        self.assertTrue(any("$109,900" in text for text in replies), replies)
        self.assertEqual(self.mode(), "ofrecer_promos")

    def test_one_set_for_another_level_does_nothing_but_wait_on(self):
        self.says("quiero comprar")
        row = Job.objects.get(key__startswith="agent:")
        stale = {**_args(row), "level": 2}
        before = self.phone_shows()
        jobs.wake(**stale)
        self.assertEqual((self.phone_shows(), self.timer()), (before, (0, 600)))

    def test_a_closed_session_ignores_them(self):
        self.says("quiero comprar")
        args = _args(Job.objects.get(key__startswith="agent:"))
        sessions.close(
            Actor.system(self.ana.workspace_id, "tests"), session=Session.objects.get(), reason="x"
        )
        self.assertIsNone(self.timer())
        before = self.phone_shows()
        jobs.wake(**args)
        self.run_jobs(ahead=10_000)
        self.assertEqual(self.phone_shows(), before)

    def test_a_person_who_took_over_is_not_talked_over(self):
        self.says("quiero comprar")
        messages.send(self.beto, conversation=self.conversation(), text="Yo te ayudo")
        self.assertEqual(self.waits(7200), ["Yo te ayudo"])


def _args(row: Job) -> dict:
    return dict(row.args)

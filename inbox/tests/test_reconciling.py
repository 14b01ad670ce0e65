"""What stayed unsettled in the inbox's ledgers is settled, or shown, every few minutes."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agents.operations import settings
from inbox import reconciling, replaying, rounds, settling
from inbox.jobs import open_envelope
from inbox.models import Envelope, LooseStatus, Message, Reconciliation, Send
from inbox.operations import messages, sending
from inbox.operations.sending import Bubble
from inbox.reconciling import reconcile
from inbox.testing import InboxTest, inbound_payload
from morfx.jobs import periodic, work
from morfx.jobs.models import Heartbeat, Job
from morfx.operations.actor import Actor
from morfx.tenancy import within

LONG_AGO = timedelta(minutes=20)


class ReconcilingCase(InboxTest):
    """A customer has written; what follows is up to each test."""

    def setUp(self) -> None:
        super().setUp()
        self.customer_writes("hola")
        self.chat = self.conversation()
        Job.objects.all().delete()

    def plan(self, *texts: str) -> list[Send]:
        """Plan bubbles of an agent."""
        bubbles = [Bubble(text=text) for text in texts]
        actor = Actor.system(self.shop.workspace.pk, "tests")
        newest = Message.objects.order_by("-id").values_list("pk", flat=True).first()
        return sending.plan(
            actor,
            conversation=self.chat,
            bubbles=bubbles,
            plan_id="plan",
            agent="somnio-sales-v1",
            after=newest,
        )

    def backdate(self, row: models.Model, **fields: Any) -> None:
        type(row)._default_manager.filter(pk=row.pk).update(**fields)
        row.refresh_from_db()

    def reconcile(self) -> dict[str, int]:
        """Make one round; return what it settled in the café."""
        Reconciliation.objects.all().delete()
        reconcile()
        rows = list(Reconciliation.objects.all())
        self.assertLessEqual(len(rows), 1)
        self.assertFalse(any(row.failed for row in rows))
        return dict(rows[0].settled) if rows else {}

    def assertSettled(self, **kinds: int) -> None:
        """Assert what a round settles, and that the next one finds nothing."""
        self.assertEqual(self.reconcile(), kinds)
        self.assertEqual(self.reconcile(), {})


class RoundTest(ReconcilingCase):
    def test_it_is_periodic(self):
        self.assertIn("inbox.reconcile", periodic.ensure())
        self.assertEqual(work.registry["inbox.reconcile"].every, rounds.EVERY)

    def test_a_round_that_finds_nothing_leaves_no_row_and_asks_little(self):
        with CaptureQueriesContext(connection) as asked:
            self.assertEqual(self.reconcile(), {})
        questions = [
            query for query in asked if re.match(r"(?i)select (?!set_config)", query["sql"])
        ]
        self.assertEqual(len(questions), len(reconciling.CHECKS) + 1)

    def test_a_failing_item_costs_neither_its_siblings_nor_the_other_checks(self):
        done: list[int] = []

        def settle(item: int) -> bool:
            if item == 1:
                raise RuntimeError("a bug")
            done.append(item)
            return True

        mine = self.shop.workspace.pk
        rounds.make_round(
            "tests",
            [
                rounds.Check(kind="broken", says="", amiss=lambda: 1 / 0, settle=settle),  # type: ignore[arg-type, return-value]
                rounds.Check(
                    kind="numbers",
                    says="",
                    amiss=lambda: [(mine, 1), (mine, 2), (mine, 3)],
                    settle=settle,
                ),
            ],
        )
        row = Reconciliation.objects.get()
        self.assertEqual((row.settled, row.failed, done), ({"numbers": 2}, {"numbers": 1}, [2, 3]))

    def test_rows_of_long_ago_are_dropped(self):
        old = Reconciliation.objects.create(part="inbox")
        self.backdate(old, created_at=timezone.now() - timedelta(days=31))
        mine = self.shop.workspace.pk
        rounds.make_round(
            "tests",
            [rounds.Check(kind="x", says="", amiss=lambda: [(mine, 1)], settle=lambda _: True)],
        )
        self.assertFalse(Reconciliation.objects.filter(pk=old.pk).exists())


class SendsTest(ReconcilingCase):
    @classmethod
    def furnish(cls) -> None:
        super().furnish()
        settings.set_agent(cls.ana, agent="somnio-sales-v1", on=True, speed=0)

    def test_a_claimed_send_without_its_job_becomes_unknown_and_its_plan_goes_on(self):
        first, second = self.plan("uno", "dos")
        Job.objects.all().delete()
        message = Message.objects.create(
            conversation=self.chat, direction="outbound", sender="agent", text="uno"
        )
        long_ago = timezone.now() - LONG_AGO
        self.backdate(first, state="claimed", claimed_at=long_ago, message=message)
        self.assertSettled(lost_sends=1)
        first.refresh_from_db()
        second.refresh_from_db()
        self.assertEqual((first.state, first.reason), ("unknown", settling.ENDED))
        self.assertIsNotNone(second.due_at)
        self.run_jobs(only="inbox.deliver", ahead=5)
        self.assertEqual(self.phone_shows(), ["dos"])

    def test_a_claimed_send_whose_job_lives_is_left_to_it(self):
        (send,) = self.plan("uno")
        self.backdate(send, state="claimed", claimed_at=timezone.now() - LONG_AGO)
        self.assertEqual(self.reconcile(), {})

    def test_a_send_that_is_due_without_a_job_gets_one(self):
        messages.send(self.beto, conversation=self.chat, text="Hola, soy Beto")
        Job.objects.all().delete()
        send = Send.objects.get()
        self.backdate(send, due_at=timezone.now() - LONG_AGO)
        self.assertSettled(unscheduled_sends=1)
        self.run_jobs(only="inbox.deliver")
        self.assertEqual(self.phone_shows(), ["Hola, soy Beto"])

    def test_a_stopped_numbers_sends_wait(self):
        messages.send(self.beto, conversation=self.chat, text="Hola, soy Beto")
        Job.objects.all().delete()
        self.backdate(Send.objects.get(), due_at=timezone.now() - LONG_AGO)
        self.backdate(self.channel, stopped_at=timezone.now())
        self.assertEqual(self.reconcile(), {})

    def test_a_bubble_whose_predecessor_was_settled_by_a_report_alone_follows(self):
        first, second = self.plan("uno", "dos")
        Job.objects.all().delete()
        long_ago = timezone.now() - LONG_AGO
        self.backdate(first, state="accepted", settled_at=long_ago)
        self.backdate(second, created_at=long_ago)
        self.assertSettled(stranded_plans=1)
        self.run_jobs(only="inbox.deliver", ahead=5)
        self.assertEqual(self.phone_shows(), ["dos"])

    def test_people_are_told_of_what_nobody_confirmed(self):
        (send,) = self.plan("uno")
        Job.objects.all().delete()
        message = Message.objects.create(
            conversation=self.chat, direction="outbound", sender="agent", status="unknown"
        )
        long_ago = timezone.now() - LONG_AGO
        self.backdate(send, state="unknown", settled_at=long_ago, message=message, reason="timeout")
        self.assertSettled(unconfirmed_sends=1)
        self.assertHappened("message.failed", message=message.pk)


class ReportsTest(ReconcilingCase):
    def loose(self, provider_id: str, status: str = "delivered") -> LooseStatus:
        return LooseStatus.objects.create(
            channel=self.channel,
            provider_id=provider_id,
            status=status,
            occurred_at=timezone.now(),
        )

    def test_a_report_of_a_message_we_know_by_now_is_folded(self):
        self.loose("wamid.late", "accepted")
        self.loose("wamid.late", "delivered")
        message = Message.objects.create(
            conversation=self.chat,
            direction="outbound",
            sender="user",
            provider_id="wamid.late",
            status="sent",
        )
        self.assertSettled(late_reports=2)
        message.refresh_from_db()
        self.assertEqual(message.status, "delivered")
        self.assertFalse(LooseStatus.objects.exists())

    def test_a_report_of_an_unknown_message_is_kept_for_a_while_and_put_aside(self):
        young, old = self.loose("wamid.a"), self.loose("wamid.b")
        self.backdate(old, created_at=timezone.now() - timedelta(days=8))
        self.assertSettled(old_reports=1)
        self.assertEqual(LooseStatus.objects.get(), young)


class EnvelopesTest(ReconcilingCase):
    def waiting(self, text: str = "sigue") -> Envelope:
        """Return an envelope that has waited for long; its job is there."""
        row = self.store(inbound_payload(text, sender=self.sender))
        self.backdate(row, created_at=timezone.now() - LONG_AGO)
        return row

    def test_one_without_a_job_gets_one(self):
        row = self.waiting()
        Job.objects.all().delete()
        self.assertSettled(forgotten_envelopes=1)
        self.run_jobs(only="inbox.open_envelope")
        row.refresh_from_db()
        self.assertEqual(row.state, "parsed")
        self.assertTrue(Message.objects.filter(text="sigue").exists())

    def test_one_whose_job_waits_or_runs_is_left_alone(self):
        self.waiting()
        self.assertEqual(self.reconcile(), {})

    def test_one_that_was_just_replayed_is_left_alone(self):
        row = self.waiting()
        Job.objects.all().delete()
        self.backdate(row, replayed_at=timezone.now())
        self.assertEqual(self.reconcile(), {})

    def test_one_whose_job_is_parked_is_dead_with_its_reason(self):
        row = self.waiting()
        Job.objects.update(parked_at=timezone.now(), ready_at=work.FOREVER)
        self.assertSettled(stuck_envelopes=1)
        row.refresh_from_db()
        self.assertEqual((row.state, row.error), ("dead", replaying.PARKED))

    def test_another_workspaces_envelope_is_settled_at_home(self):
        with within(self.other_shop.workspace.pk):
            channel = type(self.channel).objects.create(provider="cloud", phone_number_id="9")
            row = Envelope.objects.create(channel=channel, body=b"{}")
            self.backdate(row, created_at=timezone.now() - LONG_AGO)
        self.assertEqual(self.reconcile(), {})
        with within(self.other_shop.workspace.pk):
            self.assertEqual(Reconciliation.objects.get().settled, {"forgotten_envelopes": 1})
            self.assertTrue(
                Job.objects.filter(name=open_envelope.name, key=f"open:{row.pk}").exists()
            )


class OverdueTest(ReconcilingCase):
    def test_jobs_that_live_workers_do_not_take_up_are_reported(self):
        open_envelope.later(envelope=self.shop.workspace.pk)
        late = timezone.now() - timedelta(minutes=5)
        Job.objects.update(due_at=late, ready_at=late)
        self.assertEqual(self.reconcile(), {})
        Heartbeat.objects.create(cluster="one", queue="quick", at=timezone.now())
        self.assertEqual(self.reconcile(), {"overdue_jobs": 1})

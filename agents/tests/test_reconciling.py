"""Every message is answered or its silence explained, whatever got lost on the way."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

from django.utils import timezone

from agents.engine import considering, leases, turn
from agents.models import AgentTurn, TurnLease
from agents.operations import settings
from agents.reconciling import reconcile
from agents.tests.selling import SOMNIO, SellingTest
from crm.models import Task
from inbox import rounds
from inbox.models import Message, Reconciliation
from morfx.jobs import periodic, work
from morfx.jobs.models import Job
from morfx.jobs.testing import run_jobs

LONG_AGO = timedelta(minutes=10)


class ReconcilingTest(SellingTest):
    """A customer wrote long ago, and the agent never heard of it."""

    def setUp(self) -> None:
        super().setUp()
        self.message = self.customer_writes("hola, cuanto vale?")
        Job.objects.all().delete()
        Message.objects.update(created_at=timezone.now() - LONG_AGO)

    def reconcile(self) -> dict[str, int]:
        """Make one round; return what it settled in the café."""
        Reconciliation.objects.all().delete()
        reconcile()
        rows = list(Reconciliation.objects.all())
        self.assertFalse(any(row.failed for row in rows))
        return {kind: n for row in rows for kind, n in row.settled.items()}

    def heard_by(self) -> str:
        self.message.refresh_from_db()
        return self.message.heard_by

    def test_it_is_periodic(self):
        self.assertIn("agents.reconcile", periodic.ensure())
        self.assertEqual(work.registry["agents.reconcile"].every, rounds.EVERY)

    def test_a_message_whose_timer_was_lost_is_answered_once(self):
        self.assertEqual(self.reconcile(), {"unheard_messages": 1})
        self.assertEqual(self.reconcile(), {})
        self.run_jobs(ahead=1)
        self.assertTrue(self.heard_by().startswith("turn:"))
        self.assertEqual(AgentTurn.objects.filter(role="customer").count(), 1)
        self.assertTrue(self.phone_shows())
        self.assertEqual(self.reconcile(), {})

    def test_a_message_that_nobody_may_answer_is_explained(self):
        settings.set_agent(self.ana, agent=SOMNIO, on=False)
        self.assertEqual(self.reconcile(), {"unheard_messages": 1})
        self.assertEqual(self.heard_by(), "agent_off")
        self.assertHappened("agent.silent", reason="agent_off")
        self.assertEqual(self.reconcile(), {})

    def test_a_message_whose_turn_failed_for_good_gets_a_person(self):
        self.reconcile()
        module = turn if hasattr(turn, "consider") else considering
        with mock.patch.object(module, "consider", side_effect=RuntimeError("broken on purpose")):
            for _ in range(4):
                with self.assertRaises(AssertionError):
                    run_jobs(only="agents.answer", ahead=3600, most=1)
        Job.objects.filter(name="agents.hand_to_a_person").delete()
        self.assertEqual(self.reconcile(), {"unheard_messages": 1})
        run_jobs(only="agents.hand_to_a_person")
        self.assertEqual(self.heard_by(), "error")
        self.assertEqual(Task.objects.count(), 1)
        self.assertEqual(self.reconcile(), {})

    def test_a_message_that_just_came_or_whose_timer_is_set_is_left_alone(self):
        Message.objects.update(created_at=timezone.now())
        self.assertEqual(self.reconcile(), {})
        Message.objects.update(created_at=timezone.now() - LONG_AGO)
        self.reconcile()
        self.assertEqual(Job.objects.filter(name="agents.answer").count(), 1)
        self.assertEqual(self.reconcile(), {})

    def test_a_lease_held_by_the_dead_is_given_back(self):
        self.run_jobs(ahead=1)
        Message.objects.update(heard_at=timezone.now())
        token = leases.take(self.message.conversation_id)
        assert token is not None
        self.assertEqual(self.reconcile(), {})
        TurnLease.objects.update(until=timezone.now() - LONG_AGO)
        self.assertEqual(self.reconcile(), {"dead_leases": 1})
        lease = TurnLease.objects.get()
        self.assertEqual((lease.until, lease.token > token), (None, True))
        self.assertEqual(self.reconcile(), {})

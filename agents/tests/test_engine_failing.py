"""A turn that fails for good: the job is parked, and a person gets the conversation."""

from __future__ import annotations

from unittest import mock

from agents.engine import considering, turn
from agents.models import Session
from agents.operations import settings
from crm.models import Task
from inbox.testing import InboxTest
from morfx.jobs.models import Job
from morfx.jobs.testing import run_jobs


class FailingTurnTest(InboxTest):
    @classmethod
    def furnish(cls) -> None:
        super().furnish()
        settings.set_agent(cls.ana, agent="somnio-sales-v1", on=True, speed=0, quiet_seconds=0)

    def test_the_customer_gets_a_person_and_the_admin_the_error(self):
        self.customer_writes("hola")
        run_jobs(only="agents.wake_the_agent")
        module = turn if hasattr(turn, "consider") else considering
        with mock.patch.object(module, "consider", side_effect=RuntimeError("broken on purpose")):
            for _ in range(4):
                with self.assertRaises(AssertionError):
                    run_jobs(only="agents.answer", ahead=3600, most=1)
        parked = Job.objects.get(name="agents.answer")
        self.assertIsNotNone(parked.parked_at)
        self.assertIn("broken on purpose", parked.error)
        run_jobs(only="agents.hand_to_a_person")
        run_jobs(only="inbox.deliver", ahead=5)
        self.assertEqual(len(self.phone_shows()), 1)
        self.assertEqual(Task.objects.get().conversation_id, self.conversation().pk)
        self.assertFalse(Session.objects.filter(status="active").exists())
        self.assertHappened("agent.silent", reason="error")

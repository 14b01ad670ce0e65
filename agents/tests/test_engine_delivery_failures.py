"""An agent's bubble that does not arrive: a person is called, and only once."""

from __future__ import annotations

from django.utils import timezone

from agents.models import Session
from agents.tests.selling import SellingTest
from agents.undelivered import look_after_stopped
from crm.models import Task
from inbox import pacing
from inbox.models import Channel, Conversation, Message, Pace, Send
from inbox.operations import messages, sending, stopping
from inbox.testing import NUMBER
from inbox.tests.sending_desk import report, time_is_up


class UndeliveredTest(SellingTest):
    """Somnio answers at once, and WhatsApp refuses."""

    def fault(self, kind: str, **how: object) -> None:
        self.whatsapp.set_faults(NUMBER, rules=[{"kind": kind, **how}])
        self.addCleanup(self.whatsapp.set_faults, NUMBER)

    def time_passes(self) -> None:
        """Let every wait be over."""
        Pace.objects.all().delete()
        pacing._stocks.clear()
        Send.objects.filter(state="planned").exclude(due_at=None).update(due_at=timezone.now())
        sending.schedule(self.conversation().pk)
        self.run_jobs()

    def assertGivenToAPerson(self, reason: str) -> None:
        chat = self.conversation()
        self.assertIsNotNone(chat.handed_over_at)
        self.assertFalse(chat.bot_enabled)
        event = self.assertHappened("conversation.handedOver")
        self.assertIn(reason, event.facts["reason"])
        self.assertEqual(Task.objects.filter(conversation_id=chat.pk).count(), 1)
        self.assertFalse(Session.objects.filter(status="active").exists())
        self.assertFalse(Send.objects.filter(state="planned").exists())

    def test_131026_calls_a_person_and_says_nothing_more(self):
        self.fault("refuse", code=131026, next=1)
        self.says("hola, cuanto vale?")
        self.assertEqual(self.phone_shows(), [])
        self.assertGivenToAPerson("did not arrive")

    def test_131047_twice_calls_a_person(self):
        self.fault("refuse", code=131047)
        self.says("hola")
        self.time_passes()
        self.assertGivenToAPerson("did not arrive")

    def test_content_that_is_refused_calls_a_person(self):
        self.fault("refuse", code=131009, next=1)
        self.says("hola")
        self.assertGivenToAPerson("did not arrive")

    def test_attempts_that_run_out_call_a_person(self):
        self.fault("refuse", code=131016)
        self.says("hola")
        for _ in range(6):
            self.assertFalse(self.conversation().owned_by_person)
            self.time_passes()
        self.assertGivenToAPerson("did not arrive")

    def test_a_passing_refusal_calls_nobody(self):
        self.fault("refuse", code=130429, next=1)
        self.says("hola")
        self.time_passes()
        self.assertTrue(self.phone_shows())
        self.assertNothingHappened("conversation.handedOver")

    def test_a_failure_that_is_reported_later_calls_a_person_once(self):
        self.says("hola, cuanto vale?")
        bubbles = Message.objects.filter(sender="agent")
        for bubble in bubbles:
            errors = [{"code": 131026, "title": "Message undeliverable"}]
            self.store(report(str(bubble.provider_id), "failed", errors=errors))
        self.run_jobs()
        self.assertGreater(bubbles.count(), 1)
        self.assertGivenToAPerson("Message undeliverable")

    def test_an_unconfirmed_bubble_calls_a_person_after_a_while(self):
        self.fault("drop_answer", next=1)
        self.says("hola")
        self.assertNothingHappened("conversation.handedOver")
        time_is_up()
        self.run_jobs()
        self.assertGivenToAPerson("Nobody knows")

    def test_a_persons_failed_message_changes_no_hands(self):
        self.customer_writes("hola")
        messages.send(self.beto, conversation=self.conversation(), text="Soy Beto")
        self.fault("refuse", code=131026, next=1)
        self.run_jobs()
        self.assertHappened("message.failed")
        self.assertNothingHappened("conversation.handedOver")

    def test_a_stopped_number_gets_minutes_then_a_person_looks_after_its_customers(self):
        self.fault("refuse", code=190, next=1)
        self.says("hola, cuanto vale?")
        self.assertHappened("channel.stopped")
        self.run_jobs(ahead=200)
        self.assertNothingHappened("conversation.handedOver")
        self.run_jobs(only="agents.look_after_stopped", ahead=301)
        self.assertGivenToAPerson("The number cannot send")

    def test_a_number_that_goes_on_in_time_answers(self):
        self.fault("refuse", code=190, next=1)
        self.says("hola, cuanto vale?")
        stopping.resume(self.ana, channel=Channel.objects.get())
        self.run_jobs(ahead=400)
        self.assertTrue(self.phone_shows())
        look_after_stopped(channel=self.channel.pk)
        self.assertNothingHappened("conversation.handedOver")
        self.assertTrue(Conversation.objects.get().handed_over_at is None)

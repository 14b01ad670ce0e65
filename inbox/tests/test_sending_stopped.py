"""A number that may send no more is stopped: nothing is tried, nothing is lost, and it goes on."""

from __future__ import annotations

from django.utils import timezone

from inbox import delivery, retrying
from inbox.models import Channel, Message
from inbox.operations import channels, messages, stopping
from inbox.testing import NUMBER
from inbox.tests.sending_desk import SendingTest, report
from morfx.operations.actor import Actor


class StoppedTest(SendingTest):
    """WhatsApp refuses everything the number sends."""

    def stopped(self, code: int = 190) -> Message:
        self.fault("refuse", code=code, next=1)
        message = messages.send(self.beto, conversation=self.chat, text="Hola")
        self.deliver()
        message.refresh_from_db()
        return message

    def test_an_expired_token_stops_the_number_and_loses_nothing(self):
        message = self.stopped()
        channel = Channel.objects.get()
        self.assertIsNotNone(channel.stopped_at)
        self.assertHappened("channel.stopped", code=190)
        self.assertNothingHappened("message.failed")
        self.assertEqual((message.status, self.attempts(message)[0][1]), ("queued", "planned"))
        messages.send(self.beto, conversation=self.chat, text="sigue esperando")
        self.time_passes()
        self.assertEqual(self.phone_shows(), [])

    def test_resuming_sends_what_waited_in_order(self):
        self.stopped()
        messages.send(self.beto, conversation=self.chat, text="después")
        stopping.resume(self.ana, channel=Channel.objects.get())
        self.run_jobs()
        self.assertEqual(self.phone_shows(), ["Hola", "después"])
        self.assertHappened("channel.resumed", by=self.ana)
        stopping.resume(self.ana, channel=Channel.objects.get())
        self.run_jobs()
        self.assertEqual(len(self.phone_shows()), 2)

    def test_a_new_token_resumes(self):
        self.stopped()
        channels.connect(self.ana, provider="cloud", phone_number_id=NUMBER, token="token")
        self.run_jobs()
        self.assertEqual(self.phone_shows(), ["Hola"])

    def test_only_who_may_change_numbers_resumes_and_only_their_own(self):
        self.stopped()
        with self.assertRefused(code="PERMISSION_DENIED"):
            stopping.resume(self.beto, channel=Channel.objects.get())
        with self.assertRefused():
            stopping.resume(self.other_shop.owner, channel=Channel.objects.get().pk)  # type: ignore[arg-type]

    def test_a_refusal_of_the_old_token_does_not_stop_the_new_one(self):
        messages.send(self.beto, conversation=self.chat, text="Hola")
        send = delivery.claim_next(self.chat.pk)
        assert send is not None
        Channel.objects.update(resumed_at=timezone.now())
        delivery.note(send, retrying.refused_later(190, "Invalid OAuth access token", ""))
        self.assertIsNone(Channel.objects.get().stopped_at)
        self.time_passes()
        self.assertEqual(self.phone_shows(), ["Hola"])

    def test_locks_and_payment_stop_too_also_when_a_report_says_so(self):
        message = messages.send(self.beto, conversation=self.chat, text="Hola")
        self.deliver()
        message.refresh_from_db()
        errors = [{"code": 131042, "title": "Business eligibility payment issue"}]
        self.told(report(str(message.provider_id), "failed", errors=errors))
        self.run_jobs(only="inbox.look_at_failure")
        self.assertHappened("channel.stopped", code=131042)
        stopping.resume(self.ana, channel=Channel.objects.get())
        self.run_jobs()
        self.time_passes()
        self.assertEqual(self.attempts(message), [(1, "accepted", 131042), (2, "accepted", None)])

    def test_stopping_twice_is_one_fact(self):
        system = Actor.system(self.shop.workspace.pk, "delivery")
        for _ in range(2):
            stopping.stop(system, channel=Channel.objects.get(), code=190, reason="expired")
        self.assertHappenedTimes("channel.stopped", 1)

    def assertHappenedTimes(self, name: str, times: int) -> None:
        from morfx.events.models import Event

        self.assertEqual(Event.objects.filter(name=name).count(), times)

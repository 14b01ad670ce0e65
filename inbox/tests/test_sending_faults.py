"""What WhatsApp refuses or loses, and what becomes of the message then."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from inbox import delivery, retrying
from inbox.models import Channel, Conversation, Message
from inbox.operations import channels, messages
from inbox.testing import NUMBER
from inbox.tests.sending_desk import SendingTest


class RefusedTest(SendingTest):
    """The answer to a send is a refusal."""

    def sent(self, text: str = "Hola") -> Message:
        message = messages.send(self.beto, conversation=self.chat, text=text)
        self.deliver()
        message.refresh_from_db()
        return message

    def test_429_of_the_number_holds_it_and_the_message_goes_out_as_a_second_attempt(self):
        self.fault("refuse", code=130429)
        message = self.sent()
        self.assertEqual(message.status, "queued")
        self.deliver()
        self.assertEqual(self.phone_shows(), [])
        self.time_passes()
        self.assertEqual(self.phone_shows(), ["Hola"])
        self.assertEqual(self.attempts(message), [(1, "rejected", 130429), (2, "accepted", None)])
        self.assertNothingHappened("message.failed")

    def test_a_bare_429_without_a_code_is_a_wait_too(self):
        self.fault("refuse", http=429)
        self.assertEqual(self.sent().status, "queued")
        self.time_passes()
        self.assertEqual(self.phone_shows(), ["Hola"])

    def test_500_with_metas_error_was_not_sent_and_is_tried_again(self):
        self.fault("refuse", code=131000, http=500)
        message = self.sent()
        self.assertEqual(message.status, "queued")
        self.time_passes()
        self.assertEqual(self.phone_shows(), ["Hola"])
        self.assertEqual(self.attempts(message), [(1, "rejected", 131000), (2, "accepted", None)])

    def test_500_without_metas_error_is_unknown_and_never_tried_again(self):
        self.fault("refuse", http=500)
        message = self.sent()
        self.assertEqual(message.status, "unknown")
        self.time_passes()
        self.assertEqual(self.attempts(message), [(1, "unknown", None)])
        self.assertEqual(self.phone_shows(), [])

    def test_a_request_that_is_lost_is_unknown(self):
        self.fault("lose_request")
        self.assertEqual(self.sent().status, "unknown")

    def test_131026_is_for_good_and_told(self):
        self.fault("refuse", code=131026)
        message = self.sent()
        self.assertEqual((message.status, message.error["code"]), ("failed", 131026))
        self.assertIn("SMS", message.error["suggestion"])
        self.assertHappened("message.failed", message=message.pk, code=131026)
        self.time_passes()
        self.assertEqual(self.attempts(message), [(1, "rejected", 131026)])

    def test_131047_inside_our_window_is_tried_once_more(self):
        self.fault("refuse", code=131047)
        message = self.sent()
        self.assertEqual(message.status, "queued")
        self.time_passes()
        self.assertEqual(self.attempts(message), [(1, "rejected", 131047), (2, "accepted", None)])

    def test_131047_twice_is_for_good_and_offers_a_template(self):
        self.fault("refuse", code=131047, next=2)
        message = self.sent()
        self.time_passes()
        message.refresh_from_db()
        self.assertEqual(message.status, "failed")
        self.assertIn("template", message.error["suggestion"])
        states = [(1, "rejected", 131047), (2, "rejected", 131047)]
        self.assertEqual(self.attempts(message), states)
        self.assertHappened("message.failed", message=message.pk, code=131047)

    def test_131047_outside_the_window_is_never_tried_again(self):
        message = messages.send(self.beto, conversation=self.chat, text="Hola")
        send = delivery.claim_next(self.chat.pk)
        assert send is not None
        late = timezone.now() - timedelta(hours=25)
        Conversation.objects.update(last_customer_message_at=late)
        delivery.note(send, retrying.refused_later(131047, "Re-engagement message", ""))
        message.refresh_from_db()
        self.assertEqual((message.status, message.sends.count()), ("failed", 1))

    def test_the_second_attempt_asks_for_the_window_again(self):
        self.fault("refuse", code=131047)
        message = self.sent()
        late = timezone.now() - timedelta(hours=25)
        Conversation.objects.update(last_customer_message_at=late)
        self.time_passes()
        message.refresh_from_db()
        self.assertEqual((message.status, message.error["code"]), ("failed", 131047))
        self.assertEqual(self.phone_shows(), [])

    def test_attempts_are_bounded(self):
        self.fault("refuse", code=131016, next=50)
        message = self.sent()
        for _ in range(8):
            self.time_passes()
        message.refresh_from_db()
        self.assertEqual((message.status, message.sends.count()), ("failed", 5))
        self.assertHappened("message.failed", message=message.pk, code=131016)

    def test_what_is_tried_again_keeps_its_place(self):
        self.fault("refuse", code=131016)
        messages.send(self.beto, conversation=self.chat, text="uno")
        messages.send(self.beto, conversation=self.chat, text="dos")
        self.deliver()
        self.assertEqual(self.phone_shows(), [])
        self.time_passes()
        self.assertEqual(self.phone_shows(), ["uno", "dos"])

    def test_131056_holds_the_person_and_nobody_else(self):
        self.fault("refuse", code=131056)
        self.sent()
        first = self.sender
        self.sender = "573009998877"
        self.whatsapp.customer(NUMBER, self.sender)
        self.customer_writes("yo también", name="Rosa")
        other = Conversation.objects.exclude(pk=self.chat.pk).get()
        messages.send(self.beto, conversation=other, text="Hola, Rosa")
        self.deliver()
        self.assertEqual(self.phone_shows(), ["Hola, Rosa"])
        self.sender = first
        self.assertEqual(self.phone_shows(), [])
        held = Conversation.objects.get(pk=self.chat.pk)
        assert held.spent_until is not None
        self.assertGreater(held.spent_until, timezone.now())
        self.time_passes()
        self.assertEqual(self.phone_shows(), ["Hola"])

    def test_an_account_that_asks_too_much_waits_with_all_its_numbers(self):
        Channel.objects.update(waba_id="102")
        sibling = channels.connect(
            self.ana, provider="cloud", phone_number_id="1055500002", token="t", waba_id="102"
        )
        self.fault("refuse", code=4)
        self.sent()
        from inbox import pacing

        self.assertGreater(pacing.turn_of(sibling.pk).wait, 30)
        self.assertHappened("channel.held", code=4, seconds=60)

    def test_a_spam_restriction_is_a_fact_and_holds_the_number_for_an_hour(self):
        self.fault("refuse", code=131048)
        message = self.sent()
        self.assertHappened("channel.held", code=131048, seconds=3600)
        self.assertEqual(message.status, "queued")
        messages.send(self.beto, conversation=self.chat, text="otra")
        self.deliver()
        self.assertEqual(self.phone_shows(), [])

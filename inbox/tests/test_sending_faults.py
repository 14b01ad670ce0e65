"""What WhatsApp refuses, loses or takes back, and what becomes of the message then."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from django.utils import timezone

from inbox import delivery, retrying, unconfirmed
from inbox.models import Channel, Conversation, Message, Send
from inbox.operations import channels, conversations, messages, stopping
from inbox.testing import NUMBER
from inbox.tests.sending_desk import SendingTest, report, time_is_up
from morfx.operations.actor import Actor


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


class ReportedLaterTest(SendingTest):
    """The message was accepted; a report says minutes later that it failed."""

    def accepted(self, text: str = "Hola") -> Message:
        message = messages.send(self.beto, conversation=self.chat, text=text)
        self.deliver()
        message.refresh_from_db()
        return message

    def fails(self, message: Message, code: int, **more: Any) -> None:
        errors = [{"code": code, "title": f"error {code}"}]
        ref = str(message.sends.order_by("attempt").first().pk)  # type: ignore[union-attr]
        self.told(report(str(message.provider_id), "failed", ref=ref, errors=errors, **more))
        self.run_jobs(only="inbox.look_at_failure")
        message.refresh_from_db()

    def test_a_passing_problem_is_another_attempt(self):
        for code in (130429, 131016, 131053):
            with self.subTest(code):
                message = self.accepted(f"texto {code}")
                self.fails(message, code)
                self.assertEqual((message.status, message.error), ("queued", {}))
                self.time_passes()
                states = [(1, "accepted", code), (2, "accepted", None)]
                self.assertEqual(self.attempts(message), states)
                message.refresh_from_db()
                self.assertEqual(message.status, "sent")
        self.assertNothingHappened("message.failed")

    def test_the_same_report_twice_is_one_attempt(self):
        message = self.accepted()
        for _ in range(3):
            self.fails(message, 131016)
        self.assertEqual(message.sends.count(), 2)

    def test_what_has_arrived_is_never_sent_again(self):
        message = self.accepted()
        self.told(report(str(message.provider_id), "delivered"))
        self.fails(message, 131016)
        self.assertEqual((message.status, message.sends.count()), ("delivered", 1))

    def test_an_arrival_before_the_second_attempt_withdraws_it(self):
        message = self.accepted()
        self.fails(message, 131016)
        first = message.sends.get(attempt=1)
        self.told(report(first.provider_id, "delivered", ref=str(first.pk)))
        self.time_passes()
        message.refresh_from_db()
        self.assertEqual(message.status, "delivered")
        self.assertEqual(self.attempts(message)[1][1], "withdrawn")
        self.assertEqual(self.phone_shows(), ["Hola"])

    def test_131047_by_report_is_tried_once_inside_the_window_and_never_outside(self):
        message = self.accepted()
        self.fails(message, 131047)
        self.assertEqual(message.status, "queued")
        self.time_passes()
        message.refresh_from_db()
        self.told(
            report(
                str(message.provider_id),
                "failed",
                ref=str(message.sends.get(attempt=2).pk),
                errors=[{"code": 131047, "title": "Re-engagement message"}],
            )
        )
        self.run_jobs(only="inbox.look_at_failure")
        message.refresh_from_db()
        self.assertEqual((message.status, message.sends.count()), ("failed", 2))
        late = self.accepted("tarde")
        Conversation.objects.update(last_customer_message_at=timezone.now() - timedelta(hours=25))
        self.fails(late, 131047)
        self.assertEqual((late.status, late.sends.count()), ("failed", 1))

    def test_131026_by_report_is_for_good(self):
        message = self.accepted()
        self.fails(message, 131026)
        self.assertEqual((message.status, message.sends.count()), ("failed", 1))
        self.assertHappened("message.failed", message=message.pk, code=131026)

    def test_a_bubble_of_an_older_epoch_gets_no_second_attempt(self):
        self.plan("uno")
        self.deliver()
        message = Message.objects.get(text="uno")
        self.fails(message, 131016)
        conversations.take_over(self.beto, conversation=self.chat)
        self.time_passes()
        self.assertEqual(self.phone_shows(), ["uno"])
        self.assertEqual(self.attempts(message)[1][1], "withdrawn")

    def test_a_report_that_overtakes_the_answer_of_its_send_is_not_lost(self):
        for status in ("sent", "delivered", "failed"):
            with self.subTest(status):
                message = messages.send(self.beto, conversation=self.chat, text=status)
                send = delivery.claim_next(self.chat.pk)
                assert send is not None
                wamid = f"wamid.fast.{status}"
                errors: dict[str, Any] = {}
                if status == "failed":
                    errors = {"errors": [{"code": 131026, "title": "x"}]}
                self.told(report(wamid, status, ref=str(send.pk), **errors))
                from inbox.providers.outcomes import Accepted

                delivery.note(send, Accepted(provider_id=wamid))
                message.refresh_from_db()
                self.assertEqual((message.status, message.provider_id), (status, wamid))

    def test_a_report_without_our_id_that_comes_first_is_folded_in_later(self):
        from inbox.providers.outcomes import Accepted

        message = messages.send(self.beto, conversation=self.chat, text="Hola")
        send = delivery.claim_next(self.chat.pk)
        assert send is not None
        self.told(report("wamid.loose", "delivered"), report("wamid.loose", "read"))
        delivery.note(send, Accepted(provider_id="wamid.loose"))
        message.refresh_from_db()
        self.assertEqual(message.status, "read")


class UnconfirmedTest(SendingTest):
    """Nobody knows whether it was sent."""

    def lost(self, kind: str = "drop_answer") -> Message:
        self.fault(kind)
        message = messages.send(self.beto, conversation=self.chat, text="Hola")
        self.deliver()
        message.refresh_from_db()
        return message

    def later(self) -> int:
        return time_is_up()

    def test_it_is_shown_at_once_and_told_after_a_while(self):
        message = self.lost()
        self.assertEqual(message.status, "unknown")
        self.assertFalse(unconfirmed.late().exists())
        self.assertNothingHappened("message.failed")
        self.assertEqual(self.later(), 1)
        self.assertHappened("message.failed", message=message.pk, code=None)
        self.assertEqual(self.later(), 0)

    def test_the_report_that_carries_our_id_settles_it(self):
        message = self.lost()
        self.told(report("wamid.found", "sent", ref=str(message.sends.get().pk)))
        message.refresh_from_db()
        self.assertEqual((message.status, message.sends.get().state), ("sent", "accepted"))
        self.assertEqual(self.later(), 0)

    def test_it_is_settled_even_after_people_were_told(self):
        message = self.lost()
        self.later()
        self.told(report("wamid.found", "delivered", ref=str(message.sends.get().pk)))
        message.refresh_from_db()
        self.assertEqual((message.status, message.error), ("delivered", {}))

    def test_a_person_may_send_it_again(self):
        message = self.lost("lose_request")
        self.later()
        messages.retry(self.beto, message=message)
        self.deliver()
        message.refresh_from_db()
        self.assertEqual(message.status, "sent")
        self.assertEqual(self.attempts(message), [(1, "unknown", None), (2, "accepted", None)])

    def test_a_late_failure_of_the_unconfirmed_attempt_leaves_the_new_one_alone(self):
        message = self.lost("lose_request")
        first = message.sends.get()
        messages.retry(self.beto, message=message)
        self.deliver()
        errors = [{"code": 131016, "title": "x"}]
        self.told(report("wamid.old", "failed", ref=str(first.pk), errors=errors))
        self.run_jobs(only="inbox.look_at_failure")
        message.refresh_from_db()
        self.assertEqual((message.status, message.sends.count()), ("sent", 2))

    def test_the_rest_of_a_plan_follows(self):
        self.fault("drop_answer")
        self.plan("uno", "dos", "tres")
        self.deliver()
        self.time_passes()
        self.time_passes()
        self.assertEqual(self.phone_shows(), ["uno", "dos", "tres"])
        self.assertEqual(Send.objects.filter(state="unknown").count(), 1)


class TaughtTest(SendingTest):
    """A send teaches us the person's business-scoped id."""

    def test_a_new_id_is_the_contacts_and_is_asked_for_once(self):
        user_id = f"CO.{int(time.time() * 1000)}"
        self.whatsapp.customer(NUMBER, self.sender, user_id=user_id)
        messages.send(self.beto, conversation=self.chat, text="Hola")
        self.deliver()
        self.assertEqual(self.run_jobs(only="inbox.learn"), ["inbox.learn"])
        contact = self.conversation().contact
        assert contact is not None
        self.assertTrue(contact.identities.filter(kind="bsuid", value=user_id).exists())
        messages.send(self.beto, conversation=self.chat, text="otra vez")
        self.deliver()
        self.assertEqual(self.run_jobs(only="inbox.learn"), [])

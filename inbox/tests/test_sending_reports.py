"""What reports tell of a message later: failures, arrivals, and what nobody confirms."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from django.utils import timezone

from inbox import delivery, unconfirmed
from inbox.models import Conversation, Message, Send
from inbox.operations import conversations, messages
from inbox.testing import NUMBER
from inbox.tests.sending_desk import SendingTest, report, time_is_up


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

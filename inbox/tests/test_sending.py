"""What goes out: planned, claimed, sent once, and told truthfully."""

from __future__ import annotations

import itertools
import time
from datetime import timedelta

from django.utils import timezone

from inbox import delivery
from inbox.models import Conversation, LooseStatus, Message, Send
from inbox.operations import conversations, messages
from inbox.providers.outcomes import Accepted
from inbox.testing import NUMBER
from inbox.tests import sending_desk
from inbox.tests.sending_desk import report
from morfx.operations.catalogue import find


class SendingTest(sending_desk.SendingTest):
    def test_a_message_goes_out_once_with_our_id(self):
        message = messages.send(self.beto, conversation=self.chat, text="Hola, soy Beto")
        self.assertEqual(message.status, "queued")
        self.run_jobs(only="inbox.deliver")
        self.run_jobs(only="inbox.deliver")
        self.assertEqual(self.phone_shows(), ["Hola, soy Beto"])
        message.refresh_from_db()
        send = Send.objects.get()
        self.assertEqual((message.status, send.state), ("sent", "accepted"))
        *_, entry = self.whatsapp.entries("send_accepted")
        self.assertEqual(entry["data"]["biz_opaque_callback_data"], str(send.pk))
        self.assertEqual(message.provider_id, send.provider_id)

    def test_messages_of_one_person_keep_their_order(self):
        for number in range(5):
            messages.send(self.beto, conversation=self.chat, text=f"parte {number}")
        self.run_jobs(only="inbox.deliver")
        self.assertEqual(self.phone_shows()[-5:], [f"parte {number}" for number in range(5)])

    def test_outside_the_window_nothing_is_written(self):
        late = timezone.now() - timedelta(hours=25)
        Conversation.objects.update(last_customer_message_at=late)
        with self.assertRefused(code="WINDOW_CLOSED"):
            messages.send(self.beto, conversation=self.chat, text="Hola")
        self.assertFalse(Send.objects.exists())
        self.assertNothingHappened("message.queued")

    def test_nonsense_is_refused(self):
        with self.assertRefused(field="text"):
            messages.send(self.beto, conversation=self.chat, text="  ")
        with self.assertRefused(code="VALIDATION_ERROR"):
            messages.send(self.beto, conversation=self.chat, text="x" * 5000)
        with self.assertRefused(field="conversation"):
            messages.send(self.beto, text="Hola")
        with self.assertRefused(code="PERMISSION_DENIED"):
            messages.send(self.nobody, conversation=self.chat, text="Hola")

    def test_another_shops_conversation_does_not_exist(self):
        operation = find("whatsapp.message.send")
        assert operation is not None
        with self.assertRefused(code="CONVERSATION_NOT_FOUND"):
            operation.submit(
                self.other_shop.owner, {"conversation": str(self.chat.pk), "text": "Hola"}
            )

    def test_statuses_in_every_order_end_the_same(self):
        ends = set()
        for number, order in enumerate(itertools.permutations(["sent", "delivered", "read"])):
            message = messages.send(self.beto, conversation=self.chat, text=f"texto {number}")
            self.run_jobs(only="inbox.deliver")
            message.refresh_from_db()
            wamid, now = str(message.provider_id), time.time()
            self.told(*[report(wamid, status, at=now) for status in (*order, order[0])])
            message.refresh_from_db()
            ends.add(message.status)
        self.assertEqual(ends, {"read"})

    def test_a_failure_is_shown_with_its_reason_and_never_undoes_an_arrival(self):
        message = messages.send(self.beto, conversation=self.chat, text="Hola")
        self.run_jobs(only="inbox.deliver")
        message.refresh_from_db()
        errors = [{"code": 131026, "title": "Message undeliverable"}]
        self.told(report(str(message.provider_id), "failed", errors=errors))
        message.refresh_from_db()
        self.assertEqual((message.status, message.error["code"]), ("failed", 131026))
        self.assertHappened("message.failed", message=message.pk, code=131026)
        self.told(report(str(message.provider_id), "delivered"))
        message.refresh_from_db()
        self.assertEqual((message.status, message.error), ("delivered", {}))

    def test_a_status_that_comes_first_waits_for_its_message(self):
        self.told(report("wamid.later", "delivered"))
        self.assertEqual(LooseStatus.objects.count(), 1)
        send = messages.send(self.beto, conversation=self.chat, text="Hola").sends.get()
        delivery.claim_next(self.chat.pk)
        self.told(report("wamid.early", "sent", ref=str(send.pk)))
        send.refresh_from_db()
        self.assertEqual((send.state, send.provider_id), ("accepted", "wamid.early"))
        message = Message.objects.get(pk=send.shown_id)
        self.assertEqual(message.status, "sent")

    def test_a_killed_delivery_is_unknown_and_not_sent_again(self):
        messages.send(self.beto, conversation=self.chat, text="una vez")
        delivery.claim_next(self.chat.pk)
        messages.send(self.beto, conversation=self.chat, text="después")
        self.run_jobs(only="inbox.deliver")
        self.assertEqual(self.phone_shows(), ["después"])
        first = Message.objects.get(text="una vez")
        self.assertEqual((first.status, first.sends.get().state), ("unknown", "unknown"))
        self.told(report("wamid.found", "delivered", ref=str(first.sends.get().pk)))
        first.refresh_from_db()
        self.assertEqual(first.status, "delivered")

    def test_an_answer_that_is_lost_is_unknown_until_the_status_tells(self):
        self.whatsapp.set_faults(NUMBER, rules=[{"kind": "drop_answer", "next": 1}])
        message = messages.send(self.beto, conversation=self.chat, text="Hola")
        self.run_jobs(only="inbox.deliver")
        self.whatsapp.set_faults(NUMBER)
        message.refresh_from_db()
        self.assertEqual(message.status, "unknown")
        self.assertEqual(self.phone_shows(), ["Hola"])
        self.run_jobs()
        self.assertEqual(self.phone_shows(), ["Hola"])

    def test_a_refused_message_can_be_tried_again_as_a_new_attempt(self):
        self.whatsapp.set_faults(NUMBER, rules=[{"kind": "refuse", "code": 131009, "next": 1}])
        message = messages.send(self.beto, conversation=self.chat, text="Hola")
        self.run_jobs(only="inbox.deliver")
        self.whatsapp.set_faults(NUMBER)
        message.refresh_from_db()
        self.assertEqual(message.status, "failed")
        messages.retry(self.beto, message=message)
        self.run_jobs(only="inbox.deliver")
        message.refresh_from_db()
        self.assertEqual(message.status, "sent")
        self.assertEqual([s.attempt for s in message.sends.order_by("attempt")], [1, 2])
        with self.assertRefused(code="CONFLICT"):
            messages.retry(self.beto, message=message)

    def test_a_throttled_message_waits_and_goes_out(self):
        self.whatsapp.set_faults(NUMBER, rules=[{"kind": "refuse", "code": 130429, "next": 1}])
        message = messages.send(self.beto, conversation=self.chat, text="Hola")
        self.run_jobs(only="inbox.deliver")
        self.whatsapp.set_faults(NUMBER)
        message.refresh_from_db()
        self.assertEqual(message.status, "queued")
        self.time_passes()
        self.assertEqual(self.attempts(message), [(1, "rejected", 130429), (2, "accepted", None)])
        self.assertEqual(self.phone_shows(), ["Hola"])

    def test_a_persons_message_withdraws_what_the_bot_planned(self):
        self.plan("uno", "dos")
        messages.send(self.beto, conversation=self.chat, text="Soy Beto")
        self.run_jobs(ahead=60, only="inbox.deliver")
        self.assertEqual(self.phone_shows(), ["Soy Beto"])
        withdrawn = Send.objects.filter(state="withdrawn")
        self.assertEqual({send.reason for send in withdrawn}, {"person"})

    def test_switching_the_bot_off_stops_the_rest_at_once(self):
        self.plan("uno", "dos", "tres")
        first = delivery.claim_next(self.chat.pk)
        assert first is not None
        conversations.set_bot(self.beto, conversation=self.chat, enabled=False)
        self.run_jobs(ahead=60, only="inbox.deliver")
        self.assertEqual(self.phone_shows(), [])
        self.assertEqual(Send.objects.filter(state="withdrawn").count(), 2)

    def test_an_answer_that_comes_late_still_tells_what_happened(self):
        message = messages.send(self.beto, conversation=self.chat, text="Hola")
        first = delivery.claim_next(self.chat.pk)
        assert first is not None
        self.assertIsNone(delivery.claim_next(self.chat.pk))
        message.refresh_from_db()
        self.assertEqual(message.status, "unknown")
        delivery.note(first, Accepted(provider_id="wamid.late"))
        message.refresh_from_db()
        self.assertEqual((message.status, message.provider_id), ("sent", "wamid.late"))

    def test_a_withdrawn_bubble_that_stood_in_the_thread_is_shown_as_not_sent(self):
        self.whatsapp.set_faults(NUMBER, rules=[{"kind": "refuse", "code": 130429, "next": 1}])
        self.plan("uno")
        self.run_jobs(only="inbox.deliver")
        self.whatsapp.set_faults(NUMBER)
        messages.send(self.beto, conversation=self.chat, text="Soy Beto")
        self.assertEqual(Message.objects.get(text="uno").status, "failed")

    def test_only_switching_on_takes_the_word_from_a_person(self):
        messages.send(self.beto, conversation=self.chat, text="Soy Beto")
        for enabled in (None, False):
            conversations.set_bot(self.ana, conversation=self.chat, enabled=enabled)
            self.assertTrue(self.conversation().owned_by_person)
        conversations.set_bot(self.ana, conversation=self.chat, enabled=True)
        self.assertFalse(self.conversation().owned_by_person)

    def test_a_newer_message_of_the_customer_holds_the_rest_back(self):
        self.plan("uno", "dos")
        self.customer_writes("una cosa más")
        self.run_jobs(ahead=60, only="inbox.deliver")
        self.assertEqual(self.phone_shows(), [])
        self.assertEqual({send.reason for send in Send.objects.all()}, {"interrupted"})

    def test_a_message_that_was_heard_before_the_plan_holds_nothing_back(self):
        """One that was opened late sorts before those that were answered already."""
        late = Message.objects.get(direction="inbound")
        newer = self.customer_writes("una cosa más")
        newer.heard_at, newer.heard_by = timezone.now(), "turn:before"
        newer.save()
        self.plan("uno", "dos", after=late.pk)
        self.run_jobs(ahead=60, only="inbox.deliver")
        self.assertEqual(self.phone_shows(), ["uno", "dos"])

    def test_a_message_deleted_before_anybody_heard_it_holds_nothing_back(self):
        self.plan("uno", "dos")
        newer = self.customer_writes("una cosa más")
        newer.heard_at, newer.heard_by = timezone.now(), "deleted"
        newer.save()
        self.run_jobs(ahead=60, only="inbox.deliver")
        self.assertEqual(self.phone_shows(), ["uno", "dos"])

    def test_the_same_plan_twice_is_one_plan(self):
        self.assertEqual(len(self.plan("uno", plan_id="turn:1")), 1)
        self.assertEqual(len(self.plan("uno", plan_id="turn:1")), 0)
        self.assertEqual(Send.objects.count(), 1)

    def test_assigning_closing_and_reopening(self):
        conversations.assign(self.ana, conversation=self.chat, user=self.beto.user_id)
        self.assertHappened("conversation.assigned", to_user=self.beto.user_id)
        with self.assertRefused(code="NOT_A_MEMBER"):
            conversations.assign(
                self.ana, conversation=self.chat, user=self.other_shop.owner.user_id
            )
        conversations.close(self.ana, conversation=self.chat)
        with self.assertRefused(code="ALREADY_CLOSED"):
            conversations.close(self.ana, conversation=self.chat)
        self.customer_writes("sigo aquí")
        self.assertEqual(self.conversation().status, "active")

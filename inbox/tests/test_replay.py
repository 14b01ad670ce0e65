"""Stored webhooks are applied again: one, many, by state and time; twice changes nothing."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any
from unittest import mock

from django.apps import apps
from django.utils import timezone

from crm.models import Contact
from inbox import replaying
from inbox.jobs import open_envelope
from inbox.models import Conversation, Envelope, LooseStatus, Message, Send
from inbox.operations import channels, envelopes, messages
from inbox.providers.payload import open_payload
from inbox.testing import inbound_payload
from inbox.tests.payload_files import NAMES, recorded
from inbox.tests.replay_desk import ReplayCase
from morfx.jobs.models import Job
from morfx.jobs.testing import run_jobs
from morfx.operations.catalogue import find, lookups
from morfx.operations.errors import Forbidden, NotFound
from morfx.tenancy import everywhere
from morfx.tenancy.policies import owned_models

BOOKKEEPING = {"state", "error", "attempts", "opened_at", "replayed_at"}


class ReplayTest(ReplayCase):
    def test_an_envelope_whose_parser_raises_is_dead_with_its_reason_and_replayed_after_the_fix(
        self,
    ):
        row = self.parking()
        run_jobs(only="inbox.bury_envelope")
        row.refresh_from_db()
        self.assertEqual((row.state, row.error), ("dead", replaying.PARKED))
        self.assertIn("a bug", Job.objects.get(name="inbox.open_envelope").error)
        done = envelopes.replay(self.ana, envelope=row)
        self.assertEqual(done.queued, 1)
        self.assertFalse(Job.objects.filter(parked_at__isnull=False).exists())
        run_jobs(only="inbox.open_envelope")
        row.refresh_from_db()
        self.assertEqual((row.state, row.error), ("parsed", ""))
        self.assertEqual(Message.objects.count(), 1)
        self.assertHappened("envelope.replayed", by=self.ana, count=1, envelope=row.pk)

    def test_a_burial_that_comes_after_the_replay_does_nothing(self):
        row = self.parking()
        envelopes.replay(self.ana, envelope=row)
        run_jobs(only="inbox.open_envelope")
        run_jobs(only="inbox.bury_envelope")
        self.assertEqual(self.states(), ["parsed"])

    def test_pressing_twice_queues_one_job(self):
        row = self.envelope(state="dead", attempts=3, error="x")
        envelopes.replay(self.ana, envelope=row)
        envelopes.replay(self.ana, envelope=row)
        self.assertEqual(Job.objects.filter(name="inbox.open_envelope").count(), 1)
        row.refresh_from_db()
        self.assertEqual((row.state, row.attempts, row.error), ("received", 3, ""))

    def test_many_by_id(self):
        rows = [self.envelope(str(n), state="dead") for n in range(3)]
        ids = [row.pk for row in rows]
        self.assertEqual(envelopes.replay(self.ana, envelopes=ids[:2]).queued, 2)
        self.assertEqual(self.states(), ["dead", "received", "received"])
        with self.assertRaises(NotFound):
            envelopes.replay(self.ana, envelopes=[ids[0], uuid.uuid4()])

    def test_by_state_and_time(self):
        old = self.envelope("old", state="dead", ago=timedelta(days=3))
        young = self.envelope("young", state="dead", ago=timedelta(hours=1))
        self.envelope("done", state="parsed", ago=timedelta(hours=1))
        now = timezone.now()
        done = envelopes.replay(self.ana, state="dead", since=now - timedelta(hours=2))
        self.assertEqual(done.queued, 1)
        young.refresh_from_db()
        self.assertEqual(young.state, "received")
        done = envelopes.replay(self.ana, state="dead", until=now - timedelta(days=2))
        self.assertEqual(done.queued, 1)
        old.refresh_from_db()
        self.assertEqual((old.state, old.replayed_at), ("received", done.at))
        self.assertEqual(envelopes.replay(self.ana, state="parsed").queued, 1)

    def test_nothing_found_records_nothing(self):
        self.assertEqual(envelopes.replay(self.ana, state="dead").queued, 0)
        self.assertNothingHappened("envelope.replayed")
        with self.assertRefused(field="state"):
            envelopes.replay(self.ana)

    def test_who_may_not_change_settings_may_not_replay(self):
        with self.assertRaises(Forbidden):
            envelopes.replay(self.beto, state="dead")

    def test_another_shops_envelope_does_not_exist(self):
        row = self.envelope(state="dead")
        entry = find("whatsapp.envelope.replay")
        assert entry is not None
        for raw in ({"envelope": str(row.pk)}, {"envelopes": [str(row.pk)]}):
            with self.assertRaises(NotFound):
                entry.submit(self.other_shop.owner, raw)
        self.assertEqual(entry.submit(self.other_shop.owner, {"state": "dead"}).data["queued"], 0)
        self.assertEqual(self.states(), ["dead"])

    def test_thousands_are_walked_batch_by_batch(self):
        for number in range(7):
            self.envelope(str(number), state="dead", ago=timedelta(minutes=60 - number))
        with mock.patch.object(replaying, "BATCH", 3):
            self.assertEqual(envelopes.replay(self.ana, state="dead").queued, 7)
            self.assertEqual(self.states().count("received"), 3)
            self.assertEqual(run_jobs(only="inbox.replay_more"), ["inbox.replay_more"] * 2)
        self.assertEqual(self.states().count("received"), 7)
        self.assertEqual(len(set(Envelope.objects.values_list("replayed_at"))), 1)
        run_jobs(only="inbox.open_envelope")
        self.assertEqual(self.states(), ["parsed"] * 7)

    def test_the_lookups_list_and_read(self):
        row = self.envelope(state="dead", error="x")
        listed = lookups["whatsapp.envelope.list"].submit(self.beto, {"state": "dead"})
        self.assertEqual([item["id"] for item in listed["items"]], [str(row.pk)])
        read = lookups["whatsapp.envelope.read"].submit(self.ana, {"envelope": str(row.pk)})
        self.assertEqual(read["body"]["object"], "whatsapp_business_account")
        with self.assertRaises(Forbidden):
            lookups["whatsapp.envelope.read"].submit(self.beto, {"envelope": str(row.pk)})


class TwiceTest(ReplayCase):
    """Whatever WhatsApp sends: applying it again and again changes nothing."""

    def test_a_batch_of_every_payload_applied_twice_changes_nothing(self):
        self.apply_every_payload()
        self.assertGreater(Message.objects.count(), 10)
        self.assertGreater(LooseStatus.objects.count(), 0)
        Conversation.objects.update(unread_count=0)
        before = self.dump()
        for _ in range(2):
            replayed = envelopes.replay(self.ana, state="parsed").queued
            replayed += envelopes.replay(self.ana, state="dead").queued
            self.assertEqual(replayed, Envelope.objects.count())
            run_jobs(only="inbox.open_envelope")
        after = self.dump()
        self.assertEqual(after.keys(), before.keys())
        for table in before:
            self.assertEqual(after[table], before[table], table)

    def test_reports_of_a_message_we_sent_applied_twice_change_nothing(self):
        self.customer_writes("hola")
        messages.send(self.beto, conversation=self.conversation(), text="Hola, soy Beto")
        run_jobs(only="inbox.deliver", ahead=5)
        send = Send.objects.get()
        for word in ("read", "failed", "delivered", "sent"):
            self.store(self.report(send, word))
        run_jobs(only="inbox.open_envelope")
        self.assertEqual(Message.objects.get(direction="outbound").status, "read")
        before = self.dump()
        envelopes.replay(self.ana, state="parsed")
        run_jobs(only="inbox.open_envelope")
        self.assertEqual(self.dump(), before)

    def report(self, send: Send, word: str) -> dict[str, Any]:
        """Return a webhook body that reports on a bubble of ours."""
        payload = inbound_payload("")
        value = payload["entry"][0]["changes"][0]["value"]
        del value["messages"], value["contacts"]
        value["statuses"] = [
            {
                "id": send.provider_id,
                "status": word,
                "timestamp": str(int(timezone.now().timestamp())),
                "recipient_id": self.sender,
                "biz_opaque_callback_data": str(send.pk),
            }
        ]
        return payload

    def test_what_was_changed_since_is_not_changed_back(self):
        self.customer_writes("hola", name="Marta")
        Contact.objects.update(name="")
        envelopes.replay(self.ana, state="parsed")
        run_jobs(only="inbox.open_envelope")
        self.assertEqual(Contact.objects.get().name, "")

    def apply_every_payload(self) -> None:
        """Let each recorded payload come in through a channel of its number."""
        for name in NAMES:
            body = recorded(name)
            numbers = {number for _, number in open_payload(body).routes() if number}
            for number in numbers or {self.channel.phone_number_id}:
                channel = channels.connect(
                    self.ana, provider="cloud", phone_number_id=number, token="t"
                )
                row = Envelope.objects.create(channel=channel, body=body)
                open_envelope.later(envelope=row.pk)
        self.store(inbound_payload("hola", sender=self.sender))
        run_jobs(only="inbox.open_envelope")

    def dump(self) -> dict[str, list[Any]]:
        """Return every row of every table, without the envelopes' bookkeeping."""
        found: dict[str, list[Any]] = {}
        with everywhere("dump in a test"):
            for model in {*owned_models(), *apps.get_app_config("crm").get_models()}:
                skipped = BOOKKEEPING if model is Envelope else set()
                rows = model._default_manager.order_by("pk").values()
                if model._meta.label == "events.Event":
                    rows = rows.exclude(name="envelope.replayed")
                found[model._meta.label] = [
                    {name: value for name, value in row.items() if name not in skipped}
                    for row in rows
                ]
        return found

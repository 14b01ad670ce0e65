"""The webhook: only genuine objects are stored, and only what is stored is acknowledged."""

from __future__ import annotations

import json
import uuid

from django.db import connection, transaction
from django.test import override_settings

from inbox.jobs import open_envelope
from inbox.models import Channel, Conversation, Envelope, Message
from inbox.operations import channels
from inbox.testing import inbound_payload
from inbox.tests.knocking import deliver, knock, signed
from morfx.events.models import Event
from morfx.jobs.models import Job
from morfx.jobs.testing import run_jobs
from morfx.tenancy import everywhere, within
from morfx.testing.committed import CommittedTest, at_once


class WebhookTest(CommittedTest):
    def setUp(self) -> None:
        super().setUp()
        self.channel: Channel = channels.connect(
            self.ana,
            provider="cloud",
            phone_number_id="1055500001",
            token="token",
            app_secret="secret",
            verify_token="verify",
        )

    def stored(self) -> int:
        with everywhere("look from a test"):
            return Envelope.objects.count()

    def test_a_genuine_delivery_is_stored_with_its_job(self):
        self.assertEqual(deliver(self.channel, inbound_payload("hola")), 200)
        envelope = Envelope.objects.get()
        self.assertEqual(envelope.state, "received")
        job = Job.objects.get(name="inbox.open_envelope")
        self.assertEqual(job.args, {"envelope": str(envelope.pk)})
        self.assertEqual(job.workspace_id, self.shop.workspace.pk)
        self.assertEqual(open_envelope.queue, job.queue)

    def test_a_wrong_or_missing_signature_leaves_a_counter_and_nothing_else(self):
        body = json.dumps(inbound_payload("hola")).encode()
        for headers in ({}, signed(body, "other"), {"x-hub-signature-256": "sha256=ñ"}):
            status, _ = knock(self.channel.webhook_path, body, headers)
            self.assertEqual(status, 401)
        self.assertEqual(self.stored(), 0)
        self.channel.refresh_from_db()
        self.assertEqual(self.channel.refused_deliveries, 3)

    def test_a_body_that_is_no_object_is_refused(self):
        for body in (b"not json", b"[1]", b"", b'"x"', b"[" * 50_000):
            status, _ = knock(self.channel.webhook_path, body, signed(body))
            self.assertEqual(status, 400, body[:20])
        self.assertEqual(self.stored(), 0)

    def test_an_unknown_channel_is_not_found(self):
        for path in (f"/webhooks/whatsapp/{uuid.uuid4()}", "/webhooks/whatsapp/x"):
            self.assertEqual(knock(path, b"{}", signed(b"{}"))[0], 404)

    def test_a_body_that_is_too_large_is_refused(self):
        body = b"x" * (6 * 1024 * 1024)
        self.assertEqual(knock(self.channel.webhook_path, body, signed(body))[0], 413)

    def test_the_handshake(self):
        path = self.channel.webhook_path
        good = "hub.mode=subscribe&hub.verify_token=verify&hub.challenge=12345"
        self.assertEqual(knock(path, method="GET", query=good), (200, "12345"))
        bad = good.replace("token=verify", "token=guess")
        self.assertEqual(knock(path, method="GET", query=bad)[0], 403)

    def test_with_the_database_down_it_says_so_and_the_retry_succeeds_once(self):
        payload = inbound_payload("hola")
        settings = {**connection.settings_dict, "HOST": "/nowhere", "PORT": ""}
        with override_settings(WEBHOOK_CONNECTIONS=1):
            kept = connection.settings_dict["HOST"]
            connection.settings_dict["HOST"] = settings["HOST"]
            try:
                self.assertEqual(deliver(self.channel, payload), 503)
            finally:
                connection.settings_dict["HOST"] = kept
        self.assertEqual(deliver(self.channel, payload), 200)
        run_jobs(only="inbox.open_envelope")
        with transaction.atomic():
            self.assertEqual(Message.objects.count(), 1)

    def test_the_same_delivery_twenty_times_at_once_is_one_message(self):
        payload = inbound_payload("hola", wamid="wamid.same")
        statuses = at_once(20, lambda _: deliver(self.channel, payload))
        self.assertEqual(set(statuses), {200})
        ids = list(Envelope.objects.values_list("pk", flat=True))
        self.assertEqual(len(ids), 20)

        def open_one(number: int) -> None:
            with within(self.shop.workspace.pk):
                open_envelope(envelope=ids[number])

        self.assertEqual(at_once(20, open_one), [None] * 20)
        self.assertEqual(Message.objects.count(), 1)
        self.assertEqual(Conversation.objects.count(), 1)
        self.assertEqual(Event.objects.filter(name="message.received").count(), 1)
        self.assertEqual(Job.objects.filter(name="agents.wake_the_agent").count(), 1)
        self.assertEqual(set(Envelope.objects.values_list("state", flat=True)), {"parsed"})

    def test_twenty_first_messages_at_once_are_one_conversation_and_one_contact(self):
        for number in range(12):
            deliver(self.channel, inbound_payload(f"hola {number}", wamid=f"wamid.{number}"))
        ids = list(Envelope.objects.values_list("pk", flat=True))

        def write(number: int) -> None:
            with within(self.shop.workspace.pk):
                open_envelope(envelope=ids[number])

        answers = at_once(12, write)
        self.assertEqual(answers, [None] * 12)
        self.assertEqual(Message.objects.count(), 12)
        conversation = Conversation.objects.get()
        self.assertEqual(conversation.unread_count, 12)
        self.assertEqual(Event.objects.filter(name="contact.created").count(), 1)

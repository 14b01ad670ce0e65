"""Every recorded body through the door: signed, stored, acknowledged, opened, in the database."""

from __future__ import annotations

from django.db import transaction

from inbox.jobs import open_envelope
from inbox.models import Channel, Envelope, Message
from inbox.operations import channels
from inbox.providers.payload import Unreadable, open_payload
from inbox.tests.incoming import RECORDED_NUMBER
from inbox.tests.knocking import knock, signed
from inbox.tests.payload_files import NAMES, recorded
from morfx.testing.committed import CommittedTest


class DoorTest(CommittedTest):
    def setUp(self) -> None:
        super().setUp()
        self.channel: Channel = channels.connect(
            self.ana,
            provider="cloud",
            phone_number_id=RECORDED_NUMBER,
            token="token",
            app_secret="secret",
        )

    def test_every_recorded_body(self):
        expected: set[str] = set()
        for name in NAMES:
            body = recorded(name)
            self.assertEqual(knock(self.channel.webhook_path, body, signed(body))[0], 200)
            items = [*open_payload(body).inbound(), *open_payload(body).echoes()]
            expected |= {
                item.provider_id
                for item in items
                if not isinstance(item, Unreadable) and item.phone_number_id == RECORDED_NUMBER
            }
        with transaction.atomic():
            stored = list(Envelope.objects.order_by("id").values_list("pk", flat=True))
        self.assertEqual(len(stored), len(NAMES))
        for envelope in stored:
            open_envelope(envelope=envelope)
        with transaction.atomic():
            found = set(Message.objects.values_list("provider_id", flat=True))
            left = Envelope.objects.filter(state="received").count()
            silent = Envelope.objects.filter(state="dead", error="").count()
        self.assertLessEqual(expected, found)
        self.assertEqual((left, silent), (0, 0))

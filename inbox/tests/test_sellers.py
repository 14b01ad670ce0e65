"""Each seller against its dialect: our door, our client, and what goes wrong between them."""

from __future__ import annotations

import pytest
from django.db import transaction

from inbox import simulator
from inbox.models import Channel, Envelope
from inbox.providers.client import WhatsAppClient
from inbox.providers.errors import Hold
from inbox.providers.outcomes import Accepted, Rejected, Unknown
from inbox.providers.presets import preset_named
from inbox.providers.recipients import To
from inbox.providers.template_list import list_templates
from inbox.simulator.client import SimulatorClient
from inbox.tests.knocking import knock
from inbox.tests.sellers import CLOUD, DIALOG360, DIALOG360_BARE, EVERY_SELLER, KAPSO, Seller, door
from morfx.tenancy import everywhere
from morfx.testing.committed import CommittedTest

MARTA = "573001112233"


class DoorTest(CommittedTest):
    """The webhook itself, with the bytes and headers each seller's server sends."""

    def arrive(self, whatsapp: SimulatorClient, seller: Seller) -> tuple[Channel, bytes, dict]:
        """Let one message come from a seller; return what its server posted."""
        with door() as opened:
            with transaction.atomic():
                channel = seller.connect(self.ana, whatsapp, opened.url)
            whatsapp.say(seller.number, MARTA, "¡Hola! 🌙")
            whatsapp.settle()
            (one,) = opened.arrivals
        return channel, one.raw, one.headers

    def test_each_seller_is_believed_by_its_own_proof(self):
        with simulator.running() as whatsapp:
            for seller in EVERY_SELLER:
                with self.subTest(seller=seller):
                    channel, raw, headers = self.arrive(whatsapp, seller)
                    self.assertEqual(knock(channel.webhook_path, raw, headers)[0], 200)
                    self.assertEqual(Envelope.objects.filter(channel=channel).count(), 1)
                    if seller is DIALOG360_BARE:
                        continue
                    for bad in (self.without_proof(headers), self.of_another(headers)):
                        self.assertEqual(knock(channel.webhook_path, raw, bad)[0], 401)
                    channel.refresh_from_db()
                    self.assertEqual(channel.refused_deliveries, 2)
                    self.assertEqual(Envelope.objects.filter(channel=channel).count(), 1)

    def test_360dialog_without_a_secret_takes_what_knows_the_address(self):
        with simulator.running() as whatsapp:
            channel, raw, headers = self.arrive(whatsapp, DIALOG360_BARE)
            self.assertEqual(self.without_proof(headers), headers)
            self.assertEqual(knock(channel.webhook_path, raw, {})[0], 200)
            guessed = channel.webhook_path[:-1] + ("0" if channel.webhook_path[-1] != "0" else "1")
            self.assertEqual(knock(guessed, raw, headers)[0], 404)
            with everywhere("count from a test"):
                self.assertEqual(Envelope.objects.count(), 1)

    def without_proof(self, headers: dict[str, str]) -> dict[str, str]:
        proofs = ("signature", "x-webhook-secret")
        return {k: v for k, v in headers.items() if not any(word in k for word in proofs)}

    def of_another(self, headers: dict[str, str]) -> dict[str, str]:
        proofs = headers.keys() - self.without_proof(headers).keys()
        return {k: "0" * len(v) if k in proofs else v for k, v in headers.items()}


def client_of(whatsapp: SimulatorClient, seller: Seller, token: str = "t0ken") -> WhatsAppClient:
    """Register a number at a seller and return our client for it."""
    whatsapp.register_number(
        seller.number,
        display_phone_number="573110000000",
        token="t0ken",
        app_secret=seller.secret,
        webhook_url="http://127.0.0.1:9/nobody",
        waba_id=f"9{seller.number}",
        dialect=seller.provider,
        **seller.settings,
    )
    path = "/meta/whatsapp" if seller.provider == "kapso" else ""
    whatsapp.customer(seller.number, MARTA)
    return WhatsAppClient(
        preset_named(seller.provider),
        token=token,
        phone_number_id=seller.number,
        base_url=whatsapp.url + path,
        timeout=(2, 2),
    )


BOTH = pytest.mark.parametrize("seller", [CLOUD, DIALOG360, KAPSO], ids=lambda one: one.provider)


@BOTH
def test_a_send_is_taken_and_a_wrong_key_stops_the_number(seller):
    with simulator.running() as whatsapp:
        with client_of(whatsapp, seller) as client:
            sent = client.send_text(To.phone(MARTA), "Hola", ref="our-id")
        assert isinstance(sent, Accepted)
        (entry,) = whatsapp.entries("send_accepted")
        assert entry["data"]["biz_opaque_callback_data"] == "our-id"
        with client_of(whatsapp, seller, token="wrong") as client:
            refused = client.send_text(To.phone(MARTA), "Hola", ref="x")
        assert isinstance(refused, Rejected)
        assert refused.stops


@BOTH
def test_what_goes_wrong_means_the_same_at_each_seller(seller):
    rules = {
        131047: {"kind": "refuse", "code": 131047},
        131026: {"kind": "refuse", "code": 131026},
        130429: {"kind": "refuse", "code": 130429, "retry_after": 3},
    }
    with simulator.running() as whatsapp, client_of(whatsapp, seller) as client:
        for code, rule in rules.items():
            whatsapp.set_faults(seller.number, rules=[rule])
            refused = client.send_text(To.phone(MARTA), "Hola", ref="x")
            assert isinstance(refused, Rejected)
            assert (refused.code, refused.retryable) == (code, code == 130429)
            if code == 130429:
                assert (refused.retry_after, refused.hold) == (3, Hold.NUMBER)
        whatsapp.set_faults(seller.number, rules=[{"kind": "refuse", "http": 500}])
        assert isinstance(client.send_text(To.phone(MARTA), "Hola", ref="x"), Unknown)
        whatsapp.set_faults(seller.number, rules=[{"kind": "drop_answer"}])
        assert isinstance(client.send_text(To.phone(MARTA), "Hola", ref="x"), Unknown)
        assert whatsapp.counters()["journal"]["send_accepted"] == 1


def test_kapsos_own_limit_waits_as_long_as_it_says():
    with simulator.running() as whatsapp, client_of(whatsapp, KAPSO) as client:
        limit = {"kind": "refuse", "http": 429, "retry_after": 11, "next": 1}
        whatsapp.set_faults(KAPSO.number, rules=[limit])
        refused = client.send_text(To.phone(MARTA), "Hola", ref="x")
        assert isinstance(refused, Rejected)
        assert (refused.retryable, refused.retry_after) == (True, 11.0)
        assert (refused.code, refused.stops) == (None, False)
        assert isinstance(client.send_text(To.phone(MARTA), "Hola", ref="x"), Accepted)


@BOTH
def test_every_template_is_listed_through_its_pages(seller):
    body = [{"type": "BODY", "text": "Hola"}]
    given = [{"name": f"t{n}", "language": "es", "components": body} for n in range(230)]
    with simulator.running() as whatsapp, client_of(whatsapp, seller) as client:
        whatsapp.set_templates(seller.number, *given)
        found = list_templates(client, f"9{seller.number}")
    assert [one["name"] for one in found] == [one["name"] for one in given]
    assert {str(one["status"]).upper() for one in found} == {"APPROVED"}

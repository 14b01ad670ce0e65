"""Where a provider may live: no passwords in addresses; in production, not in our own network."""

from __future__ import annotations

from django.test import override_settings

from inbox.operations import channels
from morfx.operations.errors import Refused
from morfx.testing.case import CafeTest

INSIDE = (
    "https://127.0.0.1", "https://10.0.0.1/v1", "https://169.254.169.254/latest", "https://[::1]:1/",
    "https://localhost:9", "https://metadata.internal", "https://intranet",
)  # fmt: skip
NOWHERE = ("file:///etc/passwd", "https://", "https://graph.facebook.com@evil.test", "https://[bad")


class AddressTest(CafeTest):
    def connect(self, url: str) -> None:
        channels.connect(self.ana, provider="cloud", phone_number_id="1", token="t", base_url=url)

    def test_what_is_no_address_is_refused_everywhere(self):
        for url in NOWHERE:
            with self.subTest(url), self.assertRaises(Refused):
                self.connect(url)

    @override_settings(PROD=True)
    def test_our_own_network_is_refused_in_production(self):
        for url in INSIDE:
            with self.subTest(url), self.assertRaises(Refused):
                self.connect(url)
        self.connect("https://graph.facebook.com")

    def test_a_simulator_may_live_here_where_we_develop(self):
        self.connect("http://127.0.0.1:4000")

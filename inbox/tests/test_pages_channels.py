"""Connecting a WhatsApp number in the settings, and the way there from an empty inbox."""

from __future__ import annotations

from django.test import override_settings
from django.urls import reverse

from inbox.models import Channel
from inbox.operations import channels
from morfx.testing.case import CafeTest

GIVEN = {
    "provider": "cloud",
    "phone_number_id": "1055500009",
    "token": "EAAtoken-nobody-sees",
    "app_secret": "app-secret-nobody-sees",
    "verify_token": "",
    "name": "Café Lucía",
    "display_phone": "573110000009",
    "waba_id": "",
    "base_url": "",
}
SECRETS = (GIVEN["token"], GIVEN["app_secret"])


class ChannelsPageTest(CafeTest):
    """Ana owns the café, Beto is an agent, Zoe is of the other shop; no number yet."""

    def setUp(self) -> None:
        super().setUp()
        slug = self.shop.workspace.slug
        self.page = reverse("inbox:channels", args=[slug])
        self.connect = reverse("inbox:channel_connect", args=[slug])
        self.inbox = reverse("inbox:list", args=[slug])
        self.browser = self.signed_in()

    @override_settings(PUBLIC_URL="https://shop.test")
    def test_the_owner_connects_a_number(self):
        self.assertContains(self.browser.get(self.page), "No number is connected yet.")
        answer = self.browser.post(self.connect, GIVEN)
        self.assertRedirects(answer, self.page, fetch_redirect_response=False)
        channel = Channel.objects.get()
        self.assertEqual((channel.token, channel.app_secret), SECRETS)
        self.assertFalse(channel.is_simulated)
        self.assertHappened("channel.connected", by=self.ana, channel=channel.pk)
        page = self.browser.get(self.page)
        for text in ("Café Lucía", "Meta Cloud API", "1055500009", channel.verify_token):
            self.assertContains(page, text)
        self.assertContains(page, f"https://shop.test{channel.webhook_path}")
        self.assertIn("no-store", page.headers["Cache-Control"])
        for secret in SECRETS:
            self.assertNotContains(page, secret)

    def test_without_a_public_address_the_requests_own_is_shown(self):
        self.browser.post(self.connect, GIVEN)
        with override_settings(PUBLIC_URL=""):
            page = self.browser.get(self.page)
        self.assertContains(page, f"http://testserver{Channel.objects.get().webhook_path}")

    def test_connecting_twice_changes_the_one(self):
        self.browser.post(self.connect, GIVEN)
        before = Channel.objects.get()
        self.browser.post(self.connect, {**GIVEN, "token": "another", "app_secret": ""})
        after = Channel.objects.get()
        self.assertEqual((after.token, after.app_secret), ("another", GIVEN["app_secret"]))
        self.assertEqual(after.verify_token, before.verify_token)

    def test_each_provider_is_told_where_its_webhook_goes(self):
        said = {
            ("cloud", "s"): ("enter this address as the callback URL", True),
            ("kapso", "s"): ("Its secret key is the app secret here", False),
            ("360dialog", "s"): ("adds the header", False),
            ("360dialog", ""): ("show it to nobody", False),
        }
        for (provider, secret), (words, token) in said.items():
            with self.subTest(provider=provider, secret=secret):
                Channel.objects.all().delete()
                given = {**GIVEN, "provider": provider, "app_secret": secret}
                self.browser.post(self.connect, given)
                channel, page = Channel.objects.get(), self.browser.get(self.page)
                self.assertContains(page, words)
                self.assertContains(page, channel.webhook_path)
                self.assertEqual(channel.verify_token in page.content.decode(), token)

    def test_an_error_keeps_what_was_typed_but_no_secret(self):
        for field, value in {"base_url": "not-an-address", "waba_id": "9" * 65}.items():
            with self.subTest(field):
                typed = {**GIVEN, field: value, "verify_token": "mine-nobody-sees"}
                page = self.browser.post(self.connect, typed)
                self.assertEqual(page.status_code, 422)
                self.assertIn(field, page.context["form"].errors)
                for kept in (value, "1055500009", "573110000009"):
                    self.assertContains(page, f'value="{kept}"', status_code=422)
                for secret in (*SECRETS, "mine-nobody-sees"):
                    self.assertNotContains(page, secret, status_code=422)
        page = self.browser.post(self.connect, {**GIVEN, "token": ""})
        self.assertEqual(list(page.context["form"].errors), ["token"])
        self.assertFalse(Channel.objects.exists())

    def test_an_agent_looks_but_cannot_connect(self):
        channel = channels.connect(self.ana, provider="360dialog", phone_number_id="7", token="t")
        beto = self.signed_in(owner=False)
        page = beto.get(self.page)
        self.assertContains(page, "360dialog")
        for hidden in (channel.verify_token, channel.webhook_path, self.connect):
            self.assertNotContains(page, hidden)
        self.assertEqual(beto.post(self.connect, GIVEN).status_code, 403)
        self.assertEqual(Channel.objects.count(), 1)

    def test_a_stranger_finds_nothing(self):
        zoe = self.signed_in(self.other_shop)
        self.assertEqual(zoe.get(self.page).status_code, 404)
        self.assertEqual(zoe.post(self.connect, GIVEN).status_code, 404)
        self.assertFalse(Channel.objects.exists())

    def test_an_empty_inbox_leads_there_until_a_number_is_connected(self):
        link = f'href="{self.page}"'
        self.assertContains(self.browser.get(self.inbox), link)
        self.assertNotContains(self.signed_in(owner=False).get(self.inbox), link)
        self.browser.post(self.connect, GIVEN)
        self.assertNotContains(self.browser.get(self.inbox), link)

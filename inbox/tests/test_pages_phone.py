"""The simulated phone's page, against a real simulator over HTTP."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.test import override_settings

from inbox.models import Channel
from inbox.operations import messages
from inbox.testing import NUMBER
from inbox.tests.desk import DeskTest

HTMX = {"HX-Request": "true"}


class PhoneTest(DeskTest):
    pretended: ClassVar[Any]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.pretended = override_settings(SIMULATOR_URL=cls.whatsapp.url)
        cls.pretended.enable()
        cls.addClassCleanup(cls.pretended.disable)

    def setUp(self) -> None:
        super().setUp()
        Channel.objects.update(is_simulated=True, name="Café Lucía")

    def phone(self, *, browser: Any = None) -> Any:
        return (browser or self.browser).get(self.url("phone_customer", self.sender))

    def test_it_shows_who_there_is_and_their_chat(self):
        self.whatsapp.customer(NUMBER, self.sender, name="🌸 Marta")
        page = self.browser.get(self.url("phone"))
        self.assertContains(page, "🌸 Marta")
        self.assertContains(page, self.url("phone_customer", self.sender))
        self.assertContains(page, "Whose phone?")
        page = self.phone()
        self.assertContains(page, "Hola, ¿cuánto vale?")
        self.assertContains(page, "Café Lucía")
        self.assertContains(page, 'data-live="phone"')
        self.assertContains(page, f'href="{self.its("conversation")}"')
        self.assertEqual(self.browser.get(self.url("phone_customer", "579")).status_code, 404)

    def test_writing_as_the_customer(self):
        address = self.url("phone_send", self.sender)
        answer = self.browser.post(address, {"text": "¿Y dos?"}, headers=HTMX)
        self.assertEqual(answer.status_code, 204)
        self.assertIn("phone", json.loads(answer.headers["HX-Trigger"]))
        self.assertContains(self.phone(), "¿Y dos?")
        plain = self.browser.post(address, {"text": "Quiero comprar"})
        self.assertRedirects(plain, self.url("phone_customer", self.sender))
        said = self.whatsapp.chat(NUMBER, self.sender)["messages"]
        self.browser.post(address, {"text": "  "})
        self.assertEqual(len(self.whatsapp.chat(NUMBER, self.sender)["messages"]), len(said))

    def test_looking_at_it_reads_it(self):
        messages.send(self.ana, conversation=self.marta, text="Hola Marta")
        self.run_jobs()
        self.assertContains(self.phone(), "Hola Marta")
        chat = self.whatsapp.chat(NUMBER, self.sender)
        self.assertEqual(chat["messages"][-1]["status"], "read")
        self.whatsapp.set_online(NUMBER, self.sender, False)
        self.assertEqual(self.phone().status_code, 200)

    def test_ticks_turn_when_the_team_has_read(self):
        self.assertNotContains(self.phone(), 'class="tick read"')
        self.browser.get(self.its("conversation"))
        self.run_jobs()
        self.assertContains(self.phone(), 'class="tick read"')

    def test_a_new_customer(self):
        data = {"name": "Pedro", "phone": "310 555 66 77"}
        answer = self.browser.post(self.url("phone_new"), data)
        self.assertRedirects(answer, self.url("phone_customer", "573105556677"))
        self.assertContains(self.browser.get(answer["Location"]), "Pedro")
        answer = self.browser.post(self.url("phone_new"), {"name": "", "phone": "12"})
        self.assertContains(answer, "This is not a phone number.", status_code=422)

    def test_there_is_one_only_where_it_is_simulated(self):
        pages = [
            ("get", self.url("phone")),
            ("get", self.url("phone_customer", self.sender)),
            ("post", self.url("phone_new")),
            ("post", self.url("phone_send", self.sender)),
        ]
        foreign = self.other_shop.workspace.slug
        for method, address in pages:
            with self.subTest(address):
                there = address.replace(f"/{self.shop.workspace.slug}/", f"/{foreign}/")
                self.assertEqual(getattr(self.strangers, method)(address).status_code, 404)
                self.assertEqual(getattr(self.strangers, method)(there).status_code, 404)
                self.assertEqual(getattr(self.client, method)(address).status_code, 302)
        with override_settings(SIMULATOR_URL=""):
            self.assertEqual(self.browser.get(self.url("phone")).status_code, 404)
            self.assertNotContains(self.browser.get(self.url("list")), self.url("phone"))
        self.assertContains(self.browser.get(self.url("list")), self.url("phone"))
        with override_settings(SIMULATOR_URL="http://127.0.0.1:9"):
            self.assertEqual(self.browser.get(self.url("phone")).status_code, 404)
        Channel.objects.update(is_simulated=False)
        self.assertEqual(self.browser.get(self.url("phone")).status_code, 404)

"""The pages of templates: choose, fill in, look, send; and what WhatsApp thinks of each."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inbox.models import Channel, Conversation, Message, Send, Template, TemplateSync
from inbox.tests.desk import DeskTest
from inbox.tests.templated import ON_ITS_WAY, PLAIN, TemplatedTest, raw_template
from inbox.tests.test_pages import asked
from morfx.jobs.models import Job

HTMX = {"HX-Request": "true"}
FILLED = {"v-1": "Marta", "v-2": "A-7"}


class TemplateDesk(DeskTest, TemplatedTest):
    def setUp(self) -> None:
        super().setUp()
        rejected = {**raw_template("oferta", "Todo a mitad de precio."), "status": "REJECTED"}
        self.listed(ON_ITS_WAY, PLAIN, {**rejected, "rejected_reason": "PROMOTIONAL"})
        late = timezone.now() - timedelta(hours=25)
        Conversation.objects.update(last_customer_message_at=late)
        self.row = Template.objects.get(name="pedido_en_camino")
        self.plain = Template.objects.get(name="gracias")

    def use(self, data: dict[str, str], row: Template | None = None, **kwargs: Any) -> Any:
        browser: Client = kwargs.pop("browser", self.browser)
        return browser.post(self.its("template", (row or self.row).pk), data, **kwargs)

    def asked(self, url: str, count: int) -> Any:
        """Fetch a page and assert how many queries it asked, without session and savepoints."""
        self.browser.get(url)
        with CaptureQueriesContext(connection) as captured:
            page = self.browser.get(url)
        found = asked(captured)
        self.assertEqual(len(found), count, "\n".join(found))
        return page

    def hidden(self, page: Any, name: str) -> str:
        """Return a hidden field of the answer."""
        found = re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())
        assert found is not None
        return found[1]

    def previewed(self, data: dict[str, str], row: Template | None = None) -> dict[str, str]:
        """Return what the form holds after its preview was shown."""
        page = self.use(data, row)
        return {**data, "key": self.hidden(page, "key"), "seen": self.hidden(page, "seen")}


class ChoosingTest(TemplateDesk):
    def test_the_composer_leads_there(self):
        page = self.browser.get(self.its("conversation"))
        self.assertContains(page, f'href="{self.its("templates")}"')
        self.assertContains(page, "Choose a template")

    def test_it_lists_the_approved_ones_of_this_number(self):
        other = Channel.objects.create(provider="cloud", phone_number_id="5", waba_id="other")
        Template.objects.create(channel=other, account="other", name="ajena", language="es",
                                status="APPROVED", synced_at=timezone.now())  # fmt: skip
        page = self.asked(self.its("templates"), 7)
        self.assertContains(page, "pedido_en_camino")
        self.assertContains(page, "Gracias por tu compra.")
        for hidden in ("oferta", "ajena"):
            self.assertNotContains(page, hidden)

    def test_more_templates_cost_no_more_queries(self):
        self.listed(*[raw_template(f"t{number:03}") for number in range(120)])
        page = self.asked(self.its("templates"), 7)
        self.assertContains(page, "20 more; search to find them.")

    def test_searching_finds_words_without_accents(self):
        for query in ("camino", "PEDIDO", "en camíno pedido", "hola tu"):
            with self.subTest(query):
                page = self.browser.get(self.its("templates"), {"q": query})
                self.assertContains(page, "pedido_en_camino")
                self.assertNotContains(page, "Gracias por")
        page = self.browser.get(self.its("templates"), {"q": "nada de esto"})
        self.assertContains(page, "Nothing found")

    def test_in_the_sheet_it_is_a_fragment(self):
        page = self.browser.get(self.its("templates"), headers=HTMX)
        self.assertContains(page, 'id="template-sheet"')
        self.assertNotContains(page, "<html")

    def test_without_any_it_says_so_and_admins_can_fetch(self):
        Template.objects.all().delete()
        sync = self.url("templates_sync")
        page = self.browser.get(self.its("templates"))
        self.assertContains(page, "No approved templates yet")
        self.assertContains(page, sync)
        page = self.betos.get(self.its("templates"))
        self.assertContains(page, "No approved templates yet")
        self.assertNotContains(page, sync)

    def test_a_stranger_finds_nothing(self):
        for name in ("template", "template_look"):
            url = self.its(name, self.row.pk)
            self.assertEqual(self.strangers.post(url).status_code, 404)
        self.assertEqual(self.strangers.get(self.its("templates")).status_code, 404)
        self.assertEqual(self.strangers.get(self.url("template_settings")).status_code, 404)
        self.assertEqual(self.strangers.post(self.url("templates_sync")).status_code, 404)


class UsingTest(TemplateDesk):
    def test_the_form_asks_for_each_variable(self):
        page = self.asked(self.its("template", self.row.pk), 7)
        self.assertContains(page, 'name="v-1"')
        self.assertContains(page, 'name="v-2"')
        self.assertContains(page, "{{1}} is empty.")
        self.assertNotContains(page, "Send this")

    def test_nothing_is_sent_before_it_was_looked_at(self):
        page = self.use(FILLED)
        self.assertContains(page, "Hola Marta, tu pedido A-7 va en camino.")
        self.assertContains(page, "Send this")
        self.assertFalse(Message.objects.filter(direction="outbound").exists())

    def test_what_was_looked_at_is_sent_once(self):
        data = self.previewed(FILLED)
        self.assertRedirects(self.use(data), self.its("conversation"))
        self.assertRedirects(self.use(data), self.its("conversation"))
        message = Message.objects.get(direction="outbound")
        self.assertEqual(message.text, "Hola Marta, tu pedido A-7 va en camino.")
        self.assertEqual(Send.objects.count(), 1)
        self.run_jobs(only="inbox.deliver")
        page = self.browser.get(self.its("thread"))
        self.assertContains(page, "Template pedido_en_camino")
        self.assertContains(page, message.text)
        self.assertEqual(self.fresh().owner_who, self.ana.who)

    def test_other_words_than_those_looked_at_are_shown_again(self):
        data = {**self.previewed(FILLED), "v-2": "B-8"}
        page = self.use(data)
        self.assertContains(page, "tu pedido B-8 va en camino")
        self.assertFalse(Message.objects.filter(direction="outbound").exists())

    def test_a_template_that_changed_meanwhile_is_shown_again(self):
        data = self.previewed(FILLED)
        self.listed({**ON_ITS_WAY, "components": [{"type": "BODY", "text": "{{1}}: {{2}}."}]})
        self.assertContains(self.use(data), "Marta: A-7.")
        self.assertFalse(Message.objects.filter(direction="outbound").exists())

    def test_an_error_keeps_what_was_typed(self):
        page = self.use({"v-1": "Marta <b>", "v-2": "  "})
        self.assertContains(page, 'value="Marta &lt;b&gt;"', status_code=422)
        self.assertContains(page, "{{2}} is empty.", status_code=422)
        self.assertContains(page, 'aria-invalid="true"', status_code=422)
        page = self.use({**FILLED, "v-2": "{{2}}"})
        self.assertContains(page, "still contains a placeholder", status_code=422)

    def test_without_variables_it_is_looked_at_at_once(self):
        page = self.browser.get(self.its("template", self.plain.pk))
        self.assertContains(page, "Send this")
        data = {"key": self.hidden(page, "key"), "seen": self.hidden(page, "seen")}
        self.assertRedirects(self.use(data, self.plain), self.its("conversation"))

    def test_in_the_sheet_it_closes_and_the_thread_follows(self):
        data = self.previewed(FILLED)
        current = {"HX-Current-URL": f"http://testserver{self.its('conversation')}"}
        answer = self.use(data, headers={**HTMX, **current})
        self.assertEqual(answer.status_code, 204)
        told = json.loads(answer.headers["HX-Trigger"])
        self.assertLessEqual({"close-sheet", "toast", f"conversation-{self.marta.pk}"}, set(told))

    def test_on_its_own_page_with_a_script_it_leads_back(self):
        data = self.previewed(FILLED)
        current = {"HX-Current-URL": f"http://testserver{self.its('template', self.row.pk)}"}
        answer = self.use(data, headers={**HTMX, **current})
        self.assertEqual(answer.headers["HX-Redirect"], self.its("conversation"))

    def test_the_preview_follows_the_typing(self):
        url = self.its("template_look", self.row.pk)
        page = self.browser.post(url, {"v-1": "Marta", "key": "k"}, headers=HTMX)
        self.assertContains(page, "Hola Marta, tu pedido {{2}} va en camino.")
        self.assertContains(page, 'value="k"')
        self.assertContains(page, "is empty", 1)
        wrong = self.browser.post(url, {**FILLED, "v-2": "uno     dos"}, headers=HTMX)
        self.assertContains(wrong, 'hx-swap-oob="true"', 2)
        self.assertContains(wrong, "<li>{{2}} may have no line breaks")
        self.assertNotContains(page, "Send this")
        page = self.browser.post(url, FILLED, headers=HTMX)
        self.assertContains(page, "Send this")
        self.assertEqual(self.hidden(page, "seen"), self.previewed(FILLED)["seen"])

    def test_one_that_lost_its_approval_says_so_and_is_not_sent(self):
        data = self.previewed(FILLED)
        Template.objects.filter(pk=self.row.pk).update(status="PAUSED")
        page = self.use(data)
        self.assertContains(page, "not approved", status_code=422)
        self.assertContains(page, 'value="A-7"', status_code=422)
        self.assertFalse(Message.objects.filter(direction="outbound").exists())

    def test_who_sees_the_conversation_may_use_it_and_only_they(self):
        self.assertEqual(self.betos.get(self.its("templates")).status_code, 200)
        Conversation.objects.update(assigned_to=self.shop.owner_user)
        self.assertEqual(self.betos.get(self.its("templates")).status_code, 404)


class SettingsTest(TemplateDesk):
    def test_it_shows_status_reason_quality_and_when(self):
        page = self.asked(self.url("template_settings"), 8)
        for words in ("pedido_en_camino", "Approved", "Rejected", "High", "Utility",
                      "It promotes something", "last fetched"):  # fmt: skip
            self.assertContains(page, words)

    def test_more_templates_cost_no_more_queries(self):
        self.listed(*[raw_template(f"t{number:03}") for number in range(130)])
        page = self.asked(self.url("template_settings"), 8)
        self.assertContains(page, "Load more")
        more = self.browser.get(page.context["next_url"])
        self.assertContains(more, "t129")

    def test_unknown_words_and_parts_are_shown_as_they_are(self):
        strange = raw_template("raro", parts=[{"type": "HOLOGRAM"}], status="QUANTUM")
        self.listed(strange)
        page = self.browser.get(self.url("template_settings"))
        self.assertContains(page, "QUANTUM")
        self.assertContains(page, "Also: HOLOGRAM")

    def test_a_failed_fetch_says_why(self):
        TemplateSync.objects.update(error="no connection")
        page = self.browser.get(self.url("template_settings"))
        self.assertContains(page, "could not be fetched: no connection")

    def test_a_number_without_an_account_says_what_to_do(self):
        Channel.objects.update(waba_id="")
        page = self.browser.get(self.url("template_settings"))
        self.assertContains(page, "does not say which WhatsApp Business account")

    def test_an_admin_fetches_and_an_agent_cannot(self):
        url = self.url("templates_sync")
        Job.objects.filter(name="inbox.fetch_templates").delete()
        self.assertRedirects(self.browser.post(url), self.url("template_settings"))
        self.assertEqual(Job.objects.filter(name="inbox.fetch_templates").count(), 1)
        self.assertContains(self.browser.get(self.url("template_settings")), "being fetched…")
        answer = self.browser.post(url, headers=HTMX)
        self.assertEqual(answer.status_code, 204)
        self.assertEqual(self.betos.post(url).status_code, 403)
        self.assertNotContains(self.betos.get(self.url("template_settings")), url)

"""The assistant's slot and page: said, shown, confirmed, by htmx and by plain forms."""

from __future__ import annotations

from uuid import uuid4

from django.urls import reverse

from agents.models import AssistantProposal, AssistantTalk
from agents.operations import assistant as asking
from agents.tests.assisting import AssistingTest
from crm.models import Order
from inbox.models import Conversation

HTMX = {"HX-Request": "true"}


class PagesTest(AssistingTest):
    def setUp(self) -> None:
        super().setUp()
        self.browser = self.signed_in()
        self.page = reverse("agents:assistant", args=["lucia"])
        self.ask_url = reverse("agents:assistant_ask", args=["lucia"])

    def says(self, text: str, **more: str) -> str:
        """Send the slot's form and return the fragment that comes back."""
        data = {"conversation": str(self.chat.pk), "text": text, **more}
        answer = self.browser.post(self.ask_url, data, headers=HTMX)
        self.assertEqual(answer.status_code, 200, answer.content[:300])
        return answer.content.decode()

    def press(self, proposal: AssistantProposal, act: str) -> str:
        url = reverse("agents:assistant_decide", args=["lucia", proposal.pk, act])
        answer = self.browser.post(url, {"conversation": str(self.chat.pk)}, headers=HTMX)
        self.assertEqual(answer.status_code, 200)
        return answer.content.decode()

    def test_the_panel_has_a_slot_that_is_filled_when_opened(self) -> None:
        panel = self.browser.get(reverse("inbox:panel", args=["lucia", self.chat.pk]))
        self.assertContains(panel, f"{self.page}?conversation={self.chat.pk}")
        with self.assertNumQueries(15):
            slot = self.browser.get(f"{self.page}?conversation={self.chat.pk}", headers=HTMX)
        self.assertContains(slot, "Ask about Marta Pérez")
        self.assertNotContains(slot, "<html")

    def test_a_change_is_made_shown_and_taken_back(self) -> None:
        html = self.says("tag her VIP")
        self.assertIn("The tag VIP was added.", html)
        self.assertIn("Undo", html)
        html = self.press(AssistantProposal.objects.get(), "undo")
        self.assertIn("taken back", html)
        self.assertFalse(self.marta.tags.exists())

    def test_a_deletion_waits_for_a_button(self) -> None:
        html = self.says("delete her order")
        self.assertIn("Do it", html)
        self.assertIn("What is deleted cannot be brought back.", html)
        self.assertIn(f"The order {self.order.title}", html)
        html = self.press(AssistantProposal.objects.get(), "confirm")
        self.assertNotIn("Do it", html)
        self.assertFalse(Order.objects.exists())

    def test_what_is_refused_is_said_and_what_was_typed_stays(self) -> None:
        asking.set_assistant(self.ana, on=False)
        self.assertIn("switched off in this workspace", self.says("tag her VIP"))
        asking.set_assistant(self.ana, on=True)
        html = self.says("x" * 3000)
        self.assertIn('role="alert"', html)
        self.assertIn("x" * 3000, html)

    def test_a_proposal_that_changed_meanwhile_says_so(self) -> None:
        self.says("delete her order")
        self.order.description = "a gift"
        self.order.save()
        self.assertIn(
            "changed it meanwhile", self.press(AssistantProposal.objects.get(), "confirm")
        )

    def test_it_works_by_plain_forms(self) -> None:
        about = {"conversation": str(self.chat.pk)}
        answer = self.browser.post(self.ask_url, {**about, "text": "tag her VIP"}, follow=True)
        self.assertContains(answer, "<html")
        self.assertContains(answer, "The tag VIP was added.")
        self.assertTrue(self.marta.tags.filter(name="VIP").exists())

    def test_a_page_without_a_conversation_goes_on_with_its_talk(self) -> None:
        answer = self.browser.post(self.ask_url, {"text": "orders of Marta"}, follow=True)
        self.assertContains(answer, "Calm")
        talk = AssistantTalk.objects.get()
        self.assertContains(answer, f'name="talk" value="{talk.pk}"')
        again = {"text": "find marta", "talk": str(talk.pk)}
        self.browser.post(self.ask_url, again, headers=HTMX)
        self.assertEqual(talk.lines.count(), 4)

    def test_a_dry_talk_says_that_it_is_one(self) -> None:
        html = self.says("delete her order", dry="1")
        self.assertIn("only shown", html)
        self.assertIn("Make changes again", html)
        live = self.browser.get(f"{self.page}?conversation={self.chat.pk}", headers=HTMX)
        self.assertContains(live, f"?conversation={self.chat.pk}&amp;dry=1")
        self.assertNotContains(live, "only shown", msg_prefix="a live talk is another one")
        self.assertNotIn("Do it", html)

    def test_the_switch(self) -> None:
        url = reverse("agents:assistant_switch", args=["lucia"])
        data = {"conversation": str(self.chat.pk), "on": "false"}
        html = self.browser.post(url, data, headers=HTMX).content.decode()
        self.assertIn("switched off in this conversation", html)
        html = self.browser.post(url, {**data, "on": "true"}, headers=HTMX).content.decode()
        self.assertNotIn("switched off", html)

    def test_markup_in_what_people_wrote_stays_text(self) -> None:
        html = self.says("note: <script>alert(1)</script>")
        self.assertNotIn("<script>alert", html)
        self.assertIn("&lt;script&gt;", html)

    def test_strangers_and_colleagues_find_nothing(self) -> None:
        self.says("delete her order")
        proposal, talk = AssistantProposal.objects.get(), AssistantTalk.objects.get()
        confirm = reverse("agents:assistant_decide", args=["lucia", proposal.pk, "confirm"])
        beto, zoe = self.signed_in(owner=False), self.signed_in(self.other_shop)
        for browser in (beto, zoe):
            self.assertEqual(browser.post(confirm).status_code, 404)
            self.assertEqual(browser.get(f"{self.page}?talk={talk.pk}").status_code, 404)
        self.assertEqual(zoe.post(self.ask_url, {"text": "hi"}).status_code, 404)
        Conversation.objects.update(assigned_to=self.ana.user_id)
        there = f"{self.page}?conversation={self.chat.pk}"
        self.assertEqual(beto.get(there).status_code, 404)
        about = {"text": "pedidos", "conversation": str(self.chat.pk)}
        self.assertEqual(beto.post(self.ask_url, about).status_code, 404)
        for bad in ("conversation=nonsense", f"conversation={uuid4()}", f"contact={uuid4()}"):
            self.assertEqual(self.browser.get(f"{self.page}?{bad}").status_code, 404, bad)
        self.assertEqual(self.browser.post(confirm.replace("confirm", "dance")).status_code, 404)
        self.assertTrue(Order.objects.exists())

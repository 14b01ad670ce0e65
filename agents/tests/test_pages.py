"""The agents' pages: why, the panel's slot, and how the agents of a workspace work."""

from __future__ import annotations

import uuid

from django.urls import reverse

from agents.operations import settings
from inbox.models import Message
from inbox.operations import messages
from inbox.testing import InboxTest

SOMNIO = "somnio-sales-v1"
HTMX = {"HX-Request": "true"}


class PagesTest(InboxTest):
    @classmethod
    def furnish(cls) -> None:
        super().furnish()
        settings.set_agent(
            cls.ana, agent=SOMNIO, on=True, speed=0, quiet_seconds=0, timer_preset="real"
        )

    def says(self, text: str) -> None:
        self.customer_writes(text)
        self.run_jobs(ahead=1)

    def bubble(self) -> Message:
        return Message.objects.filter(sender="agent").latest("id")

    def why_url(self, message: Message, slug: str = "lucia") -> str:
        return reverse("agents:why", args=[slug, message.pk])

    def panel_url(self, slug: str = "lucia") -> str:
        return reverse("agents:panel", args=[slug, self.conversation().pk])


class WhyTest(PagesTest):
    def test_it_tells_what_was_heard_understood_and_decided(self):
        self.says("hola, cuanto vale?")
        page = self.signed_in(owner=False).get(self.why_url(self.bubble()))
        self.assertContains(page, "hola, cuanto vale?")
        self.assertContains(page, "a greeting + asks for the price")
        self.assertContains(page, "the embedded model")
        self.assertContains(page, "Talking")
        self.assertContains(page, "<html")

    def test_to_a_script_it_is_a_fragment(self):
        self.says("hola")
        page = self.signed_in().get(self.why_url(self.bubble()), headers=HTMX)
        self.assertContains(page, 'id="why"')
        self.assertNotContains(page, "<html")

    def test_deeds_are_told_with_what_they_took_and_gave(self):
        self.says("Jose Romero 3001234567 cra 10 # 20-30 barrio Chapinero Bogota a@example.com")
        self.says("el de 2")
        self.says("si, confirmo")
        page = self.signed_in().get(self.why_url(self.bubble()))
        self.assertContains(page, "Made an order")
        self.assertContains(page, "109900.00")
        self.assertContains(page, "Sold")

    def test_a_timer_is_told_as_silence(self):
        self.says("quiero comprar")
        self.run_jobs(ahead=601)
        page = self.signed_in().get(self.why_url(self.bubble()))
        self.assertContains(page, "The customer has been quiet, no data given.")

    def test_what_customers_write_is_never_markup(self):
        self.says("hola <script>alert(1)</script> cuanto vale")
        page = self.signed_in().get(self.why_url(self.bubble()))
        self.assertNotContains(page, "<script>alert")

    def test_a_bubble_of_no_turn_is_said_to_be_unexplained(self):
        self.says("hola")
        bubble = self.bubble()
        for plan in ("", "handover:x:2", f"turn:{uuid.uuid4()}", "turn:nonsense"):
            Message.objects.filter(pk=bubble.pk).update(content={"plan": plan})
            page = self.signed_in().get(self.why_url(bubble))
            self.assertContains(page, "Nothing was kept")

    def test_it_is_for_agents_bubbles_of_this_workspace_only(self):
        self.says("hola")
        bubble, theirs = self.bubble(), self.signed_in(self.other_shop)
        self.assertEqual(theirs.get(self.why_url(bubble)).status_code, 404)
        self.assertEqual(theirs.get(self.why_url(bubble, "elsewhere")).status_code, 404)
        inbound = Message.objects.filter(direction="inbound").latest("id")
        self.assertEqual(self.signed_in().get(self.why_url(inbound)).status_code, 404)


class PanelTest(PagesTest):
    def test_what_is_known_and_what_is_missing(self):
        self.says("quiero comprar")
        self.says("soy Jose Romero, 3001234567")
        page = self.signed_in(owner=False).get(self.panel_url(), headers=HTMX)
        self.assertContains(page, "Collecting data")
        self.assertContains(page, "Romero")
        self.assertContains(page, "Neighbourhood")
        self.assertContains(page, "asks for the missing data")
        self.assertContains(page, "The customer is giving data")
        self.assertNotContains(page, "<html")

    def test_before_anything_was_said_and_after_a_person_took_over(self):
        self.customer_writes("hola")
        client = self.signed_in()
        self.assertContains(client.get(self.panel_url()), "It has not spoken")
        messages.send(self.beto, conversation=self.conversation(), text="Hola, soy Beto")
        self.says("gracias")
        self.assertContains(client.get(self.panel_url()), "A person has this conversation.")

    def test_after_a_hand_over_the_session_has_ended(self):
        self.says("quiero hablar con un asesor")
        page = self.signed_in().get(self.panel_url())
        self.assertContains(page, "With people")
        self.assertContains(page, "ended")

    def test_strangers(self):
        self.says("hola")
        theirs = self.signed_in(self.other_shop)
        self.assertEqual(theirs.get(self.panel_url()).status_code, 404)
        self.assertEqual(theirs.get(self.panel_url("elsewhere")).status_code, 404)

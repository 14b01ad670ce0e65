"""The sandbox's pages: every button, what is refused, and who finds nothing there."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agents.models import SandboxSession
from agents.tests.sandbox_desk import EVERYTHING, HTMX, SOMNIO, SandboxPagesTest


class Beginning(SandboxPagesTest):
    def test_the_navigation_leads_here(self):
        page = self.client.get("/lucia/sandbox/")
        self.assertContains(page, 'href="/lucia/sandbox/"')
        self.assertContains(page, "Try an agent")
        self.assertContains(page, "Carolina")

    def test_it_begins_and_remembers_the_agent(self):
        asked = {"agent": SOMNIO, "timer_preset": "rapido", "speed": "0.2", "crm": "dry"}
        answer = self.client.post(reverse("agents:sandbox_start", args=["lucia"]), asked)
        row = SandboxSession.objects.latest("id")
        self.assertRedirects(answer, self.url("talk", session=str(row.pk)))
        self.assertEqual((row.timer_preset, row.speed, row.live), ("rapido", 0.2, False))
        self.assertContains(self.client.get("/lucia/sandbox/"), "Go on with one")

    def test_what_is_refused_keeps_what_was_chosen(self):
        asked = {"agent": SOMNIO, "timer_preset": "rapido", "speed": "99"}
        answer = self.client.post(reverse("agents:sandbox_start", args=["lucia"]), asked)
        self.assertEqual(answer.status_code, 422)
        self.assertContains(answer, 'value="rapido" selected', status_code=422)
        self.assertContains(answer, 'role="alert"', status_code=422)

    def test_a_draft_that_is_not_there_is_refused(self):
        asked = {"agent": SOMNIO, "version": "draft"}
        answer = self.client.post(reverse("agents:sandbox_start", args=["lucia"]), asked)
        self.assertContains(answer, "There is no draft.", status_code=422)

    def test_live_it_is_said_everywhere(self):
        asked = {"agent": SOMNIO, "crm": "live"}
        answer = self.client.post(reverse("agents:sandbox_start", args=["lucia"]), asked)
        self.assertTrue(SandboxSession.objects.latest("id").live)
        self.assertContains(self.client.get(answer["Location"]), "CRM live")


class Talking(SandboxPagesTest):
    def test_a_page_asks_the_database_little_however_long_the_talk(self):
        self.opens("tools", "intent", "trace")
        self.say("hola")
        self.page()
        with CaptureQueriesContext(connection) as few:
            self.page()
        for text in ("cuanto vale?", "como se toma?", "quiero comprar", EVERYTHING):
            self.say(text)
        with CaptureQueriesContext(connection) as more:
            self.page()
        self.assertEqual(len(few), len(more))
        self.assertLessEqual(len(more), 26)

    def test_before_anything_was_said(self):
        page = self.page()
        self.assertContains(page, "Say hello as the customer.")
        self.assertContains(page, "No timer is set.")
        self.assertContains(page, "The agent has done nothing in the CRM yet.")

    def test_words_are_answered_with_what_changed(self):
        answer = self.say("Hola, cuanto vale?")
        self.assertContains(answer, "Hola, cuanto vale?")
        self.assertContains(answer, "$77,900")
        self.assertNotContains(answer, "<html")
        for part in ("sb-status", "sb-next", "sb-problem"):
            self.assertContains(answer, f'id="{part}" hx-swap-oob="true"')
        self.assertContains(answer, 'hx-swap-oob="innerHTML:#sb-body-tools"')

    def test_without_a_script_the_page_comes_again(self):
        answer = self.press("say", whole=True, text="hola")
        self.assertRedirects(answer, self.url("talk"))
        self.assertContains(self.page(), "Somnio")

    def test_replies_are_on_their_way_until_their_moment(self):
        answer = self.say("Hola, cuanto vale?", elapsed="0")
        self.assertContains(answer, 'data-fate="coming"')
        answer = self.press("advance", seconds="60")
        self.assertNotContains(answer, 'data-fate="coming"')

    def test_who_keeps_the_time_interrupts(self):
        self.say("Hola, cuanto vale?")
        answer = self.say("quiero comprar", elapsed="1.5")
        self.assertContains(answer, "held back")
        self.assertEqual(self.kept(), 2)

    def test_who_does_not_has_read_everything(self):
        self.say("Hola, cuanto vale?")
        self.assertNotContains(self.say("quiero comprar"), "held back")

    def test_nothing_said_is_refused_and_the_next_words_stand(self):
        answer = self.say("   ")
        self.assertContains(answer, "This must not be empty.", status_code=422)
        long = "x" * 10_001
        answer = self.press("say", whole=True, text=long)
        self.assertContains(answer, long, status_code=422)
        self.assertEqual(self.kept(), 0)

    def test_what_customers_write_is_never_markup(self):
        answer = self.say("hola <script>alert(1)</script>")
        self.assertNotContains(answer, "<script>alert")
        phone = self.client.get(self.url("phone"), headers=HTMX)
        self.assertNotContains(phone, "<script>alert")

    def test_other_things_than_text(self):
        self.assertContains(self.say("", kind="audio"), "Voice note")
        self.assertContains(self.say("", kind="sticker"), "Stickers and reactions start no turn.")

    def test_a_person_steps_in_and_gives_back(self):
        answer = self.say("Soy Beto", kind="person")
        self.assertContains(answer, "A person of the team:")
        self.assertContains(answer, "People have this conversation")
        self.assertContains(self.say("gracias"), "No answer:")
        answer = self.press("owner", to="agent")
        self.assertContains(answer, "The agent has it again.")
        self.assertNotContains(answer, "the agent is silent")
        self.assertContains(self.press("owner", to="person"), "A person took the conversation")

    def test_a_hand_over_is_a_line_of_its_own(self):
        answer = self.say("quiero hablar con un asesor")
        self.assertContains(answer, "Handed over to a person.")
        self.assertContains(answer, "With people")

    def test_each_bubble_opens_why(self):
        self.say("hola, cuanto vale?")
        self.assertContains(self.page(), self.url("why", 1))
        sheet = self.client.get(self.url("why", 1), headers=HTMX)
        self.assertNotContains(sheet, "<html")
        self.assertContains(sheet, "A greeting + asks for the price")
        self.assertContains(sheet, "Branch off")
        self.assertContains(self.client.get(self.url("why", 1)), "<html")
        self.assertEqual(self.client.get(self.url("why", 7)).status_code, 404)

    def test_the_phone_shows_what_the_customer_sees(self):
        self.say("*hola* cuanto vale?")
        phone = self.client.get(self.url("phone"), headers=HTMX)
        self.assertContains(phone, "<strong>hola</strong>")
        self.assertNotContains(phone, "Why?")
        self.press("advance", to="end")
        self.assertContains(self.client.get(self.url("phone")), "$77,900")


class TheClock(SandboxPagesTest):
    def setUp(self) -> None:
        super().setUp()
        self.say("quiero comprar")

    def test_the_next_timer_fires_and_its_replies_are_read(self):
        answer = self.press("advance", to="next_timer", settle="yes")
        self.assertContains(answer, "The customer was quiet, so the agent reminds of the data.")
        self.assertNotContains(answer, 'data-fate="coming"')

    def test_who_plays_on_waits_for_the_replies(self):
        self.say("Jose Romero 3001234567 cra 10 # 20-30 Bogota")
        answer = self.press("advance", to="next_timer")
        self.assertContains(answer, "offers the packs")
        self.assertContains(answer, 'data-fate="coming"')

    def test_three_days_in_one_jump(self):
        answer = self.press("advance", seconds="259200", settle="yes")
        self.assertContains(answer, "Thursday 8 January")
        self.assertContains(answer, "No timer is set.")

    def test_without_a_timer_there_is_none_to_jump_to(self):
        self.press("advance", seconds="86400")
        answer = self.press("advance", to="next_timer")
        self.assertContains(answer, "No timer is set.", status_code=422)

    def test_time_is_a_number_that_is_not_negative(self):
        for seconds in ("-1", "soon", "", "1e99", "nan"):
            answer = self.press("advance", seconds=seconds)
            self.assertEqual(answer.status_code, 422, seconds)
            self.assertContains(answer, 'role="alert"', status_code=422)

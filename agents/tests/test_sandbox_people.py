"""What else can come into a chat: messages without words, and people of the shop."""

from __future__ import annotations

from decimal import Decimal

from agents.operations import settings
from agents.sandbox.play import NEVER_ANSWERED
from inbox.operations import receiving

from .rehearsing import EVERYTHING, SOMNIO, Rehearsing, keys


class WithoutWordsTest(Rehearsing):
    def test_every_kind_gets_an_answer_or_a_reason(self):
        for kind in ("image", "audio", "voice", "video", "document", "location", "contacts",
                     "order", "unsupported"):  # fmt: skip
            with self.subTest(kind=kind):
                self.session = self.start()
                answer = self.say("", kind=kind)
                self.assertEqual(keys(answer), ["unreadable.1"])

    def test_stickers_and_reactions_start_no_turn_and_interrupt_nothing(self):
        self.assertLessEqual(set(NEVER_ANSWERED), receiving.NEVER_ANSWERED)
        self.say("hola, cuanto vale?")
        self.advance(4)
        before = self.row().stage["coming"]
        for kind in NEVER_ANSWERED:
            answer = self.say("", kind=kind)
            self.assertEqual(answer["replies"], [])
            self.assertTrue(answer["silent_because"])
        self.assertEqual(self.row().stage["coming"], before)

    def test_the_words_a_model_heard_are_answered(self):
        answer = self.say("cuanto vale?", kind="audio")
        self.assertEqual(answer["intent"], "precio")
        self.assertEqual(self.do("read")["turns"][0]["kind"], "audio")

    def test_the_workspace_s_policy_holds(self):
        settings.set_agent(self.ana, agent=SOMNIO, media={"image": "handover"})
        self.assertTrue(self.say("", kind="image")["handed_over"])

    def test_the_workspace_s_budget_holds_here_too(self):
        settings.set_agent(
            self.ana, agent=SOMNIO, budgets={"day": {"tokens": {"hard": Decimal(0)}}}
        )
        self.assertIn("tokens", self.say("hola")["handed_over"])

    def test_nothing_at_all_is_refused(self):
        for text in ("", "   "):
            with self.assertRefused(code="VALIDATION_ERROR", field="text"):
                self.say(text)
        with self.assertRefused(code="VALIDATION_ERROR", field="kind"):
            self.say("a", kind="telegram")


class PeopleTest(Rehearsing):
    """Case 16: here a person's word silences the bot until the conversation is given back."""

    def test_16_a_person_and_the_bot(self):
        self.say("hola, cuanto vale?")
        self.advance(4)
        self.assertTrue(self.row().stage["coming"])
        answer = self.say("Hola, soy Ana, ya te ayudo", by="person")
        self.assertEqual((answer["replies"], answer["coming"], answer["owner"]), ([], [], "person"))
        answer = self.say("hacen envios a Cali?")
        self.assertEqual(answer["replies"], [])
        self.assertEqual(answer["silent_because"], "People have this conversation.")
        self.assertEqual(self.advance(7200)["replies"], [])
        self.assertEqual(self.do("giveBack")["owner"], "bot")
        answer = self.say("hacen envios a Cali?")
        self.assertEqual(keys(answer)[0], "envio.first.1")
        self.assertNotIn("precio.first.3", keys(answer))

    def test_switching_it_off_stops_the_rest_and_its_timers(self):
        self.say(EVERYTHING)
        answer = self.do("takeOver")
        self.assertEqual((answer["owner"], answer["coming"]), ("person", []))
        self.assertEqual(self.advance(7200)["effects"], [])

    def test_given_back_after_a_hand_over_it_begins_anew(self):
        self.say("Hola, soy Jose")
        self.say("quiero hablar con un asesor")
        self.assertEqual(self.say("hola?")["replies"], [])
        answer = self.do("giveBack")
        self.assertEqual((answer["status"], answer["mode"]), ("active", "conversacion"))
        self.assertTrue(self.say("cuanto vale?")["replies"])

    def test_what_the_person_said_is_history(self):
        self.say("Ya te ayudo", by="person")
        roles = [turn["role"] for turn in self.row().stage["said"]]
        self.assertEqual(roles, ["person"])
        self.assertEqual(self.do("read")["turns"][0]["role"], "person")


class NextDayTest(Rehearsing):
    def test_a_night_ends_the_session(self):
        self.say("quiero comprar")
        self.say("soy Jose Romero")
        self.advance(18 * 3600)
        self.assertEqual(self.say("hola")["mode"], "conversacion")

    def test_a_timer_of_a_session_that_the_night_ended_wakes_nobody(self):
        self.do("set", timers={"0": 20 * 3600})
        self.say("quiero comprar")
        answer = self.advance(20 * 3600)
        self.assertEqual((answer["replies"], answer["timers"]), ([], []))

    def test_15_who_comes_back_is_known(self):
        self.say(EVERYTHING)
        self.say("el de 2")
        self.say("si, confirmo")
        self.advance(3 * 24 * 3600)
        answer = self.say("hola")
        self.assertEqual((keys(answer)[0], answer["mode"]), ("hola.first.1", "conversacion"))
        self.assertEqual(answer["state"]["data"]["ciudad"], "Bogota")
        self.assertEqual(answer["state"]["data"]["nombre"], "Jose")

    def test_14_a_second_hola_is_not_met_with_silence(self):
        self.say("hola")
        self.assertTrue(self.say("hola")["replies"])

    def test_three_days_of_a_sale_take_no_time(self):
        import time

        began = time.perf_counter()
        self.say("hola, cuanto vale?")
        self.advance(26 * 3600)
        self.say("quiero comprar")
        self.advance(26 * 3600)
        self.say(EVERYTHING)
        self.advance(24 * 3600)
        answer = self.say("hola, el de 2")
        self.assertGreaterEqual((answer["clock"]), "2026-01-08")
        self.assertLess(time.perf_counter() - began, 5)

"""The health of model clients: kept on change, alarms once, a page that tells."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from unittest import mock

from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from prometheus_client import generate_latest

from agents.llm import calls, health
from agents.llm.breaker import Breaker
from agents.llm.clients import LEDGER, claude
from agents.llm.failures import Failure
from agents.llm.ledger import Ledger
from agents.llm.protocol import Outcome, Usage
from agents.models import ModelHealth
from agents.operations import alarms
from agents.tests import messages_answers as answers
from agents.tests.fresh_models import FORECAST, FreshTest, chain, forget_everything
from agents.tests.selling import SellingTest, claude_at
from agents.tests.test_llm_chain import REQUEST, Clock
from morfx.events.models import Event


class HealthTest(FreshTest):
    def test_it_is_written_when_it_changes_and_not_per_call(self):
        with claude_at() as api:
            link = claude("claude-haiku-4-5", "claude-sonnet-4-6")
            clock = Clock()
            link.breaker._clock = clock
            asked = chain()
            asked._sleep = clock.sleep
            for _ in range(3):
                asked.comprehend(REQUEST)
            self.assertFalse(ModelHealth.objects.exists())
            api.then(*(answers.overloaded() for _ in range(3)))
            asked.comprehend(REQUEST)
            self.assertFalse(ModelHealth.objects.exists())
            asked.comprehend(REQUEST)
            row = ModelHealth.objects.get()
            self.assertEqual((row.state, row.failure, row.failures), ("open", "overloaded", 3))
            self.assertEqual((row.is_shared, row.alarm), (False, ""))
            written = row.updated_at
            for _ in range(5):
                asked.comprehend(REQUEST)
            row.refresh_from_db()
            self.assertEqual(row.updated_at, written)
            clock.now += 31
            asked.comprehend(REQUEST)
            row.refresh_from_db()
            self.assertEqual((row.state, row.open_until), ("closed", None))

    def test_what_holds_for_the_account_is_obeyed_by_every_process_and_its_end_too(self):
        here, there = Ledger(), Ledger(clock=(clock := Clock()))
        mine, theirs = Breaker(), Breaker()
        mine.failed(rest=3600)
        here.opened("anthropic", mine, Failure.SPEND_LIMIT, "RateLimitError")
        there.consult("anthropic", theirs)
        self.assertEqual(theirs.state, "open")
        self.assertGreater(theirs.rest_left, 3500)
        clock.now += 10
        alarms.try_again(self.ana, client="anthropic")
        there.consult("anthropic", theirs)
        self.assertEqual(theirs.state, "half_open")
        self.assertTrue(theirs.allows())
        here.consult("anthropic", mine)
        self.assertEqual(mine.state, "half_open")
        here.closed("anthropic")
        theirs.adopt(100)
        clock.now += 10
        there.consult("anthropic", theirs)
        self.assertEqual(theirs.state, "half_open")

    def test_what_may_be_this_machine_s_trouble_is_its_own(self):
        mine, theirs = Breaker(threshold=1), Breaker()
        mine.failed()
        Ledger().opened("anthropic", mine, Failure.UNREACHABLE, "ConnectError")
        Ledger().consult("anthropic", theirs)
        self.assertEqual(theirs.state, "closed")

    def test_a_row_that_cannot_be_written_takes_no_turn_down(self):
        with claude_at() as api, mock.patch.object(health, "_write", side_effect=ValueError):
            api.then(answers.spend_limit())
            self.assertEqual(chain().comprehend(REQUEST).value.source, "embedded")

    def test_only_what_is_left_alone_can_be_tried_again(self):
        with self.assertRefused(field="client"):
            alarms.try_again(self.ana, client="anthropic")


class AlarmTest(SellingTest):
    def setUp(self) -> None:
        super().setUp()
        forget_everything(self)

    def test_an_empty_account_is_told_once_to_owners_by_fact_mail_and_banner(self):
        page = reverse("agents:models", args=[self.shop.workspace.slug])
        banner = reverse("agents:model_alarms", args=[self.shop.workspace.slug])
        self.assertNotContains(self.signed_in().get(banner), "notice")
        with claude_at(lambda body: answers.no_credit()):
            self.says("cuanto vale?")
            claude.cache_clear()
            LEDGER._told.clear()
            LEDGER._consulted.clear()
            ModelHealth.objects.update(is_shared=False)
            self.says("hacen envios?")
            self.assertContains(self.signed_in().get(page), "Left alone")
        self.assertEqual(Event.objects.filter(name="model.alarm").count(), 1)
        self.assertHappened("model.alarm", client="anthropic", failure="spend_limit")
        [letter] = mail.outbox
        self.assertEqual(letter.to, [self.shop.owner_user.email])
        self.assertIn(page, letter.body)
        self.assertContains(self.signed_in().get(banner), "notice")
        self.assertNotContains(self.signed_in(owner=False).get(banner), "notice")

    def test_the_banner_asks_the_database_once_in_ten_seconds(self):
        health.recent_alarms()
        with self.assertNumQueries(0):
            for _ in range(50):
                health.recent_alarms()

    def test_an_alarm_ends_when_the_model_answers_again_or_after_an_hour(self):
        health.alarmed("anthropic", Failure.BAD_REQUEST, "x")
        self.assertEqual([row.client for row in health.alarms()], ["anthropic"])
        ModelHealth.objects.update(alarm_at=timezone.now() - timedelta(minutes=61))
        self.assertEqual(health.alarms(), [])
        health.opened("anthropic", Failure.SPEND_LIMIT, "x", rest=60, failures=1)
        self.assertEqual([row.client for row in health.alarms()], ["anthropic"])
        health.closed("anthropic")
        self.assertEqual(health.alarms(), [])

    def test_doctor_and_metrics_tell(self):
        self.assertIn("ok   models", self._doctor())
        health.opened("anthropic", Failure.NOT_ALLOWED, "AuthenticationError", rest=60, failures=1)
        self.assertIn("ok   models: Left alone for a while: anthropic.", self._doctor())
        health.alarmed("anthropic", Failure.NOT_ALLOWED, "AuthenticationError")
        self.assertIn("FAIL models: anthropic: The key is wrong", self._doctor())
        numbers = generate_latest().decode()
        self.assertIn('morfx_model_open{client="anthropic"} 1.0', numbers)
        self.assertIn('morfx_model_alarm{client="anthropic",failure="not_allowed"} 1.0', numbers)

    def _doctor(self) -> str:
        out = StringIO()
        with suppress(SystemExit):
            call_command("doctor", stdout=out)
        return out.getvalue()


class PageTest(FreshTest):
    def test_it_shows_state_reason_and_today_s_calls_with_unknown_cost(self):
        health.opened("anthropic", Failure.OVERLOADED, "OverloadedError", rest=60, failures=3)
        row = calls.begin(FORECAST, "comprehend")
        calls.settle([Usage(client="anthropic", asked_model="m", model="m", row=row,
                            cost=Decimal("0.0123"), outcome=Outcome.UNKNOWN, estimated=True,
                            failure="timed_out")])  # fmt: skip
        with mock.patch.dict("os.environ", {"ANTHROPIC_API_KEY": "k"}):
            page = self.signed_in().get(self._url("models"))
        for words in ("Left alone", "It is overloaded.", "3 failures in a row", settings.MODEL_FAST,
                      "at most US$ 0.0123", "It did not answer in time.", "Unknown"):  # fmt: skip
            self.assertContains(page, words)

    def test_half_open_is_shown_and_a_button_tries_now(self):
        health.opened("anthropic", Failure.SPEND_LIMIT, "x", rest=3600, failures=1)
        with mock.patch.dict("os.environ", {"ANTHROPIC_API_KEY": "k"}):
            answer = self.signed_in().post(self._url("try_model"), {"client": "anthropic"})
            self.assertRedirects(answer, self._url("models"))
            self.assertContains(self.signed_in().get(self._url("models")), "To be tried")
        self.assertHappened("model.triedAgain", client="anthropic")
        again = self.signed_in().post(self._url("try_model"), {"client": "x"}, follow=True)
        self.assertContains(again, "not left alone")

    def test_only_who_may_change_settings_sees_it(self):
        self.assertEqual(self.signed_in(owner=False).get(self._url("models")).status_code, 403)
        self.assertEqual(self.signed_in(owner=False).post(self._url("try_model")).status_code, 403)

    def test_without_a_key_there_is_the_embedded_model(self):
        with mock.patch.dict("os.environ", {"ANTHROPIC_API_KEY": ""}):
            page = self.signed_in().get(self._url("models"))
        self.assertContains(page, "embedded")
        self.assertContains(page, "No model was asked today.")

    def test_a_server_is_shown_with_what_each_of_its_models_is_for(self):
        told = {"ANTHROPIC_API_KEY": "", "MORFX_MODEL_URL": "http://k:s3cret@models.lan:8000/v1",
                "MORFX_MODEL_NAME": "ours-7b", "MORFX_MODEL_TRANSCRIBE": "whisper-1",
                "MORFX_MODEL_KEY": "s3cret"}  # fmt: skip
        with mock.patch.dict("os.environ", told):
            page = self.signed_in().get(self._url("models"))
        for words in ("openai", "models.lan:8000", "ours-7b", "price not known", "voice notes"):
            self.assertContains(page, words)
        self.assertNotContains(page, "s3cret")
        self.assertNotContains(page, "No model here hears voice notes")

    def test_where_nobody_listens_the_page_says_so(self):
        with mock.patch.dict("os.environ", {"ANTHROPIC_API_KEY": "k", "MORFX_MODEL_URL": ""}):
            page = self.signed_in().get(self._url("models"))
        self.assertContains(page, "No model here hears voice notes")

    def test_the_share_of_a_cache_and_the_seconds_of_speech_are_shown(self):
        used = Usage(client="openai", asked_model="m", model="m", input_tokens=100,
                     cache_read_tokens=300, audio_seconds=42.0)  # fmt: skip
        calls.write([calls.row_of(used)])
        page = self.signed_in().get(self._url("models"))
        self.assertContains(page, "75 %")
        self.assertContains(page, "42 s of speech")

    def _url(self, name: str) -> str:
        return reverse(f"agents:{name}", args=[self.shop.workspace.slug])

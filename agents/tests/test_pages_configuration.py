"""The agents' configuration: everything that may be set, sentences beside fields, numbers apart."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from agents.models import AgentSetting
from agents.operations import assistant, settings
from inbox.models import Channel
from inbox.testing import InboxTest

SOMNIO = "somnio-sales-v1"


def asked(**fields: object) -> dict[str, object]:
    """Return a form as the page sends it, with everything as it is at first."""
    kinds = ["audio", "image", "video", "document", "location", "contacts", "order", "unsupported"]
    return {
        "speed": "0.2",
        "timer_preset": "rapido",
        "quiet_seconds": "4",
        "handover_message": "Ya te atiende una persona.",
        "idle_hours": "24",
        "promos_timeout": "order",
        "answers": "always",
        "limit_session_tokens_hard": "9000",
        **{f"media_{kind}": "ask" for kind in kinds},
        **fields,
    }


class ConfigurationTest(InboxTest):
    url = "/lucia/agents/configuration/"

    @classmethod
    def furnish(cls) -> None:
        super().furnish()
        settings.set_agent(cls.ana, agent=SOMNIO, on=True, speed=0, quiet_seconds=0)

    def change(self, **fields: object) -> Any:
        return self.signed_in().post(reverse("agents:set", args=["lucia", SOMNIO]), asked(**fields))

    def assertSaid(self, page: Any, field: str, sentence: str) -> None:
        """Assert that a field carries a sentence, and that nothing was changed."""
        self.assertEqual(page.status_code, 422)
        form = page.context["cards"][0]["form"]
        self.assertIn(sentence, " ".join(form.errors.get(field, [])))
        self.assertContains(page, sentence, status_code=422)
        self.assertEqual(AgentSetting.objects.get().quiet_seconds, 0)

    def test_it_shows_the_agent(self):
        page = self.signed_in().get(self.url)
        self.assertContains(page, "Carolina")
        self.assertContains(page, "Answers customers")
        self.assertContains(page, 'placeholder="85"')

    def test_saving_what_is_plain(self):
        self.assertRedirects(self.change(closes_nightly="on", idle_hours="48"), self.url)
        setting = AgentSetting.objects.get()
        self.assertEqual(
            (setting.speed, setting.timer_preset, setting.quiet_seconds), (0.2, "rapido", 4.0)
        )
        self.assertEqual((setting.idle_hours, setting.closes_nightly), (48, True))
        self.assertTrue(setting.is_on)

    def test_saving_what_is_nested(self):
        self.change(
            threshold_proceed="90",
            wait_0="300",
            media_audio="handover",
            promos_timeout="remind",
            day_mon="8:00-12:00, 14-18",
            day_sat="9 a 0",
            answers="closed",
            closed_message="Mañana te escribimos.",
            limit_day_money_hard="2.50",
            limit_session_tokens_soft="8000",
        )
        setting = AgentSetting.objects.get()
        self.assertEqual(setting.thresholds, {"proceed": 90})
        self.assertEqual(setting.timers, {"0": 300.0})
        self.assertEqual(setting.media, {"audio": "handover"})
        self.assertEqual(setting.promos_timeout, "remind")
        self.assertEqual(setting.hours["answers"], "closed")
        self.assertEqual(setting.hours["handover_message"], "Mañana te escribimos.")
        self.assertEqual(len(setting.hours["week"]["mon"]), 2)
        self.assertEqual(setting.hours["week"]["sat"][0]["until"][:5], "00:00")
        self.assertEqual(setting.budgets["day"], {"money": {"hard": "2.50"}})
        self.assertEqual(setting.budgets["session"], {"tokens": {"soft": 8000, "hard": 9000}})
        page = self.signed_in().get(self.url)
        self.assertContains(page, 'value="8:00-12:00, 14:00-18:00"')
        self.assertContains(page, 'value="2.5"')

    def test_going_back_to_the_agents_own(self):
        self.change(threshold_proceed="90", wait_0="300", day_mon="8-12")
        self.change()
        setting = AgentSetting.objects.get()
        self.assertEqual((setting.thresholds, setting.timers, setting.hours), ({}, {}, {}))

    def test_nonsense_is_shown_where_it_is_and_stays_typed(self):
        cases = {
            "quiet_seconds": ("900", "less than or equal to 120"),
            "threshold_proceed": ("101", "less than or equal to 100"),
            "threshold_clarify": ("70", "not be above"),
            "wait_0": ("-3", "greater than or equal to 1"),
            "idle_hours": ("", "required"),
            "day_mon": ("18:00-8:00", "ends after it begins"),
            "day_tue": ("mornings", "Write hours such as"),
            "day_wed": ("25-26", "no such time"),
            "day_thu": ("14-18, 8-12", "in order"),
            "limit_session_tokens_soft": ("9999", "before it stops"),
            "limit_day_money_hard": ("-1", "greater than or equal to 0"),
            "speed": ("fast", "number"),
            "timer_preset": ("eternal", "valid choice"),
            "handover_message": ("", "required"),
        }
        for field, (typed, sentence) in cases.items():
            with self.subTest(field):
                page = self.change(**{field: typed})
                self.assertSaid(page, field, sentence)
                shown = page.context["cards"][0]["form"][field].value()
                self.assertEqual(shown, typed)

    def test_the_switch(self):
        url = reverse("agents:switch", args=["lucia", SOMNIO])
        client = self.signed_in()
        self.assertRedirects(client.post(url, {"on": "false"}), self.url)
        self.assertFalse(AgentSetting.objects.get().is_on)
        client.post(url, {"on": "true"})
        self.assertTrue(AgentSetting.objects.get().is_on)

    def test_a_speed_of_ones_own_stays_choosable(self):
        settings.set_agent(self.ana, agent=SOMNIO, speed=0.5)
        self.assertContains(self.signed_in().get(self.url), 'value="0.5" selected')

    def test_an_agent_per_number(self):
        client = self.signed_in()
        url = reverse("agents:channel", args=["lucia", self.channel.pk])
        self.assertRedirects(client.post(url, {"agent": "-"}), self.url)
        own = AgentSetting.objects.get(channel=self.channel)
        self.assertFalse(own.is_on)
        client.post(url, {"agent": SOMNIO})
        own.refresh_from_db()
        self.assertTrue(own.is_on)
        its = f"{self.url}?channel={self.channel.pk}"
        self.assertContains(client.get(its), "Only for the number")
        sent = asked(channel=self.channel.pk, quiet_seconds="7")
        answer = client.post(reverse("agents:set", args=["lucia", SOMNIO]), sent)
        self.assertRedirects(answer, its)
        own.refresh_from_db()
        self.assertEqual(own.quiet_seconds, 7)
        self.assertEqual(AgentSetting.objects.get(channel=None).quiet_seconds, 0)
        client.post(url, {"agent": ""})
        self.assertFalse(AgentSetting.objects.filter(channel=self.channel).exists())
        self.assertEqual(client.post(url, {"agent": "nobody-else"}).status_code, 404)

    def test_a_number_of_somebody_else_does_not_exist(self):
        client = self.signed_in(self.other_shop)
        url = reverse("agents:channel", args=["elsewhere", self.channel.pk])
        self.assertEqual(client.post(url, {"agent": "-"}).status_code, 404)
        shown = client.get(f"/elsewhere/agents/configuration/?channel={self.channel.pk}")
        self.assertEqual(shown.status_code, 404)
        for nonsense in ("x", "00000000-0000-0000-0000-000000000000"):
            page = self.signed_in().get(self.url, {"channel": nonsense})
            self.assertEqual(page.status_code, 404)

    def test_members_without_the_permission_only_look(self):
        client = self.signed_in(owner=False)
        page = client.get(self.url)
        self.assertContains(page, "Only owners and admins")
        self.assertNotContains(page, 'name="handover_message"')
        for name, args in (
            ("agents:set", [SOMNIO]),
            ("agents:switch", [SOMNIO]),
            ("agents:channel", [self.channel.pk]),
        ):
            answer = client.post(reverse(name, args=["lucia", *args]), {"on": "false"})
            self.assertEqual(answer.status_code, 403)
        self.assertEqual(self.signed_in(self.other_shop).get(self.url).status_code, 404)
        missing = reverse("agents:set", args=["lucia", "nobody"])
        self.assertEqual(self.signed_in().post(missing).status_code, 404)

    def test_the_crm_assistant_is_switched(self):
        client, url = self.signed_in(), reverse("agents:helper", args=["lucia"])
        self.assertContains(client.get(self.url), "Ask the CRM assistant")
        self.assertRedirects(client.post(url, {"on": "false"}), self.url)
        self.assertFalse(assistant.is_on(None))
        self.assertNotContains(client.get(self.url), "Ask the CRM assistant")
        client.post(url, {"on": "true"})
        self.assertTrue(assistant.is_on(None))
        self.assertEqual(self.signed_in(owner=False).post(url, {"on": "false"}).status_code, 403)

    def test_without_a_number_it_says_so(self):
        Channel.objects.all().delete()
        self.assertContains(self.signed_in().get(self.url), "No number is connected yet.")

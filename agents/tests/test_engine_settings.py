"""What a workspace decides about its agent takes effect with the next message, without a deploy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest import mock

from django.utils import timezone

from agents.engine import checks, registry, situation
from agents.models import AgentSetting, AgentTurn, Session
from agents.tests import messages_answers as answers
from agents.tests.selling import SOMNIO, SellingTest, claude_at
from agents.tests.settings_desk import SettingsTest
from inbox.models import Message
from morfx.jobs.models import Job
from morfx.operations.errors import Invalid, Refused


class ThresholdsTest(SettingsTest):
    def test_what_is_sure_enough_is_the_workspaces_to_say(self):
        self.set(thresholds={"proceed": 60, "reanalyse": 50})
        with claude_at() as api:
            api.then(answers.understood("precio", 62))
            replies = self.says("y eso?")
        self.assertTrue(any("$77,900" in reply for reply in replies), replies)
        self.assertEqual((len(api.calls), AgentTurn.objects.get(role="customer").trace["route"]),
                         (1, "proceed"))  # fmt: skip

    def test_the_flow_and_the_route_go_by_the_same_figures(self):
        self.set(thresholds={"clarify": 10})
        with claude_at() as api:
            api.then(answers.understood("precio", 20))
            replies = self.says("asdf")
        self.assertEqual(AgentTurn.objects.get(role="customer").trace["route"], "clarify")
        self.assertTrue(replies)
        self.assertNothingHappened("conversation.handedOver")

    def test_a_stricter_one_hands_over_what_was_asked_about(self):
        self.set(thresholds={"clarify": 58, "reanalyse": 70})
        with claude_at() as api:
            api.then(answers.understood("precio", 57))
            self.says("asdf")
        self.assertHappened("conversation.handedOver")

    def test_the_world_of_the_flow_has_them_all(self):
        self.set(thresholds={"proceed": 90})
        here = self.situation()
        self.assertEqual(here.world.thresholds, {"proceed": 90, "reanalyse": 60, "clarify": 40})
        self.assertEqual(here.agent.thresholds, here.world.thresholds)

    def test_none_of_ones_own_again(self):
        self.set(thresholds={"proceed": 90})
        self.set(thresholds={})
        self.assertEqual(self.situation().world.thresholds, dict(registry.THRESHOLDS))

    def test_nonsense(self):
        for wrong in ({"proceed": 101}, {"sure": 50}, {"proceed": "x"}):
            with self.subTest(wrong), self.assertRaises(Invalid):
                self.set(thresholds=wrong)
        with self.assertRaises(Refused):
            self.set(thresholds={"proceed": 30, "reanalyse": 60})
        self.assertEqual(AgentSetting.objects.get().thresholds, {})

    def situation(self) -> situation.Situation:
        self.customer_writes("hola")
        conversation = self.conversation()
        setting = situation.setting_of(conversation)
        assert setting is not None
        return situation.read(conversation, setting, Session(agent=SOMNIO), [])


class TimersTest(SettingsTest):
    def test_ones_own_seconds_come_before_the_presets(self):
        self.set(timers={"0": 45})
        self.says("quiero comprar")
        self.assertEqual(self.timer(), (0, 45))

    def test_a_running_timer_begins_again_when_its_seconds_change(self):
        self.says("quiero comprar")
        self.assertEqual(self.timer(), (0, 600))
        self.set(timer_preset="rapido")
        self.assertEqual(self.timer(), (0, 60))
        self.set(timers={"0": 300})
        self.assertEqual(self.timer(), (0, 300))
        self.set(timers={})
        self.assertEqual(self.timer(), (0, 60))

    def test_one_whose_seconds_stay_runs_on(self):
        self.says("quiero comprar")
        version = Job.objects.get(key__startswith="agent:").version
        self.set(timers={"4": 20}, speed=0.5)
        row = Job.objects.get(key__startswith="agent:")
        self.assertEqual((row.version, self.timer()), (version, (0, 600)))

    def test_it_still_wakes_the_agent(self):
        self.says("quiero comprar")
        self.set(timers={"0": 30})
        before = len(self.phone_shows())
        self.run_jobs(ahead=31)
        self.assertEqual(len(self.phone_shows()), before + 1)

    def test_nonsense(self):
        for wrong in ({"0": 0}, {"x": 20}, {"1": 10**6}):
            with self.subTest(wrong), self.assertRaises(Invalid):
                self.set(timers=wrong)


class HoursTest(SettingsTest):
    def hours_around_now(self, *, open_now: bool):
        """Return a week that is open, or closed, at this moment in the workspace's zone."""
        days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        everything = [{"since": "00:00", "until": "00:00"}]
        if open_now:
            return dict.fromkeys(days, everything)
        far = (timezone.now() + timedelta(days=3)).weekday()
        return {days[far]: everything}

    def test_only_while_closed_it_keeps_silent_while_open(self):
        self.set(hours={"week": self.hours_around_now(open_now=True), "answers": "closed"})
        self.assertEqual(self.says("hola"), [])
        self.assertEqual(Message.objects.latest("id").heard_by, "muted")
        self.set(hours={"week": self.hours_around_now(open_now=False), "answers": "closed"})
        self.assertTrue(self.says("hola"))

    def test_only_while_open(self):
        self.set(hours={"week": self.hours_around_now(open_now=False), "answers": "open"})
        self.assertEqual(self.says("hola"), [])
        self.set(hours={"week": self.hours_around_now(open_now=True), "answers": "open"})
        self.assertTrue(self.says("hola"))

    def test_nobody_there_is_said_at_the_hand_over(self):
        week = self.hours_around_now(open_now=False)
        self.set(hours={"week": week, "handover_message": "Abrimos el lunes."})
        self.assertEqual(self.says("quiero hablar con un asesor"), ["Abrimos el lunes."])

    def test_nonsense(self):
        nonsense: list[dict[str, Any]] = [
            {"week": {"mon": [{"since": "18:00", "until": "08:00"}]}},
            {"week": {"lunes": []}},
            {"answers": "sometimes"},
        ]
        for wrong in nonsense:
            with self.subTest(wrong), self.assertRaises(Invalid):
                self.set(hours=wrong)


class ChecksTest(SellingTest):
    def test_every_agent_is_complete_and_doctor_says_so(self):
        self.assertEqual(checks.look_after_all(), [])
        self.assertTrue(checks.finding().ok)

    def test_each_gap_is_named(self):
        from dataclasses import replace

        whole = registry.find(SOMNIO)
        gaps: dict[str, dict[str, Any]] = {
            "no operation called crm.order.fly": {"operations": {"crm.order.fly"}},
            "needs the permission": {"permissions": frozenset()},
            "the system's own": {"operations": {"agents.turn.commit"}},
            "no permission called": {"permissions": whole.permissions | {"fly"}},
            "lacks the levels 4": {"presets": {**whole.presets, "real": {0: 1, 1: 1, 2: 1, 3: 1}}},
            "does not wait": {"presets": {name: {0: 0} for name in whole.presets}},
            "presets must be": {"presets": {"real": {0: 1}}},
            "not in order": {"thresholds": {"proceed": 10, "reanalyse": 60, "clarify": 40}},
            "no threshold for: clarify": {"thresholds": {"proceed": 80, "reanalyse": 60}},
            "no text for the intent flying": {"intents": ("flying",)},
            "Two texts are called": {"texts": (*whole.texts, whole.texts[0])},
            "no unreadable": {"unreadable": " "},
        }
        for says, gap in gaps.items():
            with self.subTest(says):
                found = checks.problems(replace(whole, **gap))
                self.assertTrue(any(says in problem for problem in found), found)

    def test_a_broken_one_fails_the_check_and_doctor(self):
        from dataclasses import replace

        broken = replace(registry.find(SOMNIO), operations=frozenset({"crm.order.fly"}))
        with mock.patch.dict(registry.agents, {SOMNIO: broken}):
            self.assertFalse(checks.finding().ok)
            (error,) = checks.at_start(None)
        self.assertIn("crm.order.fly", error.msg)

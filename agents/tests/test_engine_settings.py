"""What a workspace decides about its agent takes effect with the next message, without a deploy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest import mock

from django.utils import timezone

from agents.engine import checks, registry, situation
from agents.models import AgentSetting, AgentTurn, Session
from agents.operations import settings
from agents.tests import messages_answers as answers
from agents.tests.selling import SOMNIO, SellingTest, claude_at
from inbox.models import Message
from inbox.operations import channels
from inbox.testing import inbound_payload
from morfx.jobs.models import Job
from morfx.operations.catalogue import lookups, operations
from morfx.operations.errors import Invalid, Refused

OTHER_NUMBER = "1055500002"


class SettingsTest(SellingTest):
    def set(self, **inputs):
        return settings.set_agent(self.ana, agent=SOMNIO, **inputs)

    def timer(self) -> tuple[int, int]:
        """Return the one running timer: its level, and the whole seconds left."""
        row = Job.objects.get(key__startswith="agent:")
        left = (row.due_at - timezone.now()).total_seconds()
        return row.args["level"], round(left / 5) * 5


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


class ChannelTest(SettingsTest):
    def other_channel(self):
        return channels.connect(
            self.ana, provider="cloud", phone_number_id=OTHER_NUMBER, token="t", app_secret="s",
            verify_token="v", base_url=self.whatsapp.url,
        )  # fmt: skip

    def test_a_number_without_settings_follows_the_workspace(self):
        self.assertTrue(self.says("hola"))

    def test_a_numbers_own_settings_hold_there_and_begin_as_the_workspaces(self):
        own = self.set(channel=self.channel, handover_message="Del canal")
        self.assertEqual((own.speed, own.is_on, own.channel_id), (0.0, False, self.channel.pk))
        self.assertEqual(self.says("hola"), [])
        self.assertEqual(Message.objects.latest("id").heard_by, "agent_off")
        self.set(channel=self.channel, on=True)
        self.assertTrue(self.says("hola"))

    def test_another_number_is_not_touched(self):
        self.set(channel=self.other_channel(), on=False)
        self.assertTrue(self.says("hola"))

    def test_one_agent_answers_on_a_number_and_the_newest_choice_is_it(self):
        settings.set_agent(self.ana, agent=SOMNIO, channel=self.channel, on=True)
        twin = mock.Mock(id="twin", handover_message="x", thresholds=registry.THRESHOLDS,
                         presets={"real": {0: 1}}, furnish=lambda actor: None)  # fmt: skip
        with mock.patch.dict(registry.agents, {"twin": twin}):
            settings.set_agent(self.ana, agent="twin", channel=self.channel, on=True)
        on = AgentSetting.objects.filter(channel=self.channel, is_on=True)
        self.assertEqual([row.agent for row in on], ["twin"])
        setting = situation.setting_of(self.a_conversation())
        assert setting is not None
        self.assertEqual(setting.agent, "twin")

    def test_following_again(self):
        self.set(channel=self.channel, on=False)
        settings.follow(self.ana, channel=self.channel)
        settings.follow(self.ana, channel=self.channel)
        self.assertTrue(self.says("hola"))
        self.assertEqual(AgentSetting.objects.count(), 1)

    def test_a_stranger_cannot(self):
        strangers = {"agent": SOMNIO, "channel": str(self.channel.pk), "on": True}
        with self.assertRaises(Refused):
            operations["agents.agent.set"].submit(self.other_shop.owner, strangers)
        with self.assertRaises(Refused):
            operations["agents.agent.follow"].submit(
                self.other_shop.owner, {"channel": str(self.channel.pk)}
            )

    def a_conversation(self):
        self.customer_writes("hola")
        return self.conversation()


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


class CostTest(SellingTest):
    def test_what_a_turn_cost_is_money_wherever_it_is_answered(self):
        with claude_at():
            self.says("cuanto vale?")
        listed = lookups["agents.turn.list"].submit(self.ana, {})["items"]
        turn = next(row for row in listed if row["role"] == "customer")
        self.assertEqual(turn["cost"]["currency"], "USD")
        self.assertGreater(float(turn["cost"]["amount"]), 0)
        self.assertEqual(turn["trace"]["models"][0]["cost"]["currency"], "USD")
        (call,) = lookups["agents.call.list"].submit(self.ana, {})["items"]
        self.assertEqual(call["cost"], turn["cost"])


class FirstTurnTest(SellingTest):
    def test_it_is_the_first_of_its_session_and_no_other(self):
        first = []
        read = situation.read

        def watched(*args, **kwargs):
            here = read(*args, **kwargs)
            first.append(here.world.first_turn)
            return here

        with mock.patch("agents.engine.situation.read", watched):
            self.says("hola")
            self.says("cuanto vale?")
            Session.objects.update(last_activity_at=timezone.now() - timedelta(hours=25))
            self.says("hola")
        self.assertEqual(first, [True, False, True])

    def test_what_the_shop_knows_of_the_customer_is_the_worlds(self):
        self.customer_writes("hola")
        contact = self.conversation().contact
        assert contact is not None
        contact.city, contact.email = "Cali", "marta@example.com"
        contact.save()
        setting = situation.setting_of(self.conversation())
        assert setting is not None
        here = situation.read(self.conversation(), setting, Session(agent=SOMNIO), [])
        self.assertEqual(here.world.contact["city"], "Cali")
        self.assertEqual(here.world.contact["email"], "marta@example.com")
        self.assertNotIn("address", here.world.contact)
        self.assertEqual(here.world.policies, {"promos_timeout": "order"})
        self.set_policy("remind")
        setting = situation.setting_of(self.conversation())
        assert setting is not None
        here = situation.read(self.conversation(), setting, Session(agent=SOMNIO), [])
        self.assertEqual(here.world.policies, {"promos_timeout": "remind"})

    def set_policy(self, policy):
        settings.set_agent(self.ana, agent=SOMNIO, promos_timeout=policy)


class WindowTest(SellingTest):
    def test_who_wrote_more_than_a_day_ago_is_not_answered_and_it_says_why(self):
        long_ago = (timezone.now() - timedelta(hours=25)).timestamp()
        self.store(inbound_payload("hola", sender=self.sender, at=long_ago))
        self.run_jobs(ahead=1)
        self.assertEqual(self.phone_shows(), [])
        self.assertEqual(Message.objects.get().heard_by, "window_closed")

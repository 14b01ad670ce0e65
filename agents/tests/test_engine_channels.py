"""An agent for each number: its own settings, or those of the workspace."""

from __future__ import annotations

from unittest import mock

from agents.engine import registry, situation
from agents.models import AgentSetting
from agents.operations import settings
from agents.tests.selling import SOMNIO
from agents.tests.settings_desk import SettingsTest
from inbox.models import Message
from inbox.operations import channels
from morfx.operations.catalogue import operations
from morfx.operations.errors import Refused

OTHER_NUMBER = "1055500002"


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

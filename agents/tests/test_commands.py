"""What operators type about agents, and what the demo starts with."""

from __future__ import annotations

from io import StringIO

from django.core.management import CommandError, call_command

from agents import demo
from agents.models import AgentSetting
from agents.operations import settings
from morfx.operations.actor import Actor
from morfx.testing.case import CafeTest

SOMNIO = "somnio-sales-v1"


def run(*words: str) -> list[str]:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue().splitlines()


class SetAgentTest(CafeTest):
    def test_on_with_settings_and_off_with_the_rest_kept(self):
        name = ["set_agent", "--workspace", "lucia", "--agent", SOMNIO]
        (line,) = run(*name, "--on", "--speed", "0.2", "--timer-preset", "rapido",
                      "--quiet-seconds", "1.5")  # fmt: skip
        self.assertIn("(on), speed 0.2, timers rapido, quiet 1.5 s", line)
        self.assertHappened("agent.set", agent=SOMNIO, on=True)
        run(*name, "--off")
        setting = AgentSetting.objects.get()
        self.assertEqual((setting.is_on, setting.speed, setting.timer_preset),
                         (False, 0.2, "rapido"))  # fmt: skip

    def test_nonsense(self):
        for words in (
            ["--workspace", "nowhere", "--agent", SOMNIO, "--on"],
            ["--workspace", "lucia", "--agent", "nobody", "--on"],
            ["--workspace", "lucia", "--agent", SOMNIO, "--on", "--speed", "-1"],
            ["--workspace", "lucia", "--agent", SOMNIO],
        ):
            with self.assertRaises(CommandError):
                run("set_agent", *words)
        self.assertFalse(AgentSetting.objects.exists())


class DemoTest(CafeTest):
    def test_twice_is_once_and_what_an_admin_changed_stays(self):
        actor = Actor.system(self.ana.workspace_id, "demo")
        demo.furnish(actor)
        setting = AgentSetting.objects.get()
        self.assertEqual((setting.agent, setting.is_on, setting.speed), (SOMNIO, True, 0.5))
        settings.set_agent(self.ana, agent=SOMNIO, on=False, speed=1.0)
        demo.furnish(actor)
        setting.refresh_from_db()
        self.assertEqual((setting.is_on, setting.speed), (False, 1.0))

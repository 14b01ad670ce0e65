"""manage.py set_agent --workspace SLUG --agent ID --on|--off [--speed N] [--timer-preset …]"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agents.models import AgentSetting
from agents.operations import settings
from morfx.operations.actor import Actor
from morfx.operations.errors import Refused
from morfx.workspaces.access import workspace_called


class Command(BaseCommand):
    """Switches an agent on or off for a workspace; the last line says how it works now."""

    help = "Switch an agent on or off for a workspace, or change how it works."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take which agent, where, and what is to change; what is not given stays."""
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--agent", required=True, metavar="ID")
        switch = parser.add_mutually_exclusive_group(required=True)
        switch.add_argument("--on", action="store_true", dest="on")
        switch.add_argument("--off", action="store_false", dest="on")
        parser.add_argument("--speed", type=float, metavar="N")
        parser.add_argument("--timer-preset", choices=AgentSetting.Preset.values)
        parser.add_argument("--quiet-seconds", type=float, metavar="N")

    def handle(
        self,
        *args: Any,
        workspace: str,
        agent: str,
        on: bool,
        speed: float | None,
        timer_preset: Any,
        quiet_seconds: float | None,
        **options: Any,
    ) -> None:
        """Change it as the system."""
        found = workspace_called(workspace)
        if found is None:
            raise CommandError(f"There is no workspace {workspace}.")
        actor = Actor.system(found.pk, "command", via="command")
        try:
            setting = settings.set_agent(
                actor,
                agent=agent,
                on=on,
                speed=speed,
                timer_preset=timer_preset,
                quiet_seconds=quiet_seconds,
            )
        except Refused as refusal:
            raise CommandError(
                " ".join(filter(None, (refusal.message, refusal.suggestion)))
            ) from None
        self.stdout.write(
            f"{setting}, speed {setting.speed:g}, timers {setting.timer_preset}, "
            f"quiet {setting.quiet_seconds:g} s"
        )

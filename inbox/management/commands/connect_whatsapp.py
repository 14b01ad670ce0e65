"""manage.py connect_whatsapp --workspace SLUG --provider … --phone-number-id ID --token T …"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from inbox.models import Channel
from inbox.operations import channels
from inbox.webhook_setup import steps
from morfx.operations.actor import Actor
from morfx.operations.errors import Refused
from morfx.workspaces.access import workspace_called


class Command(BaseCommand):
    """Connects a WhatsApp number, or changes one; the last line is its webhook's path."""

    help = "Connect a WhatsApp number to a workspace. Prints its webhook path last."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the number and how it is reached; what is not given stays as it was."""
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--provider", required=True, choices=Channel.Provider.values)
        parser.add_argument("--phone-number-id", required=True, metavar="ID")
        parser.add_argument("--token", required=True)
        parser.add_argument("--app-secret", default="")
        parser.add_argument("--verify-token", default="")
        parser.add_argument("--base-url", default="", metavar="URL")
        parser.add_argument("--waba-id", default="", metavar="ID")

    def handle(
        self,
        *args: Any,
        workspace: str,
        provider: Any,
        phone_number_id: str,
        token: str,
        app_secret: str,
        verify_token: str,
        base_url: str,
        waba_id: str,
        **options: Any,
    ) -> None:
        """Connect it as the system."""
        found = workspace_called(workspace)
        if found is None:
            raise CommandError(f"There is no workspace {workspace}.")
        actor = Actor.system(found.pk, "command", via="command")
        try:
            channel = channels.connect(
                actor,
                provider=provider,
                phone_number_id=phone_number_id,
                token=token,
                app_secret=app_secret,
                verify_token=verify_token,
                base_url=base_url,
                waba_id=waba_id,
            )
        except Refused as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(steps(channel))
        self.stdout.write(f"Verify token: {channel.verify_token}")
        self.stdout.write(channel.webhook_path)

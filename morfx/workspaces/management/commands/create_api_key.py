"""manage.py create_api_key --workspace SLUG --name NAME --role owner|admin|agent [--allow OP …]"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from morfx.operations.actor import Actor
from morfx.operations.errors import Refused

from ...access import workspace_called
from ...operations import keys
from ...roles import Role


class Command(BaseCommand):
    """Makes an API key; the last line is the key, which nothing keeps."""

    help = "Make an API key. Prints the key last, this once: only its hash is stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whose key it is, and what it may do."""
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--name", required=True)
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--allow", nargs="+", action="extend", metavar="OP")

    def handle(
        self,
        *args: Any,
        workspace: str,
        name: str,
        role: str,
        allow: list[str] | None,
        **options: Any,
    ) -> None:
        """Make it as the system."""
        found = workspace_called(workspace)
        if found is None:
            raise CommandError(f"There is no workspace {workspace}.")
        actor = Actor.system(found.pk, "command", via="command")
        try:
            made = keys.create(actor, name=name, role=Role(role), allow=allow)
        except Refused as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(str(made["key"]))

"""manage.py create_workspace NAME --owner EMAIL"""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from morfx.operations.errors import Refused

from ...models import User
from ...operations import workspaces


class Command(BaseCommand):
    """Makes a workspace with its default pipeline; the last line is its slug."""

    help = "Make a workspace for an owner, who is made too when unknown. Prints its slug last."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the name and the owner's address."""
        parser.add_argument("name")
        parser.add_argument("--owner", required=True, metavar="EMAIL")

    def handle(self, *args: Any, name: str, owner: str, **options: Any) -> None:
        """Make it, all or nothing."""
        try:
            validate_email(owner)
            with transaction.atomic():
                user, password = _user(owner)
                workspace = workspaces.create(user, name, via="command")
                workspaces.furnish(workspace, via="command")
        except ValidationError:
            raise CommandError(f"{owner} is not an e-mail address.") from None
        except Refused as refusal:
            raise CommandError(refusal.message) from None
        if password:
            self.stdout.write(f"New user {user.email}, password (shown once): {password}")
        self.stdout.write(workspace.slug)


def _user(email: str) -> tuple[User, str]:
    """Return the user of an address, and their password when they are new."""
    known = User.objects.filter(email__iexact=email).first()
    if known is not None:
        return known, ""
    password = secrets.token_urlsafe(12)
    return User.objects.create_user(email, password), password

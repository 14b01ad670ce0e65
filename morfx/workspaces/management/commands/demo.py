"""manage.py demo: the demo workspace, ready to be tried."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.module_loading import import_string

from morfx.operations.actor import Actor
from morfx.tenancy import within

from ...access import DEMO, workspace_called
from ...models import Membership, User, Workspace
from ...operations import members, workspaces
from ...roles import Role

PASSWORD = "demo-demo"  # noqa: S105
PEOPLE = {
    Role.OWNER: "owner@demo.test",
    Role.ADMIN: "admin@demo.test",
    Role.AGENT: "agent@demo.test",
}
FURNISHERS = ["inbox.demo.furnish", "agents.demo.furnish"]
"""What each app puts into the demo, by name: workspaces stand below the apps."""


class Command(BaseCommand):
    """Makes the demo workspace; what is there already stays as it is."""

    help = "Make the demo workspace with its people; does nothing the second time."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is missing. Refused in production: everybody knows the passwords."""
        if settings.PROD:
            raise CommandError("The demo has public passwords: not with MORFX_ENV=prod.")
        people = {role: _person(email) for role, email in PEOPLE.items()}
        workspace = workspace_called(DEMO) or _open(people[Role.OWNER])
        actor = Actor.system(workspace.pk, "demo", via="command")
        _join(actor, people)
        for furnish in _furnishers():
            with within(workspace.pk), transaction.atomic():
                furnish(actor)
        self.stdout.write(f"{', '.join(PEOPLE.values())} (password {PASSWORD})")
        self.stdout.write(workspace.slug)


def _person(email: str) -> User:
    known = User.objects.filter(email=email).first()
    name = email.partition("@")[0].title()
    return known or User.objects.create_user(email, PASSWORD, name=name)


def _open(owner: User) -> Workspace:
    workspace = workspaces.create(owner, "Demo", slug=DEMO, via="command")
    workspaces.furnish(workspace, via="command")
    return workspace


def _join(actor: Actor, people: dict[Role, User]) -> None:
    with within(actor.workspace_id), transaction.atomic():
        inside = set(Membership.objects.values_list("user_id", flat=True))
        for role, user in people.items():
            if user.pk not in inside:
                members.add(actor, user=user.pk, role=role)


def _furnishers() -> list[Callable[[Actor], None]]:
    return [
        import_string(name) for name in FURNISHERS if find_spec(name.rpartition(".")[0]) is not None
    ]

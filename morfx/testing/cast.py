"""Café Lucía: Ana owns it, Beto answers chats, Marta buys; another shop is always there."""

from __future__ import annotations

from dataclasses import dataclass

from morfx.operations.actor import Actor
from morfx.tenancy import within
from morfx.workspaces.models import Membership, User, Workspace
from morfx.workspaces.operations import members, workspaces
from morfx.workspaces.roles import Role


@dataclass
class Shop:
    """A workspace with its people, as actors."""

    workspace: Workspace
    owner: Actor
    agent: Actor
    owner_user: User
    agent_user: User


def open_shop(name: str, owner: str, agent: str) -> Shop:
    """Make a workspace with an owner and an agent, by the real operations."""
    owner_user = User.objects.create_user(f"{owner}@{name}.test", "secret-secret", name=owner)
    agent_user = User.objects.create_user(f"{agent}@{name}.test", "secret-secret", name=agent)
    workspace = workspaces.create(owner_user, name.title(), slug=name)
    system = Actor.system(workspace.pk, "tests")
    members.add(system, user=agent_user.pk, role=Role.AGENT)
    with within(workspace.pk):
        actors = [Membership.objects.get(user=user).actor() for user in (owner_user, agent_user)]
    return Shop(workspace, actors[0], actors[1], owner_user, agent_user)

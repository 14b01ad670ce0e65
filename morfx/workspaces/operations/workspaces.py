"""Workspaces come to be."""

from __future__ import annotations

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from morfx.events.ledger import record
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Refused
from morfx.operations.inputs import Label
from morfx.tenancy import everywhere
from morfx.tenancy.rows import new_id

from ..facts import MemberAdded, WorkspaceCreated
from ..models import Membership, User, Workspace
from ..roles import Role

RESERVED = {"accounts", "api", "webhooks", "static", "healthz", "readyz", "metrics", "start"}


def create(owner: User, name: str, *, slug: str = "", via: str = "page") -> Workspace:
    """Make a workspace for its owner, with what every workspace starts with.

    Not an operation by itself, because there is no workspace to act in yet: it makes the id,
    then acts in it as the system.
    """
    workspace_id = new_id()
    actor = Actor.system(workspace_id, "workspaces", via=via)
    return found(actor, name=name, slug=slug or _free_slug(name), owner=owner.pk)


@operation("system.workspace.create", needs=SYSTEM)
def found(actor: Actor, *, name: Label, slug: str, owner: int) -> Workspace:
    """Create a workspace with its owner."""
    if slug in RESERVED or _taken(slug):
        raise Refused(_("This address is taken."), field="slug")
    workspace = Workspace.objects.create(id=actor.workspace_id, name=name, slug=slug)
    Membership.objects.create(user_id=owner, role=Role.OWNER)
    record(WorkspaceCreated(workspace=workspace.pk, title=name))
    record(MemberAdded(user=owner, role=Role.OWNER))
    return workspace


def _free_slug(name: str) -> str:
    base = slugify(name)[:50] or "shop"
    slug, number = base, 1
    while slug in RESERVED or _taken(slug):
        number += 1
        slug = f"{base}-{number}"
    return slug


def _taken(slug: str) -> bool:
    with everywhere("is a slug free"), transaction.atomic():
        return Workspace.objects.filter(slug=slug).exists()

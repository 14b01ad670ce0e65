"""Workspaces come to be."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from morfx.events.ledger import record
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import find, operation
from morfx.operations.errors import Refused
from morfx.operations.inputs import Label
from morfx.tenancy import everywhere
from morfx.tenancy.rows import new_id

from ..facts import MemberAdded, WorkspaceChanged, WorkspaceCreated
from ..models import Membership, User, Workspace
from ..roles import Role

RESERVED = {
    *("accounts", "api", "webhooks", "static", "media", "i18n", "admin", "docs"),
    *("healthz", "readyz", "metrics", "start", "new"),
}


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        raise PydanticCustomError("time_zone", _("There is no such time zone."))
    return name


TimeZone = Annotated[str, AfterValidator(_time_zone)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


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
    try:
        with transaction.atomic():
            workspace = Workspace.objects.create(id=actor.workspace_id, name=name, slug=slug)
    except IntegrityError:  # somebody took it since we looked
        raise Refused(_("This address is taken."), field="slug") from None
    Membership.objects.create(user_id=owner, role=Role.OWNER)
    record(WorkspaceCreated(workspace=workspace.pk, title=name))
    record(MemberAdded(user=owner, role=Role.OWNER))
    return workspace


@operation("system.workspace.update", needs="workspace.manage")
def update(
    actor: Actor,
    *,
    name: Label | None = None,
    business_type: Annotated[str, Field(max_length=60)] | None = None,
    time_zone: TimeZone | None = None,
    currency: Currency | None = None,
) -> Workspace:
    """Change what the workspace says about itself; what is not given stays."""
    workspace = Workspace.objects.select_for_update().get(pk=actor.workspace_id)
    wanted = {
        "name": name,
        "business_type": business_type,
        "time_zone": time_zone,
        "currency": currency,
    }
    after = {
        field: value
        for field, value in wanted.items()
        if value is not None and value != getattr(workspace, field)
    }
    if not after:
        return workspace
    before = {field: getattr(workspace, field) for field in after}
    for field, value in after.items():
        setattr(workspace, field, value)
    workspace.save(update_fields=[*after, "updated_at"])
    record(WorkspaceChanged(changed=list(after), before=before, after=after))
    return workspace


def furnish(workspace: Workspace, via: str) -> None:
    """Give a new workspace its first pipeline at once, rather than when a worker comes to it."""
    if operation := find("crm.pipeline.furnish"):
        operation.submit(Actor.system(workspace.pk, "workspaces", via=via), {})


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

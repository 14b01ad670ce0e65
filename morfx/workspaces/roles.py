"""The seventeen permissions, and what each role has of them."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

PERMISSIONS: dict[str, object] = {
    "workspace.manage": _("Manage the workspace"),
    "workspace.delete": _("Delete the workspace"),
    "members.invite": _("Invite members"),
    "members.remove": _("Remove members"),
    "members.change_role": _("Change roles"),
    "contacts.view": _("See contacts"),
    "contacts.create": _("Create contacts"),
    "contacts.edit": _("Edit contacts"),
    "contacts.delete": _("Delete contacts"),
    "orders.view": _("See orders"),
    "orders.create": _("Create orders"),
    "orders.edit": _("Edit orders"),
    "orders.delete": _("Delete orders"),
    "whatsapp.view": _("See WhatsApp"),
    "whatsapp.send": _("Send messages"),
    "settings.view": _("See settings"),
    "settings.edit": _("Edit settings"),
}


class Role(models.TextChoices):
    """What a member is: owner over admin over agent."""

    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    AGENT = "agent", _("Agent")


OWNER_ONLY = {"workspace.delete", "members.change_role"}
NOT_FOR_AGENTS = OWNER_ONLY | {
    "workspace.manage",
    "members.invite",
    "members.remove",
    "contacts.delete",
    "orders.delete",
    "settings.edit",
}

DEFAULTS: dict[str, frozenset[str]] = {
    Role.OWNER: frozenset(PERMISSIONS),
    Role.ADMIN: frozenset(set(PERMISSIONS) - OWNER_ONLY),
    Role.AGENT: frozenset(set(PERMISSIONS) - NOT_FOR_AGENTS),
}


def permissions_of(role: str, custom: Mapping[str, bool] | None = None) -> frozenset[str]:
    """Return a role's permissions; `custom` grants or takes single ones and is asked first."""
    custom = custom or {}
    default = DEFAULTS.get(role, frozenset())
    return frozenset(name for name in PERMISSIONS if custom.get(name, name in default))

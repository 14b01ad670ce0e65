"""What happens to workspaces and their members."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from morfx.events.ledger import Fact


@dataclass(frozen=True, kw_only=True)
class WorkspaceCreated(Fact):
    """A workspace came to be."""

    name = "workspace.created"
    workspace: UUID
    title: str

    def describe(self) -> str:
        return _("The workspace %(title)s was created.") % {"title": self.title}


@dataclass(frozen=True, kw_only=True)
class MemberAdded(Fact):
    """A user joined."""

    name = "member.added"
    user: int
    role: str

    def describe(self) -> str:
        return _("A member joined as %(role)s.") % {"role": self.role}


@dataclass(frozen=True, kw_only=True)
class MemberRemoved(Fact):
    """A member left or was removed; their live connections are dropped."""

    name = "member.removed"
    user: int
    role: str

    def describe(self) -> str:
        return _("A member left.")

    def pokes(self) -> Iterable[str]:
        return (f"member-{self.user}",)


@dataclass(frozen=True, kw_only=True)
class ApiKeyCreated(Fact):
    """An API key was made."""

    name = "apikey.created"
    key: UUID
    title: str
    role: str

    def describe(self) -> str:
        return _("The API key %(title)s was created.") % {"title": self.title}


@dataclass(frozen=True, kw_only=True)
class ApiKeyRevoked(Fact):
    """An API key was revoked."""

    name = "apikey.revoked"
    key: UUID
    title: str

    def describe(self) -> str:
        return _("The API key %(title)s was revoked.") % {"title": self.title}

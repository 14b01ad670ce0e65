"""What happens to workspaces and their members."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from morfx.events.ledger import Fact

from .roles import Role


def _called(role: str) -> str:
    """Return a role's name for people."""
    return str(Role(role).label) if role in Role.values else role


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
        return _("A member joined as %(role)s.") % {"role": _called(self.role)}

    def pokes(self) -> Iterable[str]:
        return ("members",)


@dataclass(frozen=True, kw_only=True)
class MemberRemoved(Fact):
    """A member left or was removed; their live connections are dropped."""

    name = "member.removed"
    user: int
    role: str

    def describe(self) -> str:
        return _("A member left.")

    def pokes(self) -> Iterable[str]:
        return (f"member-{self.user}", "members")


@dataclass(frozen=True, kw_only=True)
class MemberRoleChanged(Fact):
    """A member got another role; their live connections are authorised again."""

    name = "member.roleChanged"
    user: int
    from_role: str
    to_role: str

    def describe(self) -> str:
        return _("A member's role changed from %(from)s to %(to)s.") % {
            "from": _called(self.from_role),
            "to": _called(self.to_role),
        }

    def pokes(self) -> Iterable[str]:
        return (f"member-{self.user}", "members")


@dataclass(frozen=True, kw_only=True)
class MemberInvited(Fact):
    """Somebody was invited."""

    name = "member.invited"
    invitation: UUID
    email: str
    role: str

    def describe(self) -> str:
        return _("%(email)s was invited as %(role)s.") % {
            "email": self.email,
            "role": _called(self.role),
        }

    def pokes(self) -> Iterable[str]:
        return ("members",)


@dataclass(frozen=True, kw_only=True)
class InvitationAccepted(Fact):
    """Somebody joined by their invitation."""

    name = "invitation.accepted"
    invitation: UUID
    user: int

    def describe(self) -> str:
        return _("An invitation was accepted.")

    def pokes(self) -> Iterable[str]:
        return ("members",)


@dataclass(frozen=True, kw_only=True)
class InvitationRevoked(Fact):
    """An invitation was withdrawn."""

    name = "invitation.revoked"
    invitation: UUID
    email: str

    def describe(self) -> str:
        return _("The invitation of %(email)s was withdrawn.") % {"email": self.email}

    def pokes(self) -> Iterable[str]:
        return ("members",)


@dataclass(frozen=True, kw_only=True)
class WorkspaceChanged(Fact):
    """The workspace's own data changed; `changed` names what, `before` and `after` say how."""

    name = "workspace.changed"
    changed: list[str]
    before: dict[str, str]
    after: dict[str, str]

    def describe(self) -> str:
        return _("The workspace was changed: %(what)s.") % {"what": ", ".join(self.changed)}


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

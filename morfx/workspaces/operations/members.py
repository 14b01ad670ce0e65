"""Members join, change and leave."""

from __future__ import annotations

from typing import Literal

from django.utils.translation import gettext as _

from morfx.events.ledger import record
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Conflict, Refused
from morfx.operations.inputs import Locked

from ..facts import MemberAdded, MemberRemoved, MemberRoleChanged
from ..models import Membership
from ..roles import Role


@operation("system.member.add", needs=SYSTEM)
def add(actor: Actor, *, user: int, role: Role) -> Membership:
    """Add a user to the workspace."""
    membership, made = Membership.objects.get_or_create(user_id=user, defaults={"role": role})
    if not made:
        raise Conflict(_("This person is already a member."), code="ALREADY_MEMBER")
    record(MemberAdded(user=user, role=role))
    return membership


@operation("system.member.remove", needs="members.remove")
def remove(actor: Actor, *, member: Locked[Membership]) -> None:
    """Remove a member; the owner stays."""
    if member.role == Role.OWNER:
        raise Refused(_("The owner cannot be removed."), field="member")
    record(MemberRemoved(user=member.user_id, role=member.role))
    member.delete()


@operation("system.member.changeRole", needs="members.change_role")
def change_role(
    actor: Actor, *, member: Locked[Membership], role: Literal["admin", "agent"]
) -> Membership:
    """Make a member an admin or an agent.

    The owner stays the owner, and nobody changes their own role. Does nothing when the member
    has the role already.
    """
    if member.role == Role.OWNER:
        raise Refused(_("The owner's role cannot be changed."), field="member")
    if member.user_id == actor.user_id:
        raise Refused(_("You cannot change your own role."), field="member")
    if member.role == role:
        return member
    came_from, member.role = member.role, role
    member.save(update_fields=["role"])
    record(MemberRoleChanged(user=member.user_id, from_role=came_from, to_role=role))
    return member


@operation("system.member.leave", needs=SYSTEM)
def leave_as(actor: Actor, *, member: Locked[Membership]) -> None:
    """Let a member go by their own wish; the owner stays."""
    if member.role == Role.OWNER:
        raise Refused(_("The owner cannot leave."), field="member")
    record(MemberRemoved(user=member.user_id, role=member.role))
    member.delete()


def leave(membership: Membership) -> None:
    """Leave the workspace. Whoever belongs to it may, whatever their role allows."""
    leave_as(membership.acting_alone(), member=membership)

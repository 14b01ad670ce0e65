"""Members join, change and leave."""

from __future__ import annotations

from django.utils.translation import gettext as _

from morfx.events.ledger import record
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Conflict, Refused
from morfx.operations.inputs import Locked

from ..facts import MemberAdded, MemberRemoved
from ..models import Membership
from ..roles import Role


@operation("system.member.add", needs=SYSTEM)
def add(actor: Actor, *, user: int, role: Role) -> Membership:
    """Add a user to the workspace."""
    membership, made = Membership.objects.get_or_create(user_id=user, defaults={"role": role})
    if not made:
        raise Conflict(_("This person is already a member."))
    record(MemberAdded(user=user, role=role))
    return membership


@operation("system.member.remove", needs="members.remove")
def remove(actor: Actor, *, member: Locked[Membership]) -> None:
    """Remove a member; the owner stays."""
    if member.role == Role.OWNER:
        raise Refused(_("The owner cannot be removed."), field="member")
    record(MemberRemoved(user=member.user_id, role=member.role))
    member.delete()

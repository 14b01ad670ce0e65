"""People are invited by e-mail; the link works for seven days, and for that address only."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated, Literal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from morfx.events.ledger import record
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Refused
from morfx.operations.inputs import Locked
from morfx.tenancy import everywhere

from ..facts import InvitationAccepted, InvitationRevoked, MemberInvited
from ..jobs import send_invitation
from ..models import Invitation, Membership, User
from ..roles import Role
from . import members

GOOD_FOR = timedelta(days=7)


def _email(text: str) -> str:
    try:
        validate_email(text.strip())
    except ValidationError:
        raise PydanticCustomError("email", _("This is not an e-mail address.")) from None
    return text.strip().lower()


Email = Annotated[str, Field(min_length=3, max_length=254), AfterValidator(_email)]


@operation("system.member.invite", needs="members.invite")
def invite(actor: Actor, *, email: Email, role: Literal["admin", "agent"] = "agent") -> Invitation:
    """Invite somebody to join. The answer shows their link, this once.

    They also get it by e-mail, where PUBLIC_URL says under which address we are reached.

    Refused for who is a member, or has an invitation that still works.
    """
    if Membership.objects.filter(user__email__iexact=email).exists():
        raise Refused(_("This person is already a member."), field="email", code="ALREADY_MEMBER")
    if pending().filter(email=email).exists():
        raise Refused(
            _("There is an invitation for this address that still works."),
            field="email",
            code="ALREADY_INVITED",
            suggestion=_("Copy its link, or withdraw it first."),
        )
    invitation = Invitation.objects.create(
        email=email,
        role=role,
        token=secrets.token_hex(32),
        invited_by_id=actor.user_id,
        expires_at=timezone.now() + GOOD_FOR,
    )
    record(MemberInvited(invitation=invitation.pk, email=email, role=role))
    if settings.PUBLIC_URL:
        send_invitation.later(
            invitation=invitation.pk, language=get_language() or settings.LANGUAGE_CODE
        )
    return invitation


@operation("system.invitation.revoke", needs="members.invite")
def revoke(actor: Actor, *, invitation: Locked[Invitation]) -> None:
    """Withdraw an invitation; its link stops working at once."""
    if invitation.accepted_at is not None:
        raise Refused(_("This invitation was accepted already."), field="invitation")
    record(InvitationRevoked(invitation=invitation.pk, email=invitation.email))
    invitation.delete()


@operation("system.invitation.accept", needs=SYSTEM)
def accept_as(actor: Actor, *, invitation: Locked[Invitation], user: int) -> Membership:
    """Make the invited user a member, under the invitation's role."""
    invited = User.objects.get(pk=user)
    if problem := why_not(invitation, invited):
        raise Refused(problem, field="invitation")
    membership = members.add(actor, user=user, role=Role(invitation.role))
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    record(InvitationAccepted(invitation=invitation.pk, user=user))
    return membership


def accept(invitation: Invitation, user: User) -> Membership:
    """Accept an invitation that somebody holds the link of.

    They are not a member yet, so no role lets them: the link does.
    """
    actor = Actor(
        workspace_id=invitation.workspace_id,
        who=f"user:{user.pk}",
        via="page",
        user_id=user.pk,
        name=user.display_name,
        permissions=frozenset({SYSTEM}),
    )
    return accept_as(actor, invitation=invitation, user=user.pk)


def why_not(invitation: Invitation, user: User) -> str:
    """Return why a user cannot accept an invitation, as a sentence; empty when they can."""
    if invitation.accepted_at is not None:
        return _("This invitation was used already.")
    if invitation.expires_at <= timezone.now():
        return _("This invitation has expired. Ask for a new one.")
    if invitation.email.lower() != user.email.lower():
        return _("This invitation is for %(email)s. Sign in with that address.") % {
            "email": invitation.email
        }
    members_now = Membership.objects.filter(workspace_id=invitation.workspace_id, user=user)
    if members_now.exists():
        return _("You are a member of this workspace already.")
    return ""


def pending() -> models.QuerySet[Invitation]:
    """Return the workspace's invitations that still work."""
    return Invitation.objects.filter(accepted_at__isnull=True, expires_at__gt=timezone.now())


def find(token: str) -> Invitation | None:
    """Return the invitation of a link, in whatever workspace it is."""
    with everywhere("find an invitation by its link"), transaction.atomic():
        rows = Invitation.objects.select_related("workspace", "invited_by")
        return rows.filter(token=token).first()


def waiting_for(user: User) -> list[Invitation]:
    """Return the invitations a user could accept, in any workspace."""
    with everywhere("list a user's invitations"), transaction.atomic():
        rows = pending().select_related("workspace", "invited_by")
        return list(rows.filter(email__iexact=user.email))

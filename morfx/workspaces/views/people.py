"""Who works here: members, their roles, and who is invited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from morfx.operations.errors import Forbidden, Refused

from ..access import MemberRequest, member_required, needs
from ..forms import JOINING, Invite
from ..models import Invitation, Membership
from ..operations import invitations as invitation_operations
from ..operations import members as member_operations
from ..roles import Role


@member_required
@needs("settings.view")
def members(request: MemberRequest) -> HttpResponse:
    """List the people."""
    return _page(request, Invite(request.actor))


@require_POST
@member_required
@needs("members.invite")
def invite(request: MemberRequest) -> HttpResponse:
    """Invite somebody; the page then shows the link."""
    form = Invite(request.actor, request.POST)
    if not form.run():
        return _page(request, form, status=422)
    sent = _("They get the link by e-mail; you can also copy it below.")
    by_hand = _("Copy the link below and send it to them.")
    messages.success(request, sent if settings.PUBLIC_URL else by_hand)
    return _back(request)


@require_POST
@member_required
def change_role(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Give a member another role."""
    member = get_object_or_404(Membership, pk=member_id)
    role: Any = request.POST.get("role", "")
    return _do(
        request, lambda: member_operations.change_role(request.actor, member=member, role=role)
    )


@require_POST
@member_required
def remove(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Remove a member."""
    member = get_object_or_404(Membership, pk=member_id)
    return _do(request, lambda: member_operations.remove(request.actor, member=member))


@require_POST
@member_required
def revoke(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    """Withdraw an invitation."""
    found = get_object_or_404(Invitation, pk=invitation_id)
    return _do(request, lambda: invitation_operations.revoke(request.actor, invitation=found))


def _do(request: MemberRequest, call: Callable[[], object]) -> HttpResponse:
    """Call an operation and go back to the list, with its sentence when it refuses."""
    try:
        call()
    except Forbidden:
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
    return _back(request)


def _back(request: MemberRequest) -> HttpResponse:
    return redirect("workspaces:members", request.workspace.slug)


def _page(request: MemberRequest, form: Invite, status: int = 200) -> HttpResponse:
    people = Membership.objects.select_related("user").order_by("created_at", "id")
    may_invite = request.actor.may("members.invite")
    waiting = invitation_operations.pending().order_by("-created_at") if may_invite else []
    context = {
        "members": [_person(request, member) for member in people],
        "roles": [{"value": value, "label": label} for value, label in JOINING],
        "invite_form": form if may_invite else None,
        "invite_url": reverse("workspaces:invite", args=[request.workspace.slug]),
        "invitations": [_invitation(request, invitation) for invitation in waiting],
    }
    return render(request, "workspaces/members.html", context, status=status)


def _person(request: MemberRequest, member: Membership) -> dict[str, Any]:
    mine = member.user_id == request.user.pk
    free = member.role != Role.OWNER and not mine
    place = [request.workspace.slug, member.pk]
    return {
        "pk": member.pk,
        "name": member.user.display_name,
        "email": member.user.email,
        "initials": member.user.initials,
        "hue": member.user.hue,
        "role": member.role,
        "role_label": member.get_role_display(),
        "joined_at": member.created_at,
        "is_me": mine,
        "role_url": reverse("workspaces:role", args=place)
        if free and request.actor.may("members.change_role")
        else None,
        "remove_url": reverse("workspaces:remove", args=place)
        if free and request.actor.may("members.remove")
        else None,
    }


def _invitation(request: MemberRequest, invitation: Invitation) -> dict[str, Any]:
    place = [request.workspace.slug, invitation.pk]
    return {
        "email": invitation.email,
        "role_label": invitation.get_role_display(),
        "expires_at": invitation.expires_at,
        "link": request.build_absolute_uri(invitation.path),
        "revoke_url": reverse("workspaces:revoke_invitation", args=place),
    }

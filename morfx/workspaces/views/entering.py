"""From the door to a workspace: which one, a new one, or one somebody invited you to."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from morfx.operations.errors import Refused

from ..access import MemberRequest, member_required, memberships_of
from ..forms import NewWorkspace
from ..models import Invitation, Membership
from ..operations import invitations, workspaces


@login_required
def home(request: Any) -> HttpResponse:
    """Lead people to the workspace they were in last, or the only one; else let them choose."""
    mine = memberships_of(request.user)
    slugs = [membership.workspace.slug for membership in mine]
    last = request.session.get("workspace")
    if last in slugs:
        return redirect(front_of(last))
    if not slugs and not invitations.waiting_for(request.user):
        return redirect("workspaces:create")
    return redirect(front_of(slugs[0]) if len(slugs) == 1 else reverse("workspaces:choose"))


@login_required
def choose(request: Any) -> HttpResponse:
    """Show the user's workspaces and invitations."""
    context = {
        "workspaces": [_shown(membership) for membership in memberships_of(request.user)],
        "invitations": [_offered(each) for each in invitations.waiting_for(request.user)],
        "create_url": reverse("workspaces:create"),
    }
    return render(request, "workspaces/choose.html", context)


def _shown(membership: Membership) -> dict[str, Any]:
    workspace = membership.workspace
    return {
        "name": workspace.name,
        "slug": workspace.slug,
        "initials": workspace.initials,
        "hue": workspace.hue,
        "role_label": membership.get_role_display(),
        "url": reverse("workspaces:front", args=[workspace.slug]),
    }


def _offered(invitation: Invitation) -> dict[str, Any]:
    inviter = invitation.invited_by
    return {
        "workspace_name": invitation.workspace.name,
        "inviter": inviter.display_name if inviter else invitation.workspace.name,
        "role_label": invitation.get_role_display(),
        "email": invitation.email,
        "url": invitation.path,
    }


@login_required
def create(request: Any) -> HttpResponse:
    """Make a workspace; its maker owns it."""
    form = NewWorkspace(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            workspace = workspaces.create(request.user, form.cleaned_data["name"])
        except Refused as refusal:
            form.add_error("name", refusal.message)
        else:
            workspaces.furnish(workspace, via="page")
            messages.success(request, _("Your workspace is ready. Who works with you?"))
            return redirect("workspaces:members", workspace.slug)
    first = not memberships_of(request.user)
    context = {
        "form": form,
        "action": reverse("workspaces:create"),
        "cancel_url": None if first else reverse("workspaces:choose"),
    }
    status = 422 if form.errors else 200
    return render(request, "workspaces/create.html", context, status=status)


@login_required
def invitation(request: Any, token: str) -> HttpResponse:
    """Show what somebody is invited to, and let them join."""
    found = invitations.find(token)
    problem = _problem(found, request)
    if found is not None and request.method == "POST" and not problem:
        try:
            invitations.accept(found, request.user)
        except Refused as refusal:
            problem = refusal.message
        else:
            return redirect(front_of(found.workspace.slug))
    context = {
        "invitation": _offered(found) if found and not problem else None,
        "problem": problem,
        "action": request.path,
        "choose_url": reverse("workspaces:choose"),
    }
    status = 200 if found and not problem else 410 if found else 404
    return render(request, "workspaces/invitation.html", context, status=status)


def _problem(found: Invitation | None, request: Any) -> str:
    if found is None:
        return _("There is no such invitation. It may have been withdrawn.")
    return invitations.why_not(found, request.user)


@member_required
def front(request: MemberRequest) -> HttpResponse:
    """Lead from a workspace's address to its inbox."""
    return redirect(front_of(request.workspace.slug))


def front_of(slug: str) -> str:
    """Return where work begins in a workspace: its inbox, which stands floors above."""
    try:
        return reverse("inbox:list", args=[slug])
    except NoReverseMatch:
        return reverse("workspaces:settings", args=[slug])

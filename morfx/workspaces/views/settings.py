"""The workspace itself: what it is called, and leaving it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from morfx.operations.errors import Refused

from ..access import MemberRequest, member_required, needs
from ..forms import ChangeWorkspace
from ..operations import members
from ..roles import Role


@member_required
@needs("settings.view")
def settings(request: MemberRequest) -> HttpResponse:
    """Show the workspace's data, and change them."""
    workspace, slug = request.workspace, request.workspace.slug
    form = None
    if request.actor.may("workspace.manage"):
        now = {name: getattr(workspace, name) for name in ChangeWorkspace.operation.names}
        form = ChangeWorkspace(request.actor, request.POST or None, initial=now)
        if request.method == "POST" and form.run():
            messages.success(request, _("Saved."))
            return redirect("workspaces:settings", slug)
    context = {
        "form": form,
        "action": reverse("workspaces:settings", args=[slug]),
        "facts": _facts(request),
        "delete_form": None,
        "leave_url": None
        if request.membership.role == Role.OWNER
        else reverse("workspaces:leave", args=[slug]),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "workspaces/settings.html", context, status=status)


def _facts(request: MemberRequest) -> list[dict[str, str]]:
    created = formats.date_format(request.workspace.created_at, "DATE_FORMAT")
    return [
        {"label": _("Address"), "value": f"/{request.workspace.slug}/"},
        {"label": _("Created"), "value": created},
        {"label": _("Your role"), "value": str(request.membership.get_role_display())},
    ]


@require_POST
@member_required
def leave(request: MemberRequest) -> HttpResponse:
    """Leave the workspace."""
    try:
        members.leave(request.membership)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("workspaces:settings", request.workspace.slug)
    request.session.pop("workspace", None)
    words = {"name": request.workspace.name}
    messages.success(request, _("You left %(name)s.") % words)
    return redirect("workspaces:choose")

"""Who may come in: the workspace of a URL, the member behind a request, and their transaction."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from morfx.operations.actor import Actor
from morfx.operations.errors import Forbidden
from morfx.tenancy import everywhere, within

from .models import Membership, User, Workspace

P = ParamSpec("P")

DEMO = "demo"
"""The slug of the demo workspace, which has a simulated phone."""


class MemberRequest(HttpRequest):
    """A request that has passed `member_required`."""

    user: User
    workspace: Workspace
    membership: Membership
    memberships: list[Membership]
    actor: Actor


def membership_of(user: User, slug: str) -> Membership | None:
    """Return a user's membership of the workspace with a slug; None for who is not a member."""
    with everywhere("find a member by slug"), transaction.atomic():
        return (
            Membership.objects.select_related("workspace", "user")
            .filter(user=user, workspace__slug=slug)
            .first()
        )


def workspace_called(slug: str) -> Workspace | None:
    """Return the workspace with a slug, for commands, which belong to nobody."""
    with everywhere("find a workspace for a command"), transaction.atomic():
        return Workspace.objects.filter(slug=slug).first()


def memberships_of(user: User) -> list[Membership]:
    """Return a user's memberships, by their workspaces' names."""
    with everywhere("list a user's memberships"), transaction.atomic():
        found = Membership.objects.filter(user=user).select_related("workspace")
        rows = list(found.order_by("workspace__name"))
    for row in rows:
        row.user = user
    return rows


def member_required(
    view: Callable[Concatenate[MemberRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, str, P], HttpResponse]:
    """Let members of the URL's workspace in, with one transaction for the whole page.

    The view gets `request.workspace`, `request.membership`, the user's other `memberships` and
    `request.actor`; a stranger gets 404, somebody without the permission 403.
    """

    @wraps(view)
    def guarded(request: Any, slug: str, *args: Any, **kwargs: Any) -> HttpResponse:
        request.memberships = memberships_of(request.user)
        mine = [one for one in request.memberships if one.workspace.slug == slug]
        if not mine:
            raise Http404
        membership = mine[0]
        request.workspace, request.membership = membership.workspace, membership
        request.actor = membership.actor()
        if request.session.get("workspace") != slug:
            request.session["workspace"] = slug
        with within(membership.workspace_id), transaction.atomic():
            try:
                return view(request, *args, **kwargs)
            except Forbidden as refusal:
                return render(request, "403.html", {"refusal": refusal}, status=403)

    return cast(Callable[Concatenate[HttpRequest, str, P], HttpResponse], login_required(guarded))


def needs(
    permission: str,
) -> Callable[
    [Callable[Concatenate[MemberRequest, P], HttpResponse]],
    Callable[Concatenate[MemberRequest, P], HttpResponse],
]:
    """Refuse a page to members without a permission; goes below `member_required`."""

    def decorate(
        view: Callable[Concatenate[MemberRequest, P], HttpResponse],
    ) -> Callable[Concatenate[MemberRequest, P], HttpResponse]:
        @wraps(view)
        def guarded(request: MemberRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.actor.may(permission):
                from django.utils.translation import gettext as _

                raise Forbidden(_("You do not have the permission to see this page."))
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def context(request: HttpRequest) -> dict[str, object]:
    """Give templates the workspace, the membership and the user's other workspaces."""
    workspace = getattr(request, "workspace", None)
    if workspace is None:
        return {}
    membership: Membership = request.membership  # type: ignore[attr-defined]
    return {
        "workspace": workspace,
        "membership": membership,
        "may": {name.replace(".", "_"): True for name in membership.actor().permissions},
        "other_workspaces": [
            one.workspace
            for one in request.memberships  # type: ignore[attr-defined]
            if one.workspace_id != workspace.pk
        ],
        "is_demo": workspace.slug == DEMO and not settings.PROD,
    }

"""Keys for other programs: made, shown once, revoked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ..access import MemberRequest, member_required, needs
from ..forms import NewKey
from ..models import ApiKey
from ..operations import keys as operations


@member_required
@needs("settings.view")
def keys(request: MemberRequest) -> HttpResponse:
    """List the keys."""
    return _page(request, NewKey(request.actor, initial={"role": "agent"}))


@never_cache
@require_POST
@member_required
@needs("settings.edit")
def create(request: MemberRequest) -> HttpResponse:
    """Make a key and show it, this once: the page is the only place that ever does."""
    form = NewKey(request.actor, request.POST)
    if form.run():
        fresh = NewKey(request.actor, initial={"role": "agent"})
        return _page(request, fresh, new_key=str(form.result["key"]))
    return _page(request, form, status=422)


@require_POST
@member_required
def revoke(request: MemberRequest, key_id: UUID) -> HttpResponse:
    """Revoke a key."""
    operations.revoke(request.actor, key=get_object_or_404(ApiKey, pk=key_id))
    return redirect("workspaces:keys", request.workspace.slug)


def _page(
    request: MemberRequest, form: NewKey, *, new_key: str = "", status: int = 200
) -> HttpResponse:
    may_edit = request.actor.may("settings.edit")
    rows = ApiKey.objects.select_related("created_by").order_by("-id")
    context = {
        "new_key": new_key,
        "form": form if may_edit else None,
        "create_url": reverse("workspaces:create_key", args=[request.workspace.slug]),
        "docs_url": reverse("api:docs"),
        "keys": [_shown(request, key, may_edit) for key in rows],
    }
    return render(request, "workspaces/keys.html", context, status=status)


def _shown(request: MemberRequest, key: ApiKey, may_edit: bool) -> dict[str, Any]:
    place = [request.workspace.slug, key.pk]
    return {
        "name": key.name,
        "prefix": key.prefix,
        "role_label": key.get_role_display(),
        "allows": _allows(key),
        "created_at": key.created_at,
        "created_by": key.created_by.display_name if key.created_by else _("the system"),
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
        "revoke_url": reverse("workspaces:revoke_key", args=place) if may_edit else None,
    }


def _allows(key: ApiKey) -> str:
    if key.allowed is None:
        return ""
    if len(key.allowed) <= 2:
        return ", ".join(key.allowed)
    words = ngettext("%(count)s operation", "%(count)s operations", len(key.allowed))
    return words % {"count": len(key.allowed)}

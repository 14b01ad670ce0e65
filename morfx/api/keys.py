"""Whose call is this? The workspace, the role and the allow-list are the key's, nothing else's."""

from __future__ import annotations

from datetime import timedelta

from django.db import models, transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from morfx.operations.actor import Actor
from morfx.operations.errors import Refused
from morfx.tenancy import everywhere
from morfx.workspaces.models import ApiKey
from morfx.workspaces.operations.keys import digest

USED_EVERY = timedelta(minutes=1)


class Unauthenticated(Refused):
    """No key, or none that works."""

    status = 401


def actor_of(request: HttpRequest) -> Actor:
    """Return who the request's key stands for. Raises Unauthenticated."""
    scheme, _space, plain = request.headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer" or not plain.strip():
        raise Unauthenticated(
            _("Send your API key in the header “Authorization: Bearer mfx_…”."),
            code="MISSING_API_KEY",
        )
    with everywhere("find an API key"), transaction.atomic():
        key = _working_keys().filter(digest=digest(plain.strip())).first()
        if key is None:
            raise Unauthenticated(_("This API key does not work."), code="INVALID_API_KEY")
        _note_use(key)
    return key.actor()


def _working_keys() -> models.QuerySet[ApiKey]:
    unexpired = Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now())
    return ApiKey.objects.filter(unexpired, revoked_at__isnull=True)


def _note_use(key: ApiKey) -> None:
    """Note when the key was last used, at most once a minute."""
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > USED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)

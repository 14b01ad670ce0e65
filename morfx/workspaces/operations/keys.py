"""API keys are made and revoked."""

from __future__ import annotations

import hashlib
import secrets

from django.utils import timezone
from django.utils.translation import gettext as _

from morfx.events.ledger import record
from morfx.operations.actor import Actor
from morfx.operations.answers import Once
from morfx.operations.catalogue import lookups, operation, operations
from morfx.operations.errors import Forbidden, Refused
from morfx.operations.inputs import Label, Locked

from ..facts import ApiKeyCreated, ApiKeyRevoked
from ..models import ApiKey
from ..roles import Role, permissions_of


def digest(key: str) -> str:
    """Return what is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


@operation("system.apikey.create", needs="settings.edit")
def create(
    actor: Actor, *, name: Label, role: Role = Role.AGENT, allow: list[str] | None = None
) -> dict[str, object]:
    """Create an API key; the answer shows it, this once.

    `allow` limits it to the named operations and lookups.
    """
    if not permissions_of(role) <= actor.permissions and "system" not in actor.permissions:
        raise Forbidden(_("A key cannot have more permissions than you."))
    if unknown := [n for n in allow or [] if n not in operations and n not in lookups]:
        raise Refused(
            _("There is no operation called %(name)s.") % {"name": unknown[0]}, field="allow"
        )
    plain = f"mfx_{secrets.token_hex(16)}"
    key = ApiKey.objects.create(
        name=name,
        role=role,
        allowed=allow,
        prefix=plain[:8],
        digest=digest(plain),
        created_by_id=actor.user_id,
    )
    record(ApiKeyCreated(key=key.pk, title=name, role=role))
    return {"id": key.pk, "name": name, "role": role, "key": Once(plain)}


@operation("system.apikey.revoke", needs="settings.edit")
def revoke(actor: Actor, *, key: Locked[ApiKey]) -> ApiKey:
    """Revoke an API key; it stops working at once."""
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        record(ApiKeyRevoked(key=key.pk, title=key.name))
    return key

"""Who takes conversations now."""

from __future__ import annotations

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from morfx.events.ledger import record
from morfx.operations.actor import Actor
from morfx.operations.catalogue import operation
from morfx.operations.errors import Forbidden

from ..facts import AvailabilityChanged
from ..models import Availability


@operation("whatsapp.availability.set", needs="whatsapp.view")
def set_online(actor: Actor, *, online: bool) -> None:
    """Say whether you take conversations now."""
    if actor.user_id is None:
        raise Forbidden(_("You can only change your own availability."))
    row, made = Availability.objects.get_or_create(user_id=actor.user_id)
    if made or row.is_online != online:
        row.is_online = online
        row.save(update_fields=["is_online"])
        record(AvailabilityChanged(user=actor.user_id, online=online))


def next_in_turn() -> int | None:
    """Take the online member who has waited longest; None when nobody is online.

    Call inside an operation: the row is locked, so that two hand-overs at once find two people.
    """
    online = Availability.objects.filter(is_online=True).order_by(
        F("last_assigned_at").asc(nulls_first=True), "id"
    )
    # Two hand-overs at once find two people; with one person online the second waits for them.
    row = online.select_for_update(skip_locked=True).first() or online.select_for_update().first()
    if row is None:
        return None
    row.last_assigned_at = timezone.now()
    row.save(update_fields=["last_assigned_at"])
    return row.user_id

"""What happened to a contact or an order, from the ledger, as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from morfx.events.ledger import sentence
from morfx.events.models import Event
from morfx.workspaces.models import User

from ..facts.fields import label, said
from .answering import Shape


def events_of(kind: str, pk: UUID) -> QuerySet[Event]:
    """Return what happened to a row: `kind` is "contact" or "order".

    Ids sort by time, so nothing before the row's own id can be about it.
    """
    return Event.objects.filter(pk__gte=pk, **{f"about_{kind}": pk})


def shown(events: Iterable[Event]) -> list[Shape]:
    """Return events as the timeline shows them."""
    events = list(events)
    people = _people(events)
    return [
        {
            "at": event.created_at,
            "who": people.get(event.who) or _name(event.who),
            "text": sentence(event),
            "changes": _changes(event),
        }
        for event in events
    ]


def _people(events: Sequence[Event]) -> dict[str, str]:
    ids = {event.who.removeprefix("user:") for event in events if event.who.startswith("user:")}
    users = User.objects.filter(pk__in=[pk for pk in ids if pk.isdigit()])
    return {f"user:{user.pk}": user.display_name for user in users}


def _name(who: str) -> str:
    kind, _colon, name = who.partition(":")
    kinds = {
        "agent": name,
        "automation": _("An automation"),
        "key": _("An API key"),
        "system": _("The system"),
        "user": _("A former member"),
    }
    return kinds.get(kind, who)


def _changes(event: Event) -> list[Shape]:
    changes = event.facts.get("changes") or {}
    return [
        {
            "field": label(name),
            "old": said(name, change.get("old")),
            "new": said(name, change.get("new")),
        }
        for name, change in changes.items()
        if not isinstance(change.get("new"), list)
    ]

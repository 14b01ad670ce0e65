"""What the CRM knows of conversations, which live a floor above.

It never imports them: the way back from a contact to its conversations leads to their rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.db.models.base import ModelBase
from django.urls import NoReverseMatch, reverse

from .models import Contact


def exists(conversation: UUID) -> bool:
    """Tell whether there is such a conversation here."""
    return _rows().filter(pk=conversation).exists()


def names(conversations: Iterable[UUID]) -> dict[UUID, str]:
    """Return what conversations are called, in one query."""
    wanted = set(conversations)
    found = _rows().select_related("contact", "identity").in_bulk(wanted) if wanted else {}
    return {pk: str(row) for pk, row in found.items()}


def newest_of(contact: UUID) -> UUID | None:
    """Return the contact's conversation in which somebody spoke last."""
    rows = _rows().filter(contact=contact).order_by("-last_message_at", "-pk")
    return rows.values_list("pk", flat=True).first()


def last_message() -> Subquery:
    """Return when somebody last spoke with a contact, as an annotation of contacts."""
    rows = _rows().filter(contact=OuterRef("pk"), last_message_at__isnull=False)
    return Subquery(rows.order_by("-last_message_at").values("last_message_at")[:1])


def url(slug: str, conversation: UUID | None) -> str | None:
    """Return where a conversation is read; None without one."""
    try:
        return reverse("inbox:conversation", args=[slug, conversation]) if conversation else None
    except NoReverseMatch:
        return None


def _rows() -> QuerySet[Model]:
    model = Contact._meta.get_field("conversations").related_model
    assert isinstance(model, ModelBase)
    rows: QuerySet[Model] = model._default_manager.all()
    return rows

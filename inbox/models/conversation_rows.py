"""Which conversations: who may see them, which filter, what somebody typed into the search."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol, Self

from django.db import models
from django.db.models import Prefetch, Q

from crm import search
from crm.models import Contact, Order, Stage, Tag, fold
from morfx.operations.inputs import parse_phone
from morfx.workspaces.roles import Role

if TYPE_CHECKING:
    from .conversations import Conversation  # noqa: F401

FILTERS = ("all", "unread", "mine", "unassigned", "archived")


class Viewer(Protocol):
    """Somebody who looks: a membership, or an actor."""

    @property
    def role(self) -> str:
        """Return the role; empty for who is not a member."""

    @property
    def user_id(self) -> int | None:
        """Return the user; None for who is not a person."""


class ConversationRows(models.QuerySet["Conversation"]):
    """Conversations, narrowed by what pages and doors ask."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Keep what a viewer may see: an agent, their own and the unassigned; others, all."""
        if viewer.role != Role.AGENT or viewer.user_id is None:
            return self
        return self.filter(Q(assigned_to=viewer.user_id) | Q(assigned_to=None))

    def filtered(self, key: str, user_id: int | None) -> Self:
        """Keep what one of FILTERS names; all but `archived` speak of active conversations."""
        status = "archived" if key == "archived" else "active"
        rows = self.filter(status=status)
        if key == "unread":
            return rows.filter(unread_count__gt=0)
        if key == "mine":
            return rows.filter(assigned_to=user_id)
        return rows.filter(assigned_to=None) if key == "unassigned" else rows

    def search(self, text: str) -> Self:
        """Keep those whose person, number (in any spelling, or its end) or last words match."""
        text = text.replace("\x00", "").strip()
        if not text:
            return self
        people = search.contacts(Contact.objects.all(), text).values("pk")
        found = Q(contact__in=people) | Q(last_preview__icontains=text)
        for name in {text, fold(text)}:
            found |= Q(profile_name__icontains=name)
        return self.filter(found | _address(text))

    def for_list(self) -> Self:
        """Load what a row of the list shows: `contact.listed_tags` and `contact.open_orders`.

        As lists: a related manager costs as much to ask, row by row, as the rest of the list.
        """
        under_way = Order.objects.filter(stage__closing=Stage.Closing.OPEN).select_related("stage")
        return self.select_related("contact", "assigned_to").prefetch_related(
            Prefetch("contact__tags", queryset=Tag.objects.all(), to_attr="listed_tags"),
            Prefetch("contact__orders", queryset=under_way, to_attr="open_orders"),
        )

    def for_screen(self) -> Self:
        """Load what the open conversation shows of itself."""
        return self.select_related("contact", "channel", "assigned_to", "identity")


def _address(text: str) -> Q:
    """Match the sender's own id, however its number is spelled."""
    digits = re.sub(r"\D", "", text)
    if len(digits) < search.FEWEST_DIGITS or re.search(r"[^\W\d_]", text):
        return Q(pk__in=[])
    whole: Any = (parse_phone(text) or digits).lstrip("+")
    return Q(address__contains=digits) | Q(address__contains=whole)

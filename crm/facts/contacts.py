"""What happens to contacts, and to what hangs on them: tags, notes, identities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from morfx.events.ledger import Fact

from .fields import listed
from .screens import screens


@dataclass(frozen=True, kw_only=True)
class ContactCreated(Fact):
    """A contact came to be, typed in or because somebody wrote."""

    name = "contact.created"
    contact: UUID
    title: str
    phone: str | None
    email: str = ""
    city: str = ""

    def describe(self) -> str:
        return _("The contact %(title)s was created.") % {"title": self.title}

    def pokes(self) -> Iterable[str]:
        return screens("contacts", contact=self.contact)


@dataclass(frozen=True, kw_only=True)
class ContactUpdated(Fact):
    """Fields of a contact changed: `changes` is `{field: {old, new}}`."""

    name = "contact.updated"
    contact: UUID
    title: str
    changes: Mapping[str, Mapping[str, object]]

    def describe(self) -> str:
        shown = {"title": self.title, "fields": listed(self.changes)}
        return _("%(fields)s of %(title)s changed.") % shown

    def pokes(self) -> Iterable[str]:
        return screens("contacts", contact=self.contact)


@dataclass(frozen=True, kw_only=True)
class ContactIdentified(Fact):
    """A channel told one more id of a contact we knew."""

    name = "contact.identified"
    contact: UUID
    title: str
    kind: str
    value: str

    def describe(self) -> str:
        shown = {"title": self.title, "kind": self.kind, "value": self.value}
        return _("%(title)s is now also known by %(kind)s %(value)s.") % shown

    def pokes(self) -> Iterable[str]:
        return screens("contacts", contact=self.contact)


@dataclass(frozen=True, kw_only=True)
class ContactDeleted(Fact):
    """A contact is gone; its orders stay, without it."""

    name = "contact.deleted"
    contact: UUID
    title: str
    phone: str | None

    def describe(self) -> str:
        return _("The contact %(title)s was deleted.") % {"title": self.title}

    def pokes(self) -> Iterable[str]:
        return screens("contacts", "orders", "tasks", contact=self.contact)


@dataclass(frozen=True, kw_only=True)
class TagAssigned(Fact):
    """A tag was put on a contact, an order or a conversation.

    `on` says which of them; `contact` is also the order's or the conversation's contact.
    """

    name = "tag.assigned"
    tag: UUID
    title: str
    on: str
    contact: UUID | None = None
    order: UUID | None = None
    conversation: UUID | None = None

    def describe(self) -> str:
        return _("The tag %(title)s was added.") % {"title": self.title}

    def pokes(self) -> Iterable[str]:
        return _tagged(self)


@dataclass(frozen=True, kw_only=True)
class TagRemoved(Fact):
    """A tag was taken off a contact, an order or a conversation; see TagAssigned."""

    name = "tag.removed"
    tag: UUID
    title: str
    on: str
    contact: UUID | None = None
    order: UUID | None = None
    conversation: UUID | None = None

    def describe(self) -> str:
        return _("The tag %(title)s was removed.") % {"title": self.title}

    def pokes(self) -> Iterable[str]:
        return _tagged(self)


def _tagged(fact: TagAssigned | TagRemoved) -> Iterable[str]:
    lists = {"contact": ("contacts",), "order": ("orders",), "conversation": ("inbox",)}
    rows = {"contact": fact.contact, "order": fact.order, "conversation": fact.conversation}
    return screens(*lists.get(fact.on, ()), **rows)


@dataclass(frozen=True, kw_only=True)
class NoteCreated(Fact):
    """Somebody wrote something down about a contact."""

    name = "note.created"
    note: UUID
    contact: UUID

    def describe(self) -> str:
        return _("A note was added.")

    def pokes(self) -> Iterable[str]:
        return screens(contact=self.contact)


@dataclass(frozen=True, kw_only=True)
class NoteDeleted(Fact):
    """A note was deleted."""

    name = "note.deleted"
    note: UUID
    contact: UUID

    def describe(self) -> str:
        return _("A note was deleted.")

    def pokes(self) -> Iterable[str]:
        return screens(contact=self.contact)

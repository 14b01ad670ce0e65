"""What WhatsApp tells besides what customers say: changes of messages, people and numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from morfx.events.ledger import Fact

from .facts import InConversation


@dataclass(frozen=True, kw_only=True)
class MessageEdited(InConversation):
    """A message was rewritten by whoever wrote it."""

    name = "message.edited"
    message: UUID
    former: str
    text: str

    def describe(self) -> str:
        return _("A message was rewritten: %(text)s") % {"text": self.text[:80]}


@dataclass(frozen=True, kw_only=True)
class MessageDeleted(InConversation):
    """A message was deleted for everyone by whoever wrote it."""

    name = "message.deleted"
    message: UUID

    def describe(self) -> str:
        return _("A message was deleted.")


@dataclass(frozen=True, kw_only=True)
class MessageReacted(InConversation):
    """Somebody reacted to a message, or took the reaction back."""

    name = "message.reacted"
    provider_id: str
    """WhatsApp's id of the message; it may not be here yet."""
    emoji: str
    by: str

    def describe(self) -> str:
        if not self.emoji:
            return _("A reaction was taken back.")
        return _("Reacted with %(emoji)s") % {"emoji": self.emoji}


@dataclass(frozen=True, kw_only=True)
class MessageEchoed(InConversation):
    """Somebody wrote to the customer from the business's own phone."""

    name = "message.echoed"
    message: UUID
    kind: str
    text: str

    def describe(self) -> str:
        return _("Written on the phone: %(text)s") % {"text": self.text[:80] or self.kind}


@dataclass(frozen=True, kw_only=True)
class CustomerNoticed(InConversation):
    """WhatsApp told of a change of the customer: number, id or security key."""

    name = "customer.noticed"
    kind: str
    text: str

    def describe(self) -> str:
        return self.text or _("WhatsApp told of a change of the customer.")


@dataclass(frozen=True, kw_only=True)
class HistoryImported(Fact):
    """Messages from before the number was connected were brought in."""

    name = "history.imported"
    channel: UUID
    messages: int

    def describe(self) -> str:
        return _("%(count)s earlier messages were brought in.") % {"count": self.messages}

    def pokes(self) -> Iterable[str]:
        return ("inbox",)


@dataclass(frozen=True, kw_only=True)
class ChannelNoticed(Fact):
    """WhatsApp told something about the number or its account."""

    name = "channel.noticed"
    channel: UUID
    field: str
    summary: str
    digest: str
    """What tells this notice from every other: it is recorded once."""

    def describe(self) -> str:
        return _("WhatsApp says of the number: %(summary)s") % {"summary": self.summary}

"""What happens in conversations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from morfx.events.ledger import Fact
from morfx.web.sentences import read


@dataclass(frozen=True, kw_only=True)
class InConversation(Fact, abstract=True):
    conversation: UUID

    def pokes(self) -> Iterable[str]:
        return ("inbox", f"conversation-{self.conversation}", "phone")


@dataclass(frozen=True, kw_only=True)
class MessageReceived(InConversation):
    """A customer wrote."""

    name = "message.received"
    message: UUID
    contact: UUID
    kind: str
    text: str
    first_ever: bool

    def describe(self) -> str:
        return _("The customer wrote: %(text)s") % {"text": self.text[:80] or self.kind}


@dataclass(frozen=True, kw_only=True)
class MessageQueued(InConversation):
    """Somebody wrote to the customer; it is on its way."""

    name = "message.queued"
    message: UUID
    sender: str
    text: str

    def describe(self) -> str:
        return _("A message was written: %(text)s") % {"text": self.text[:80]}


@dataclass(frozen=True, kw_only=True)
class BubblesPlanned(InConversation):
    """An agent planned what to say."""

    name = "message.planned"
    plan: str
    agent: str
    count: int

    def describe(self) -> str:
        return _("The agent planned %(count)s messages.") % {"count": self.count}


@dataclass(frozen=True, kw_only=True)
class MessageFailed(InConversation):
    """A message was refused, or nobody knows whether it arrived."""

    name = "message.failed"
    message: UUID
    code: int | None
    reason: str

    def describe(self) -> str:
        return _("A message was not delivered: %(reason)s") % {"reason": self.reason}


@dataclass(frozen=True, kw_only=True)
class ConversationOpened(InConversation):
    """A conversation began."""

    name = "conversation.opened"
    contact: UUID

    def describe(self) -> str:
        return _("A conversation began.")


@dataclass(frozen=True, kw_only=True)
class ConversationAssigned(InConversation):
    """A conversation was given to a member, or to nobody."""

    name = "conversation.assigned"
    from_user: int | None
    to_user: int | None

    def describe(self) -> str:
        if self.to_user is None:
            return _("The conversation is assigned to nobody now.")
        return _("The conversation was assigned.")


@dataclass(frozen=True, kw_only=True)
class ConversationTaken(InConversation):
    """A person took the conversation over; the bot is silent from here."""

    name = "conversation.taken"
    by: str
    epoch: int

    def describe(self) -> str:
        return _("A person took the conversation over.")


@dataclass(frozen=True, kw_only=True)
class ConversationGivenBack(InConversation):
    """A person gave the conversation back to the bot."""

    name = "conversation.givenBack"
    epoch: int

    def describe(self) -> str:
        return _("The conversation was given back to the bot.")


@dataclass(frozen=True, kw_only=True)
class BotSwitched(InConversation):
    """The bot was switched on or off for this conversation."""

    name = "conversation.botSwitched"
    enabled: bool | None
    epoch: int

    def describe(self) -> str:
        return _("The bot was switched on.") if self.enabled else _("The bot was switched off.")


@dataclass(frozen=True, kw_only=True)
class ConversationHandedOver(InConversation):
    """The bot gave the conversation to people."""

    name = "conversation.handedOver"
    reason: str
    task: UUID
    to_user: int | None

    def describe(self) -> str:
        return _("The bot handed the conversation over: %(reason)s") % {"reason": read(self.reason)}


@dataclass(frozen=True, kw_only=True)
class ConversationArchived(InConversation):
    """A conversation was closed or opened again."""

    name = "conversation.archived"
    archived: bool

    def describe(self) -> str:
        return (
            _("The conversation was closed.")
            if self.archived
            else _("The conversation was opened again.")
        )


@dataclass(frozen=True, kw_only=True)
class ChannelConnected(Fact):
    """A WhatsApp number was connected or changed."""

    name = "channel.connected"
    channel: UUID
    provider: str
    phone_number_id: str

    def describe(self) -> str:
        return _("The number %(number)s was connected.") % {"number": self.phone_number_id}


@dataclass(frozen=True, kw_only=True)
class TemplatesSynchronised(Fact):
    """The list of a business account's templates was fetched and differed from ours."""

    name = "template.synchronised"
    channel: UUID
    added: int
    changed: int
    gone: int

    def describe(self) -> str:
        words = {"added": self.added, "changed": self.changed, "gone": self.gone}
        return _("Templates: %(added)s new, %(changed)s changed, %(gone)s gone.") % words


@dataclass(frozen=True, kw_only=True)
class TemplateStatusChanged(Fact):
    """WhatsApp approved, rejected, paused… a template that we knew, or moved its category."""

    name = "template.statusChanged"
    template: UUID
    title: str
    language: str
    from_status: str
    to_status: str
    from_category: str
    to_category: str
    reason: str

    def describe(self) -> str:
        words = {"name": self.title, "status": self.to_status, "category": self.to_category}
        if self.from_status == self.to_status:
            return _("The template %(name)s is in the category %(category)s now.") % words
        return _("The template %(name)s is %(status)s now.") % words


@dataclass(frozen=True, kw_only=True)
class ChannelStopped(Fact):
    """WhatsApp refuses everything a number sends; nothing more is tried until it is resumed."""

    name = "channel.stopped"
    channel: UUID
    number: str
    code: int | None
    reason: str

    def describe(self) -> str:
        words = {"number": self.number, "reason": self.reason}
        return _("The number %(number)s stopped sending: %(reason)s") % words

    def pokes(self) -> Iterable[str]:
        return ("channels",)


@dataclass(frozen=True, kw_only=True)
class ChannelResumed(Fact):
    """A stopped number sends again."""

    name = "channel.resumed"
    channel: UUID
    number: str

    def describe(self) -> str:
        return _("The number %(number)s sends again.") % {"number": self.number}

    def pokes(self) -> Iterable[str]:
        return ("channels",)


@dataclass(frozen=True, kw_only=True)
class ChannelHeld(Fact):
    """WhatsApp made a number wait: it sent too much, is moved, or people reported it."""

    name = "channel.held"
    channel: UUID
    number: str
    code: int | None
    reason: str
    seconds: int

    def describe(self) -> str:
        words = {"number": self.number, "reason": self.reason, "seconds": self.seconds}
        return _("The number %(number)s waits %(seconds)s seconds: %(reason)s") % words


@dataclass(frozen=True, kw_only=True)
class AvailabilityChanged(Fact):
    """A member came online or went away."""

    name = "availability.changed"
    user: int
    online: bool

    def describe(self) -> str:
        return _("A member is online.") if self.online else _("A member is away.")

    def pokes(self) -> Iterable[str]:
        return ("inbox",)

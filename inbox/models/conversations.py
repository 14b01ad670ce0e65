"""Conversations, who owns them, and their messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from crm.models import Contact, ContactIdentity
from inbox import bot, window
from morfx.tenancy.rows import Owned, OwnedManager

from .channels import Channel
from .conversation_rows import ConversationRows

if TYPE_CHECKING:
    from datetime import datetime

NEWEST = F("last_message_at").desc(nulls_last=True)
"""The newest first: exactly how lists are sorted, or an index does not serve them."""
LATEST = F("id").desc()


class Conversation(Owned):
    """All that is said between one sender and one of our numbers.

    `owner_who` is the person (or program) that took it over, empty while the bot may speak.
    `epoch` rises with every change of owner and with every switch of the bot: no bubble planned
    under an older epoch is ever sent.
    """

    class Status(models.TextChoices):
        ACTIVE = "active"
        ARCHIVED = "archived"

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+", db_index=False)
    identity = models.ForeignKey(ContactIdentity, models.RESTRICT, related_name="+")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="conversations")
    address = models.CharField(max_length=160)
    """What we send to: the provider's own id of the sender, as it was given."""
    profile_name = models.CharField(max_length=200, blank=True)
    status = models.TextField(choices=Status.choices, default=Status.ACTIVE)
    unread_count = models.PositiveIntegerField(default=0)
    last_message_at = models.DateTimeField(null=True)
    last_customer_message_at = models.DateTimeField(null=True)
    last_preview = models.CharField(max_length=120, blank=True)
    last_sender = models.TextField(default="", blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    team = models.CharField(max_length=100, blank=True)
    bot_enabled = models.BooleanField(null=True)
    """None inherits the workspace's switch."""
    owner_who = models.TextField(default="", blank=True)
    epoch = models.BigIntegerField(default=1)
    handed_over_at = models.DateTimeField(null=True)
    spent_until = models.DateTimeField(null=True)
    """Until when our budget of messages to this one person is spent; see `inbox.pacing`."""
    user_id_told = models.CharField(max_length=160, blank=True, default="", db_default="")
    """The business-scoped id that WhatsApp last named when it took a message for this person."""

    objects: ClassVar = OwnedManager.from_queryset(ConversationRows)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "identity"], name="conversation_once"),
        ]
        indexes = [
            models.Index("workspace", "status", NEWEST, LATEST, name="conversation_newest"),
            models.Index("workspace", "assigned_to", NEWEST, LATEST, name="conversation_of_member"),
            models.Index(
                "workspace",
                NEWEST,
                LATEST,
                name="conversation_to_read",
                condition=Q(unread_count__gt=0),
            ),
            models.Index(fields=["workspace", "contact"], name="conversation_of_contact"),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """Return how people call it: the contact's name, the profile's, else the address."""
        contact = self.contact.name if self.contact else ""
        return contact or self.profile_name or self.address

    @property
    def owned_by_person(self) -> bool:
        """Tell whether a person has taken it over."""
        return bool(self.owner_who)

    def as_answer(self) -> dict[str, object]:
        """Return the conversation as answers show it."""
        now = timezone.now()
        state = bot.state_of(self)
        owner_id = self.owner_who.partition(":")[2] if self.owner_who else state.agent
        return {
            "id": self.pk,
            "contact_id": self.contact_id,
            "channel_id": self.channel_id,
            "name": self.display_name,
            "address": self.address,
            "status": self.status,
            "unread_count": self.unread_count,
            "assigned_to": self.assigned_to_id,
            "team": self.team,
            "bot": {"enabled": state.enabled, "agent": state.agent},
            "owner": {"kind": "person" if self.owner_who else "bot", "id": owner_id},
            "epoch": self.epoch,
            "window": {
                "open": window.is_open(self.last_customer_message_at, now),
                "closes_at": window.closes_at(self.last_customer_message_at),
            },
            "last_message_at": self.last_message_at,
            "created_at": self.created_at,
        }

    def window_state(self, now: datetime | None = None) -> str:
        """Return whether free text may be sent: open, closing or closed."""
        return window.state(self.last_customer_message_at, now or timezone.now())


class Message(Owned):
    """One message of a conversation; an outbound one is what its sends came to."""

    class Direction(models.TextChoices):
        INBOUND = "inbound"
        OUTBOUND = "outbound"

    class Sender(models.TextChoices):
        CONTACT = "contact"
        USER = "user"
        AGENT = "agent"
        AUTOMATION = "automation"
        SYSTEM = "system"

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="messages", db_index=False
    )
    direction = models.TextField(choices=Direction.choices)
    type = models.TextField(default="text")
    text = models.TextField(blank=True, default="")
    content = models.JSONField(default=dict)
    provider_id = models.TextField(null=True)
    sender = models.TextField(choices=Sender.choices)
    sender_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    reply_to = models.TextField(default="", blank=True)
    """The provider's id of the message this one quotes, rewrites, deletes or reacts to."""
    status = models.TextField(default="received")
    progress = models.JSONField(default=dict)
    error = models.JSONField(default=dict)
    occurred_at = models.DateTimeField(default=timezone.now)
    """When it happened by the provider's clock; our own where it gave none."""
    heard_at = models.DateTimeField(null=True)
    """Inbound: when an agent took it up, or was found to have no say; null until then."""
    heard_by = models.TextField(default="", blank=True)
    """The turn that answered (`turn:<id>`), or why there was none (`agent_off`, `person`…)."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "provider_id"],
                name="message_once",
                condition=Q(provider_id__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "conversation", "-id"], name="message_thread"),
            models.Index(
                fields=["workspace", "conversation", "id"],
                name="message_unheard",
                condition=Q(direction="inbound", heard_at__isnull=True),
            ),
            models.Index(
                fields=["workspace", "reply_to"],
                name="message_amending",
                condition=Q(type__in=["edit", "revoke", "reaction"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.type}: {self.text[:40]}"

    def as_answer(self) -> dict[str, object]:
        """Return the message as answers show it."""
        return {
            "id": self.pk,
            "conversation_id": self.conversation_id,
            "direction": self.direction,
            "type": self.type,
            "text": self.text,
            "content": self.content,
            "status": self.status,
            "sender": self.sender,
            "provider_id": self.provider_id,
            "error": self.error or None,
            "heard_by": self.heard_by or None,
            "occurred_at": self.occurred_at,
            "created_at": self.created_at,
        }

"""The ledger of what goes out: one row per bubble and attempt, written before anything is sent."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone

from morfx.tenancy.rows import Owned

from .conversations import Conversation, Message


class Send(Owned):
    """One bubble on its way out. Its id travels along as `biz_opaque_callback_data`.

    planned → claimed → accepted | rejected | unknown, or withdrawn before it was claimed. An
    unknown one is never sent again blindly; a status webhook that carries our id settles it.
    Another try is another row with the next `attempt`; the message has them all.
    """

    class State(models.TextChoices):
        PLANNED = "planned"
        CLAIMED = "claimed"
        ACCEPTED = "accepted"
        REJECTED = "rejected"
        UNKNOWN = "unknown"
        WITHDRAWN = "withdrawn"

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="sends", db_index=False
    )
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="sends")
    """What the thread shows; made when the bubble is claimed, at once for a person's."""
    sender = models.TextField(choices=Message.Sender.choices)
    sender_id = models.TextField(default="", blank=True)
    """Whose: a user's id, an agent's id, an automation's."""
    purpose = models.TextField(null=True)
    """Unique when set (`turn:<id>:2`): a retry of its planner plans nothing twice."""
    plan = models.TextField(default="", blank=True)
    """What it was planned with: bubbles of one plan go out in order, or are withdrawn together."""
    body = models.JSONField(default=dict)
    """`{"type": "text", "text": …}` and, for agents, the text's `key` and `intent`."""
    position = models.PositiveIntegerField(default=0)
    pause = models.FloatField(default=0.0)
    """Seconds to wait after the bubble before it."""
    epoch = models.BigIntegerField()
    after = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="+", db_index=False)
    """The newest inbound message its planner knew; a newer one withdraws an agent's bubble."""
    state = models.TextField(choices=State.choices, default=State.PLANNED)
    reason = models.TextField(default="", blank=True)
    """Why it was withdrawn, rejected or is unknown."""
    attempt = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField(null=True, default=timezone.now)
    """When it may go; null while it waits for the bubble before it."""
    claimed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    """When people were told that nobody knows what became of it; null until then."""
    provider_id = models.TextField(default="", blank=True)
    error = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "purpose"],
                name="send_purpose_once",
                condition=Q(purpose__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "conversation", "id"],
                name="send_open",
                condition=Q(state__in=["planned", "claimed", "unknown"]),
            ),
            models.Index(fields=["workspace", "conversation", "plan"], name="send_plan"),
            models.Index(
                fields=["workspace", "settled_at"],
                name="send_unconfirmed",
                condition=Q(state="unknown", reported_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} ({self.state})"

    @property
    def shown_id(self) -> UUID:
        """Return the id of the message in the thread; every claimed bubble has one."""
        if self.message_id is None:
            raise ValueError("A bubble that was never claimed has no message yet.")
        return self.message_id


class Availability(Owned):
    """Whether a member takes conversations now, and when they last got one (round-robin)."""

    user = models.ForeignKey("workspaces.User", models.CASCADE, related_name="+", db_index=False)
    is_online = models.BooleanField(default=False)
    last_assigned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="availability_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {'online' if self.is_online else 'away'}"

"""What members said to the assistant, what it answered, and every change it proposed or made."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from crm.models import Contact
from inbox.models import Conversation
from morfx.tenancy.rows import Owned


class AssistantTalk(Owned):
    """One member's talk with the assistant, about one conversation, one contact, or nothing.

    It is the member's own: nobody else reads it or goes on with it.
    """

    who = models.TextField()
    """Who asks, as an actor's `who`; what is done is done under their permissions."""
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, null=True, related_name="+", db_index=False
    )
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    is_dry = models.BooleanField(default=False)
    """Nothing is carried out: the assistant only shows what it would do."""

    class Meta:
        indexes = [
            models.Index(
                fields=["workspace", "who", "conversation", "-id"], name="assistant_talks"
            ),
        ]

    def __str__(self) -> str:
        return f"talk of {self.who}"


class AssistantLine(Owned):
    """Something that was said in a talk, with how the answer came about and what it cost."""

    class Role(models.TextChoices):
        MEMBER = "member"
        ASSISTANT = "assistant"

    talk = models.ForeignKey(AssistantTalk, models.CASCADE, related_name="lines", db_index=False)
    role = models.TextField(choices=Role.choices)
    text = models.TextField(blank=True, default="")
    source = models.TextField(blank=True, default="")
    """Who understood: `embedded`, or `client:model`."""
    trace = models.JSONField(default=dict)
    """Every step: tool, inputs, result or refusal, tries; and what the models failed at."""
    tokens = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    """US dollars."""

    class Meta:
        indexes = [models.Index(fields=["workspace", "talk", "-id"], name="assistant_lines")]

    def __str__(self) -> str:
        return self.text[:80]

    def as_answer(self) -> dict[str, object]:
        """Return the line as answers show it."""
        return {
            "id": self.pk,
            "role": self.role,
            "text": self.text,
            "source": self.source,
            "trace": self.trace,
            "tokens": self.tokens,
            "cost": f"{self.cost:.6f}",
            "created_at": self.created_at,
        }


class AssistantProposal(Owned):
    """One change: what would be called, what it would record, and what became of it.

    Every change the assistant makes is one first, also those it carries out at once.
    """

    class Status(models.TextChoices):
        PENDING = "pending"
        DRY = "dry"
        """Shown only: the talk is a dry one."""
        DONE = "done"
        CANCELLED = "cancelled"
        UNDONE = "undone"

    talk = models.ForeignKey(
        AssistantTalk, models.CASCADE, related_name="proposals", db_index=False
    )
    line = models.ForeignKey(
        AssistantLine, models.CASCADE, related_name="proposals", db_index=False
    )
    """What the member said that led to it."""
    operation = models.TextField()
    inputs = models.JSONField(default=dict)
    preview = models.JSONField(default=list)
    """The facts it would record, as the dry run told them: `{name, facts}`."""
    why_ask = models.TextField(blank=True, default="")
    """Why it was not carried out at once, by code; empty when it was."""
    seen = models.JSONField(default=dict)
    """What the rows it is about looked like, as digests by input."""
    status = models.TextField(choices=Status.choices, default=Status.PENDING)
    result = models.JSONField(null=True)
    events = models.JSONField(default=list)
    undo = models.JSONField(null=True)
    """The call that takes it back, `{operation, inputs}`; none for what cannot be undone."""
    expires_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "talk", "-id"], name="assistant_proposals"),
            models.Index(
                fields=["workspace", "talk"],
                name="assistant_pending",
                condition=Q(status="pending"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.status}"

    def is_expired(self, now: datetime | None = None) -> bool:
        """Tell whether it waited too long to be confirmed."""
        return self.status == self.Status.PENDING and self.expires_at <= (now or timezone.now())

    @property
    def standing(self) -> str:
        """Return its status as people are told it: `expired` has no row of its own."""
        return "expired" if self.is_expired() else self.status

    def as_answer(self) -> dict[str, object]:
        """Return the proposal as answers show it."""
        return {
            "id": self.pk,
            "operation": self.operation,
            "inputs": self.inputs,
            "preview": self.preview,
            "status": self.standing,
            "why_ask": self.why_ask,
            "reversible": self.undo is not None,
            "result": self.result,
            "events": self.events,
            "expires_at": self.expires_at,
        }


class AssistantSwitch(Owned):
    """Whether the assistant may be asked: in the whole workspace, or in one conversation.

    The workspace's row has no conversation; a conversation without a row follows the workspace.
    """

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, null=True, related_name="+", db_index=False
    )
    is_on = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "conversation"], name="assistant_switch_of_chat"
            ),
            models.UniqueConstraint(
                fields=["workspace"],
                name="assistant_switch_of_all",
                condition=Q(conversation__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return "on" if self.is_on else "off"

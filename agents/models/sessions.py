"""Agents at work: sessions with their state, turns with their trace, leases, costs."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils import timezone

from agents.costs import dollars
from crm.models import Contact
from inbox.models import Conversation
from morfx.tenancy.rows import Owned


class Session(Owned):
    """One agent's dealings with one conversation, from the first message to its close."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        CLOSED = "closed"
        HANDED_OFF = "handed_off"

    agent = models.TextField()
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+", db_index=False)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    status = models.TextField(choices=Status.choices, default=Status.ACTIVE)
    version = models.BigIntegerField(default=1)
    state = models.JSONField(default=dict)
    last_activity_at = models.DateTimeField(default=timezone.now)
    closed_reason = models.TextField(default="", blank=True)
    last_order_id = models.UUIDField(null=True)
    """The newest order this session made."""
    turns_taken = models.PositiveIntegerField(default=0, db_default=0)
    """The number of the newest turn."""
    tokens_used = models.PositiveIntegerField(default=0, db_default=0)
    """What all turns together cost in tokens."""
    cost_used = models.DecimalField(max_digits=12, decimal_places=6, default=0, db_default=0)
    """What all turns together cost in US dollars."""
    last_plan = models.TextField(default="", db_default="", blank=True)
    """The plan of the bubbles that were planned last."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "agent"],
                name="session_open_once",
                condition=Q(status="active"),
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "status", "last_activity_at"], name="session_idle"),
            models.Index(fields=["workspace", "conversation", "-id"], name="session_of_chat"),
        ]

    def __str__(self) -> str:
        return f"{self.agent} {self.status}"

    def as_answer(self) -> dict[str, object]:
        """Return the session as answers show it."""
        return {
            "id": self.pk,
            "conversation_id": self.conversation_id,
            "agent": self.agent,
            "status": self.status,
            "mode": self.state.get("mode", ""),
            "data": self.state.get("data", {}),
            "selection": self.state.get("selection"),
            "version": self.version,
            "last_activity_at": self.last_activity_at,
            "created_at": self.created_at,
        }


class AgentTurn(Owned):
    """One turn of a session: what was heard, understood, decided and done, and what it cost."""

    class Role(models.TextChoices):
        CUSTOMER = "customer"
        AGENT = "agent"
        SYSTEM = "system"

    session = models.ForeignKey(Session, models.CASCADE, related_name="turns", db_index=False)
    number = models.PositiveIntegerField()
    role = models.TextField(choices=Role.choices)
    text = models.TextField(blank=True, default="")
    kind = models.TextField(default="", blank=True)
    """The message's class: datos, pregunta, mixto, irrelevante."""
    intent = models.TextField(default="", blank=True)
    confidence = models.PositiveSmallIntegerField(null=True)
    trace = models.JSONField(default=dict)
    tokens = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(max_digits=12, decimal_places=6, default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="turn_number_once"),
        ]
        indexes = [
            models.Index(fields=["workspace", "session", "-number"], name="turn_of_session"),
        ]

    def __str__(self) -> str:
        return f"turn {self.number} ({self.role})"

    def as_answer(self) -> dict[str, object]:
        """Return the turn as answers show it."""
        return {
            "id": self.pk,
            "session_id": self.session_id,
            "number": self.number,
            "role": self.role,
            "text": self.text,
            "class": self.kind,
            "intent": self.intent,
            "confidence": self.confidence,
            "tools": self.trace.get("tools", []),
            "tokens": self.tokens,
            "cost": dollars(self.cost),
            "trace": self.trace | self._models_with_money(),
            "created_at": self.created_at,
        }

    def _models_with_money(self) -> dict[str, object]:
        """Return the trace's calls with their costs as money; nothing when it names none."""
        called = self.trace.get("models")
        if not called:
            return {}
        return {"models": [{**one, "cost": dollars(Decimal(one.get("cost", 0)))} for one in called]}


class TurnLease(Owned):
    """Who may speak for the agents in a conversation right now: one holder, a fencing token."""

    conversation = models.OneToOneField(Conversation, models.CASCADE, related_name="+")
    token = models.BigIntegerField(default=0)
    """Rises with every holder; a turn commits only while its token is still the row's."""
    until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"lease {self.token}"


class ModelCall(Owned):
    """One call of a model: which, how many tokens, what it cost, how it ended.

    A call of a model elsewhere is a row before it is made, with the most it can cost. One that
    nobody settled, because its process died with it, becomes unknown.
    """

    class Outcome(models.TextChoices):
        STARTED = "started"
        OK = "ok"
        FAILED = "failed"
        UNKNOWN = "unknown"

    session = models.ForeignKey(
        Session, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    turn = models.ForeignKey(
        AgentTurn, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    purpose = models.TextField(default="comprehend")
    """comprehend, reanalyse, complete, transcribe, describe; `sandbox.comprehend` and so on when no
    customer was served by it."""
    agent = models.TextField(default="", db_default="", blank=True)
    source = models.TextField()
    model = models.TextField(default="", blank=True)
    """The model that answered, by its own word."""
    asked_model = models.TextField(default="", db_default="", blank=True)
    prompt_version = models.TextField(default="", blank=True)
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    cache_write_tokens = models.PositiveIntegerField(default=0)
    cache_write_1h_tokens = models.PositiveIntegerField(default=0, db_default=0)
    """Part of `cache_write_tokens` that was written for an hour."""
    cache_read_tokens = models.PositiveIntegerField(default=0)
    audio_seconds = models.FloatField(default=0.0, db_default=0.0)
    """Of sound that was listened to."""
    cost = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    """US dollars."""
    is_estimate = models.BooleanField(default=False, db_default=False)
    """Tokens and cost are the most it can have been, not what the provider said."""
    latency_ms = models.PositiveIntegerField(default=0)
    outcome = models.TextField(choices=Outcome.choices, default=Outcome.OK)
    error = models.TextField(default="", blank=True)
    request_id = models.TextField(default="", blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-id"], name="model_call_recent"),
            models.Index(
                fields=["workspace", "created_at"],
                name="model_call_started",
                condition=Q(outcome="started"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.outcome}"

    def as_answer(self) -> dict[str, object]:
        """Return the call as answers show it."""
        return {
            "id": self.pk,
            "session_id": self.session_id,
            "turn_id": self.turn_id,
            "purpose": self.purpose,
            "agent": self.agent,
            "prompt_version": self.prompt_version,
            "source": self.source,
            "model": self.model,
            "asked_model": self.asked_model,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cache_write_tokens": self.cache_write_tokens,
            "cache_write_1h_tokens": self.cache_write_1h_tokens,
            "cache_read_tokens": self.cache_read_tokens,
            "audio_seconds": self.audio_seconds,
            "cost": dollars(self.cost),
            "is_estimate": self.is_estimate,
            "latency_ms": self.latency_ms,
            "outcome": self.outcome,
            "failure": self.error,
            "request_id": self.request_id,
            "created_at": self.created_at,
        }

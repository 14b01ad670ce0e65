"""How we reach WhatsApp, and everything that ever came from it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from morfx.tenancy.rows import Owned
from morfx.tenancy.secret_field import SecretField


class Channel(Owned):
    """A WhatsApp number connected through a provider."""

    class Provider(models.TextChoices):
        CLOUD = "cloud"
        DIALOG360 = "360dialog"
        KAPSO = "kapso"

    provider = models.TextField(choices=Provider.choices)
    name = models.CharField(max_length=100, blank=True)
    phone_number_id = models.CharField(max_length=64)
    display_phone = models.CharField(max_length=32, blank=True)
    waba_id = models.CharField(max_length=64, blank=True)
    base_url = models.CharField(max_length=300, blank=True)
    token = SecretField(default="")
    app_secret = SecretField(default="")
    verify_token = SecretField(default="")
    is_active = models.BooleanField(default=True)
    is_simulated = models.BooleanField(default=False)
    refused_deliveries = models.BigIntegerField(default=0)
    """Webhook posts refused for a missing or wrong signature; nothing else of them is kept."""
    throughput = models.PositiveIntegerField(default=80, db_default=80)
    """Messages a second WhatsApp lets the number exchange, in and out together: 80 by default, 20
    for one that is also used on a phone (coexistence), 1,000 after Meta's upgrade."""
    stopped_at = models.DateTimeField(null=True)
    """Since when nothing is sent through it, because WhatsApp refuses all of it; see `resumed_at`.
    What is planned waits."""
    stopped_code = models.IntegerField(null=True)
    stopped_reason = models.CharField(max_length=300, blank=True, default="", db_default="")
    """What WhatsApp said, in its words."""
    resumed_at = models.DateTimeField(null=True)
    """When it was last let go on; a refusal of something sent before stops nothing any more."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "provider", "phone_number_id"], name="channel_number_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.phone_number_id

    @property
    def webhook_path(self) -> str:
        """Return the path the provider must post to."""
        return f"/webhooks/whatsapp/{self.pk}"

    @property
    def account(self) -> str:
        """Return whose ids its senders' business-scoped ids are: the business account's."""
        return self.waba_id or self.phone_number_id


class Envelope(Owned):
    """One webhook post, raw, stored before it was acknowledged."""

    class State(models.TextChoices):
        RECEIVED = "received"
        PARSED = "parsed"
        DEAD = "dead"

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+", db_index=False)
    body = models.BinaryField()
    state = models.TextField(choices=State.choices, default=State.RECEIVED)
    error = models.TextField(default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    replayed_at = models.DateTimeField(null=True)
    """When somebody last asked to have it applied again; the same for all asked for at once."""

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-id"], name="envelope_recent"),
            models.Index(
                fields=["workspace", "state", "id"],
                name="envelope_unfinished",
                condition=~Q(state="parsed"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} ({self.state})"

    def as_answer(self) -> dict[str, object]:
        """Return the envelope as answers show it."""
        return {
            "id": self.pk,
            "channel_id": self.channel_id,
            "state": self.state,
            "error": self.error,
            "attempts": self.attempts,
            "created_at": self.created_at,
            "opened_at": self.opened_at,
            "replayed_at": self.replayed_at,
        }


class LooseStatus(Owned):
    """A status for a message we do not know (yet): sent elsewhere, or not yet answered for."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+", db_index=False)
    provider_id = models.TextField()
    status = models.TextField()
    occurred_at = models.DateTimeField()
    error = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "provider_id"], name="loose_status_message"),
        ]

    def __str__(self) -> str:
        return f"{self.status} of {self.provider_id}"

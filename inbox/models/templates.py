"""WhatsApp's templates as last listed by the provider, and when that was."""

from __future__ import annotations

from django.db import models
from django.utils.functional import cached_property

from inbox.providers.template_filling import name_of
from inbox.providers.templates import SENDABLE, Shape, read_shape
from morfx.tenancy.rows import Owned

from .channels import Channel


class Template(Owned):
    """A message that WhatsApp approved (or not), in one language.

    It belongs to a business account and serves all its numbers. What WhatsApp no longer lists is
    marked deleted, never removed: messages still speak of it.
    """

    DELETED = "DELETED"

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+", db_index=False)
    """Through which number it was last listed."""
    account = models.CharField(max_length=64)
    """Whose it is; see `Channel.account`."""
    provider_id = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=512)
    language = models.CharField(max_length=20)
    category = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=64, blank=True)
    """WhatsApp's word, also one we do not know."""
    quality = models.CharField(max_length=64, blank=True)
    rejected_reason = models.CharField(max_length=200, blank=True)
    parameter_format = models.CharField(max_length=64, blank=True)
    components = models.JSONField(default=list)
    """As they came, unknown kinds included."""
    synced_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "account", "name", "language"], name="template_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"

    @property
    def is_sendable(self) -> bool:
        """Tell whether WhatsApp delivers it now."""
        return self.status in SENDABLE

    @cached_property
    def shape(self) -> Shape:
        """Return what it consists of."""
        return read_shape(
            self.components, category=self.category, parameter_format=self.parameter_format
        )

    def as_answer(self) -> dict[str, object]:
        """Return the template as answers show it."""
        shape = self.shape
        return {
            "id": self.pk,
            "name": self.name,
            "language": self.language,
            "category": self.category,
            "status": self.status,
            "quality": self.quality,
            "rejected_reason": self.rejected_reason,
            "header": shape.header or shape.header_format,
            "body": shape.body,
            "footer": shape.footer,
            "buttons": [button.text or button.type for button in shape.buttons],
            "variables": [
                {"name": variable.key, "kind": variable.kind, "label": name_of(variable)}
                for variable in shape.variables
            ],
            "sendable": self.is_sendable and not shape.unsendable,
            "components": self.components,
            "synced_at": self.synced_at,
        }


class TemplateSync(Owned):
    """When a business account's templates were last asked for, and how that ended."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+", db_index=False)
    account = models.CharField(max_length=64)
    asked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    """When a complete list was last stored."""
    error = models.TextField(default="", blank=True)
    """Why the last attempt gave no list; empty after one that did."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "account"], name="template_sync_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.error or self.finished_at}"

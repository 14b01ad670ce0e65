"""What the doors remember: answers by idempotency key, and calls per minute."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from morfx.tenancy.rows import Owned


class RememberedAnswer(Owned):
    """The first answer given under an idempotency key; a repeat gets it again."""

    operation = models.TextField()
    key = models.TextField()
    inputs_digest = models.TextField()
    answer = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "key"], name="remembered_answer_key")
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.key}"


class CallWindow(Owned):
    """When a module was called by name in the last minute, shared between processes."""

    module = models.TextField()
    calls = ArrayField(models.DateTimeField(), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "module"], name="call_window_module")
        ]

    def __str__(self) -> str:
        return self.module

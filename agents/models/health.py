"""How each model is, as the processes that ask it have learned: one row per client."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class ModelHealth(models.Model):
    """The last that any process learned of a model client; of no workspace, because all share it.

    Written when a circuit opens or closes and when operators must hear of something, never per
    call. Each process has a circuit of its own; this row is what they tell each other and us.
    """

    class State(models.TextChoices):
        CLOSED = "closed"
        OPEN = "open"

    client = models.TextField(primary_key=True)
    state = models.TextField(choices=State.choices, default=State.CLOSED)
    since = models.DateTimeField(default=timezone.now)
    """When it came into this state."""
    open_until = models.DateTimeField(null=True)
    """While open: when one probe may go; past it the circuit is half-open."""
    is_shared = models.BooleanField(default=False)
    """It is open for a reason that holds for the whole account, so every process obeys it."""
    failures = models.PositiveIntegerField(default=0)
    """In a row, when it opened."""
    failure = models.TextField(default="", blank=True)
    """The class of the last failure that opened it, or that operators must hear of."""
    sentence = models.TextField(default="", blank=True)
    """That failure in the words of the client, for engineers."""
    alarm = models.TextField(default="", blank=True)
    """The class of failure that needs an operator; empty when all is well again."""
    alarm_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.client} {self.state}"

    def is_half_open(self) -> bool:
        """Tell whether its rest is over and a probe may go."""
        is_over = self.open_until is not None and self.open_until <= timezone.now()
        return self.state == self.State.OPEN and is_over

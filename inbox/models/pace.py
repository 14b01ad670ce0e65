"""How much a number may still send: one narrow row per number, shared by all processes."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from morfx.tenancy.rows import Owned

from .channels import Channel


class Pace(Owned):
    """The budget of a number. Only `inbox.pacing` writes here; it is its own row because it moves
    with every few messages, and the channel's must not."""

    channel = models.OneToOneField(Channel, models.CASCADE, related_name="+")
    spent_until = models.DateTimeField(default=timezone.now)
    """Until when the budget is spent (the "theoretical arrival time" of GCRA)."""
    granted = models.PositiveSmallIntegerField(default=1)
    """How many slots the last reservation got."""

    def __str__(self) -> str:
        return f"spent until {self.spent_until}"

"""What the models cost a workspace, day by day: the one counter that budgets are held against."""

from __future__ import annotations

from django.db import models

from morfx.tenancy.rows import Owned


class BudgetSpent(Owned):
    """What one day's calls of models used, all agents together; a day of the workspace's zone.

    Written by the commit of every turn that asked a model elsewhere, in one statement. The
    embedded model costs nothing and writes nothing.
    """

    day = models.DateField()
    tokens = models.BigIntegerField(default=0, db_default=0)
    cost = models.DecimalField(max_digits=14, decimal_places=6, default=0, db_default=0)
    """US dollars."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "day"], name="budget_spent_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.tokens} tokens"

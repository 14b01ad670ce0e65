"""Business hours: when people are there, in the workspace's time zone, and what follows from it.

An agent may answer always (the default), only while the shop is open, or only while it is closed;
and what it says when it hands over may be different while nobody is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from django.utils import timezone
from pydantic import BaseModel, ConfigDict, Field, model_validator

from morfx.tenancy import current_id
from morfx.workspaces.models import Workspace

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Answers = Literal["always", "open", "closed"]


class Stretch(BaseModel):
    """A time of a day in which the shop is open; `until` 00:00 is the end of the day."""

    model_config = ConfigDict(extra="forbid")

    since: time
    until: time

    @model_validator(mode="after")
    def _in_order(self) -> Stretch:
        if self.until != time(0) and self.until <= self.since:
            raise ValueError("a stretch ends after it begins")
        return self

    def holds(self, moment: time) -> bool:
        """Tell whether a time of day is in it."""
        return self.since <= moment and (self.until == time(0) or moment < self.until)


class Hours(BaseModel):
    """A week's business hours; a day without any is closed, a week without any always open."""

    model_config = ConfigDict(extra="forbid")

    week: dict[Day, list[Stretch]] = Field(default_factory=dict)
    answers: Answers = "always"
    """When the agent answers: always, while the shop is open, or while it is closed."""
    handover_message: Annotated[str, Field(max_length=1000)] = ""
    """What the agent says instead when it hands over while the shop is closed."""

    def is_open(self, now: datetime, zone: str) -> bool:
        """Tell whether people are there at a moment, in a time zone by its name."""
        if not any(self.week.values()):
            return True
        local = now.astimezone(ZoneInfo(zone))
        today = self.week.get(DAYS[local.weekday()], [])
        return any(stretch.holds(local.time()) for stretch in today)


def is_open(hours: Mapping[str, Any]) -> bool:
    """Tell whether people are there now, by a setting's hours; asks nobody when there are none."""
    if not hours.get("week"):
        return True
    return Hours.model_validate(hours).is_open(timezone.now(), zone_here())


def is_muted(hours: Mapping[str, Any]) -> bool:
    """Tell whether an agent's hours keep it silent now."""
    answers = hours.get("answers", "always")
    return answers != "always" and is_open(hours) != (answers == "open")


def handover_message(hours: Mapping[str, Any], usual: str) -> str:
    """Return what is said at a hand-over: the usual line, or the one for when nobody is there."""
    instead = str(hours.get("handover_message") or "")
    return instead if instead and not is_open(hours) else usual


def zone_here() -> str:
    """Return the name of the current workspace's time zone."""
    workspace = current_id()
    assert workspace is not None
    return str(Workspace.objects.values_list("time_zone", flat=True).get(pk=workspace))

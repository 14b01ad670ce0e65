"""Timers that run when their seconds are changed: they begin again with the new ones."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from agents.engine import wanted
from agents.engine.registry import AgentDefinition
from agents.models import AgentSetting, Session
from morfx.jobs.models import Job


def restart(setting: AgentSetting, definition: AgentDefinition, before: Mapping[int, float]) -> int:
    """Begin every running timer of a setting's agent again whose level has other seconds now.

    Returns how many. One whose job is at work right now is judged as it was set.
    """
    from agents.jobs import wake

    now = wanted.timers(setting, definition)
    changed = {level for level in {*now, *before} if now.get(level) != before.get(level)}
    if not changed:
        return 0
    begun = 0
    for row in _running(setting):
        level = int(row.args.get("level", -1))
        if level in changed and level in now:
            wake.later(key=row.key, after=now[level], **row.args)
            begun += 1
    return begun


def _running(setting: AgentSetting) -> list[Job]:
    """Return the timers of the sessions a setting holds for."""
    mine = Session.objects.filter(agent=setting.agent, status=Session.Status.ACTIVE)
    if setting.channel_id:
        mine = mine.filter(conversation__channel=setting.channel_id)
    else:
        others = AgentSetting.objects.exclude(channel=None).values("channel")
        mine = mine.exclude(conversation__channel__in=others)
    sessions = set(mine.values_list("pk", flat=True))
    rows = Job.objects.filter(key__startswith="agent:", lease=None, parked_at=None)
    return [row for row in rows if UUID(str(row.args.get("session"))) in sessions]

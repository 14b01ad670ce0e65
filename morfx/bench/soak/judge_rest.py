"""What is left in the end, and what must never have happened in between."""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from .evidence import Evidence, Row
from .judge_in import thread_of
from .killer import Kill
from .report import Line, line
from .scenes import WEBHOOKS, Scenes
from .trouble import MARK, WANTED

RECOVERY = 30.0
"""Seconds within which work must go on after any kill."""
GROWTH, LEEWAY = 1.5, 100.0
"""How much more memory may be used in the end than in the beginning: a share, and megabytes."""


def answers(found: Evidence) -> list[float]:
    """Return the moments at which an agent's bubbles were accepted."""
    mine = {ref for ref, row in found.send.items() if row["sender"] == "agent"}
    return sorted(one["at"] for ref in mine for one in found.accepted.get(ref, []))


def going_on(
    found: Evidence,
    kills: list[Kill],
    began: float,
    ended: float,
    away: Sequence[tuple[float, float]] = (),
) -> tuple[Line, dict[str, float]]:
    """Work goes on within RECOVERY of every kill: the longest time without an answer.

    What is `away`, supervisor and all, counts from when an operator has started it again.
    """
    ends = [began, ended, *(at for both in away for at in both if at < ended)]
    moments = sorted([*ends, *(at for at in answers(found) if began < at < ended)])
    dead = {start for start, _ in away}
    gaps = [(b - a, a) for a, b in pairwise(moments) if a not in dead]
    longest, since = max(gaps)
    within: dict[str, float] = {}
    for kill in kills:
        place = bisect.bisect(moments, kill.at)
        if place < len(moments) - 1:
            wait = moments[place] - kill.at
            within[kill.kind] = max(within.get(kill.kind, 0.0), wait)
    wrong = [f"{gap:.1f} s without an answer, {at - began:.0f} s after the beginning"
             for gap, at in gaps if gap > RECOVERY]  # fmt: skip
    detail = f"longest time without any answer: {longest:.1f} s, {since - began:.0f} s in"
    return line(f"Work goes on within {RECOVERY:.0f} s of any kill", wrong, detail), within


def parked(found: Evidence) -> Line:
    """No job is parked, but for those whose consequence is there: a person has the conversation."""
    wrong, explained = [], Counter[str]()
    for row in found.jobs:
        if row["parked_at"] is None:
            continue
        conversation = str(row["args"].get("conversation", ""))
        if (
            row["name"] == "agents.answer"
            and found.happened["conversation.handedOver", conversation]
        ):
            explained[row["name"]] += 1
        else:
            error = row["error"].strip().splitlines()[-1:] or [""]
            wrong.append(f"{row['name']} {row['args']} after {row['attempts']} tries: {error[0]}")
    detail = ", ".join(f"{many} {name}: its conversation went to a person"
                       for name, many in explained.items())  # fmt: skip
    return line("No job is parked without its consequence", wrong, detail or "none is parked")


def timers(found: Evidence) -> Line:
    """Each timer that a session set is there, has come, or ran out while a person answered."""
    keys = {row["key"] for row in found.jobs if row["key"] and row["parked_at"] is None}
    open_sessions = {row["id"]: row for row in found.sessions if row["status"] == "active"}
    pending = _set_timers(found)
    wrong, silent = [], 0
    for (session, name), (since, due) in pending.items():
        if session not in open_sessions or any(f"{session}:{name}" in key for key in keys):
            continue
        conversation = str(open_sessions[session]["conversation_id"])
        if due.timestamp() < found.taken_at and _person_came(found, conversation, since):
            silent += 1
        else:
            wrong.append(f"timer {name} of session {session}, set {since}, due {due}, is gone")
    late = [row for row in found.jobs if row["parked_at"] is None and row["ready_at"] is not None
            and row["ready_at"].timestamp() < found.taken_at - 30]  # fmt: skip
    wrong += [f"{row['name']} {row['args']} was due at {row['ready_at']}" for row in late]
    detail = f"{len(pending)} were set at the end, {silent} ran out while a person answered"
    return line("No timer is lost or overdue", wrong, detail)


def _set_timers(found: Evidence) -> dict[tuple[Any, str], tuple[datetime, datetime]]:
    """Return the timers that turns set and none cancelled or came for: since when, until when."""
    pending: dict[tuple[Any, str], tuple[datetime, datetime]] = {}
    for row in found.turns:
        if row["role"] == "system":
            pending.pop((row["session_id"], row["intent"].partition(":")[0]), None)
        for effect in row["trace"].get("effects", []):
            key = (row["session_id"], effect.get("name", ""))
            if effect["effect"] == "SetTimer":
                due = row["created_at"] + timedelta(seconds=effect["seconds"])
                pending[key] = (row["created_at"], due)
            elif effect["effect"] == "CancelTimer":
                pending.pop(key, None)
    return pending


def _person_came(found: Evidence, conversation: str, since: datetime) -> bool:
    """Tell whether a person got the conversation after a timer was set: its agent is silent."""
    names = ("conversation.taken", "conversation.handedOver")
    return any(row["created_at"] > since
               for name in names for row in found.happened[name, conversation])  # fmt: skip


def trouble(found: Evidence, answered: dict[str, Counter[int | None]]) -> Line:
    """What is no webhook is refused, and nothing of it is stored."""
    wrong = []
    for kind, counts in answered.items():
        good = (WANTED.get(kind, 200), None, 503)
        wrong += [f"{kind}: answered {http}" for http in counts if http not in good]
    wrong += [f"envelope {row['id']} is of a stranger" for row in found.envelopes
              if MARK.encode() in bytes(row["body"])]  # fmt: skip
    counted = sum(row["refused_deliveries"] for row in found.channels)
    told = {kind: dict(counts) for kind, counts in answered.items()}
    return line("Bad traffic is refused and leaves nothing", wrong, f"{told}; {counted} counted")


def memory(before: float, after: float) -> Line:
    """Memory in the end is about what it was in the beginning."""
    grown = after > before * GROWTH + LEEWAY
    wrong = [f"it grew from {before:.0f} MB to {after:.0f} MB"] if grown else []
    return line("Memory does not grow", wrong, f"{before:.0f} MB before, {after:.0f} MB after")


def rush(found: Evidence, scenes: Scenes) -> Line:
    """Five customers write 100 messages a second: all are there, in order, in a few answers."""
    wrong: list[str] = []
    total, turns = 0, set[str]()
    for who in scenes.rushing:
        rows = list(thread_of(found, who))
        total += len(rows)
        turns |= {row["heard_by"] for row in rows if row["heard_by"].startswith("turn:")}
        if len(rows) != len(who.written):
            wrong.append(f"{who.name}: {len(who.written)} written, {len(rows)} in the thread")
    rate = total / scenes.rush_seconds if scenes.rush_seconds else 0.0
    if rate < 0.9 * WEBHOOKS:
        wrong.append(f"only {rate:.0f} messages a second were written")
    detail = f"{total} messages, {rate:.0f} a second, answered in {len(turns)} turns"
    return line("Scene: five customers write 100 messages a second", wrong, detail)


def flood(found: Evidence, scenes: Scenes, kills: list[Kill], within: tuple[float, float]) -> Line:
    """100 webhooks a second while workers die every two seconds: all of them are there."""
    wrong = []
    rows = 0
    for who in scenes.flooding:
        for wamid in (*who.written, *who.asides):
            rows += len(found.by_wamid[wamid])
            if len(found.by_wamid[wamid]) != 1:
                wrong.append(f"{wamid} is there {len(found.by_wamid[wamid])} times")
    rate = scenes.flood_webhooks / scenes.flood_seconds if scenes.flood_seconds else 0.0
    if rate < 0.9 * WEBHOOKS:
        wrong.append(f"only {rate:.0f} webhooks a second came")
    died = sum(within[0] <= kill.at < within[1] for kill in kills)
    detail = f"{rate:.0f} a second for {scenes.flood_seconds:.0f} s, {died} kills, {rows} messages"
    return line("Scene: 100 webhooks a second while workers are killed", wrong, detail)


def stopped(rows: list[Row]) -> list[str]:
    """Return the numbers that stand still."""
    return [str(row["phone_number_id"]) for row in rows if row["stopped_at"]]

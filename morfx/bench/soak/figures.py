"""The soak in figures."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from typing import Any

from morfx.bench.frame import percentile

from .evidence import Evidence
from .judge_rest import answers
from .killer import Killer


def figures(
    found: Evidence,
    killer: Killer,
    model: dict[str, int],
    *,
    began: float,
    ended: float,
    calm: float,
) -> dict[str, Any]:
    """Return what happened, counted. `calm` is the moment at which the first scene begins."""
    return {
        "seconds of writing": round(ended - began, 1),
        **_heard(found),
        **_said(found),
        **_waits("message to answer", latencies(found)),
        **_waits("… before the first scene", latencies(found, until=calm)),
        "answers accepted a second": round(len(answers(found)) / (ended - began), 2),
        **_harm(found, killer),
        **_models(found, model),
        "put in order by reconciliation": settled(row["settled"] for row in found.reconciled),
        "not put in order": settled(row["failed"] for row in found.reconciled),
    }


def _heard(found: Evidence) -> dict[str, Any]:
    inbound = [row for row in found.messages if row["direction"] == "inbound"]
    return {
        "customers' messages": len(inbound),
        "… of these": Counter(row["type"] for row in inbound),
        "heard by": Counter(row["heard_by"].partition(":")[0] or "nobody" for row in inbound),
        "turns": sum(row["role"] == "customer" for row in found.turns),
        "turns of timers": sum(row["role"] == "system" for row in found.turns),
    }


def _said(found: Evidence) -> dict[str, Any]:
    withdrawn = [row for row in found.sends if row["state"] == "withdrawn"]
    handed_over = [row for row in found.events if row["name"] == "conversation.handedOver"]
    return {
        "bubbles": Counter(row["state"] for row in found.sends),
        "bubbles withdrawn because": Counter(row["reason"] for row in withdrawn),
        "further attempts": sum(row["attempt"] > 1 for row in found.sends),
        "handed over because": Counter(str(row["facts"]["reason"])[:70] for row in handed_over),
    }


def _harm(found: Evidence, killer: Killer) -> dict[str, Any]:
    return {
        "kills": killer.counts(),
        "starts of bin/dev": killer.world.starts,
        "seconds an operator needed to start it again": [round(b - a, 1) for a, b in killer.away],
        "load in the last 5 minutes": round(os.getloadavg()[1], 1),
        "webhook attempts, by answer": Counter(
            str(one["http"] or "none") for one in found.attempts
        ),
        "faults struck": faults(found),
    }


def _models(found: Evidence, model: dict[str, int]) -> dict[str, Any]:
    return {
        "model calls here": Counter(f"{row['source']} {row['outcome']}" for row in found.calls),
        "model failures here": Counter(row["error"] for row in found.calls if row["error"]),
        "model answers there": model,
    }


def _waits(name: str, took: list[float]) -> dict[str, float]:
    return {f"{name} p{at}, s": round(percentile(took, at), 2) for at in (50, 95, 99)}


def latencies(found: Evidence, until: float = float("inf")) -> list[float]:
    """Return the seconds from each message that a turn answered to the answer's first bubble.

    Of those who write all the time, not of those in scenes.
    """
    said = {line["wamid"]: line["at"] for line in found.entries("said")}
    steady = {wamid for who in found.customers if not who.in_scene for wamid in who.written}
    first: dict[str, float] = {}
    for plan, sends in found.plans.items():
        moments = [one["at"] for row in sends for one in found.accepted.get(str(row["id"]), [])]
        if moments:
            first[plan] = min(moments)
    answered = [
        (said[row["provider_id"]], first[row["heard_by"]])
        for row in found.messages
        if row["provider_id"] in steady and row["heard_by"] in first
    ]
    return [answer - message for message, answer in answered if message < until]


def faults(found: Evidence) -> dict[str, int]:
    """Return how often each fault struck, as far as the journal tells."""
    struck = Counter[str]()
    for refused in found.entries("send_refused"):
        http, code = refused["http"], refused["code"]
        name = f"refused {code}" if code else f"HTTP {http} bare" if http else "request lost"
        struck[name] += 1
    struck["answer lost after acceptance"] = len(found.entries("answer_dropped"))
    told: dict[str, set[str]] = {}
    for attempt in found.attempts:
        struck["webhook duplicated"] += bool(attempt.get("copy")) and attempt["http"] == 200
        for one in attempt["about"]:
            if one["in"] == "statuses":
                told.setdefault(one["id"], set()).add(one["is"])
    struck["failed later"] = sum("failed" in steps for steps in told.values())
    struck["delivered skipped"] = sum(
        "read" in steps and "delivered" not in steps for steps in told.values()
    )
    return dict(struck)


def settled(rows: Iterable[dict[str, int]]) -> dict[str, int]:
    """Add up what reconciliation counted."""
    total = Counter[str]()
    for row in rows:
        total.update(row)
    return dict(total)

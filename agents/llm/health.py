"""How the models are: rows that processes write when it changes, for pages, alarms and probes.

There is no way to ask the API how much credit is left, so the alarm cannot come before the credit
ends, only with the first call that is refused for it. (A budget on the provider's side, with a
mail at some share of it, is set in its console.) From then on owners and admins see a banner,
owners get a mail, `doctor` fails, and the embedded model answers.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import override
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from agents.models import ModelHealth
from morfx.workspaces.health import Finding, questions

from .failures import TABLE, Failure
from .telling import alarm_sentence

FRESH = timedelta(hours=1)
"""How long an alarm of a client that answers others is shown after it was last raised."""

CACHED = 10.0
"""Seconds a process shows the banner without looking again."""


def opened(client: str, failure: Failure, sentence: str, *, rest: float, failures: int) -> None:
    """Note that a client is left alone for `rest` seconds."""
    now = timezone.now()
    _write(
        client,
        state=ModelHealth.State.OPEN,
        since=now,
        open_until=now + timedelta(seconds=rest),
        is_shared=TABLE[failure].rest > 0,
        failures=failures,
        failure=failure.value,
        sentence=sentence,
    )


def closed(client: str) -> None:
    """Note that a client answers again; what it was alarmed of is over."""
    _write(
        client,
        state=ModelHealth.State.CLOSED,
        since=timezone.now(),
        open_until=None,
        is_shared=False,
        alarm="",
    )


def alarmed(client: str, failure: Failure, sentence: str) -> None:
    """Note what operators must hear of."""
    now = timezone.now()
    named = {"failure": failure.value, "sentence": sentence}
    _write(client, alarm=failure.value, alarm_at=now, **named)


def shared_until(client: str) -> datetime | None:
    """Return until when every process leaves a client alone; `None` when that is each one's own."""
    row = ModelHealth.objects.filter(client=client, is_shared=True).first()
    return row.open_until if row else None


def probe_now(client: str) -> bool:
    """Let every process probe a client that is left alone; False when it is not."""
    now = timezone.now()
    changed = ModelHealth.objects.filter(client=client, state=ModelHealth.State.OPEN).update(
        open_until=now, is_shared=True, updated_at=now
    )
    return bool(changed)


def _write(client: str, **values: object) -> None:
    values["updated_at"] = timezone.now()
    ModelHealth.objects.update_or_create(client=client, defaults=values)
    forget()


def alarms() -> list[ModelHealth]:
    """Return the clients that need an operator now."""
    fresh = timezone.now() - FRESH
    rows = ModelHealth.objects.exclude(alarm="").order_by("client")
    return [
        row
        for row in rows
        if row.state == ModelHealth.State.OPEN or (row.alarm_at and row.alarm_at > fresh)
    ]


_looking = threading.Lock()
_seen: tuple[float, list[ModelHealth]] | None = None


def recent_alarms() -> list[ModelHealth]:
    """Return `alarms()` as of a few seconds ago: one query per process and ten seconds."""
    global _seen
    seen = _seen
    if seen is None or time.monotonic() - seen[0] > CACHED:
        with _looking:
            seen = _seen = (time.monotonic(), alarms())
    return seen[1]


def forget() -> None:
    """Look again next time: something changed in this process."""
    global _seen
    _seen = None


class ModelsInNumbers(Collector):
    """Asks the database at each scrape, so that any process may answer for all."""

    def describe(self) -> list[GaugeMetricFamily]:
        """Return nothing: registering must not touch the database."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Return for each client whether it is left alone, and whether it needs an operator."""
        try:
            rows, urgent = list(ModelHealth.objects.all()), {row.client for row in alarms()}
        except DatabaseError:
            return
        circuit = GaugeMetricFamily(
            "morfx_model_open", "A model client is left alone after failures.", labels=["client"]
        )
        alarm = GaugeMetricFamily(
            "morfx_model_alarm", "A model client needs an operator.", labels=["client", "failure"]
        )
        for row in rows:
            circuit.add_metric([row.client], float(row.state == ModelHealth.State.OPEN))
            alarm.add_metric([row.client, row.alarm], float(row.client in urgent))
        yield circuit
        yield alarm


def models() -> Finding:
    """See that no model needs an operator; what is left alone for a moment is in order."""
    if urgent := alarms():
        says = " ".join(f"{row.client}: {english(row.alarm)}" for row in urgent)
        return Finding("models", False, says)
    resting = ModelHealth.objects.filter(state=ModelHealth.State.OPEN)
    names = ", ".join(resting.values_list("client", flat=True))
    return Finding("models", True, f"Left alone for a while: {names}." if names else "They answer.")


def english(failure: str) -> str:
    """Say what is wrong in the language of commands."""
    with override("en"):
        return alarm_sentence(failure)


def register() -> None:
    """Let /metrics and `doctor` tell of models; called once, at start."""
    REGISTRY.register(ModelsInNumbers())
    questions.append(models)

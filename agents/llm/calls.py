"""Calls of models as rows: begun before they are made, settled with what follows from them.

Only calls of models elsewhere are begun ahead, in a transaction of their own: one insert per call,
beside hundreds of milliseconds of waiting. They are settled in the transaction of their turn. A
process that dies in between leaves a row that says so, and the rounds of
`agents.reconciling` make it unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from agents.models import AgentTurn, ModelCall, Session
from morfx.tenancy.rows import new_id

from .protocol import Outcome, Usage

LOST_AFTER = timedelta(minutes=10)
"""Longer than any turn may take; a call that is not settled by then never will be."""

SETTLED = [
    "session", "turn", "source", "model", "asked_model", "input_tokens", "output_tokens",
    "cache_write_tokens", "cache_write_1h_tokens", "cache_read_tokens", "audio_seconds", "cost",
    "is_estimate", "latency_ms", "outcome", "error", "request_id",
]  # fmt: skip
"""What is known of a call once it is over. Purpose, agent and prompt were known before."""


def begin(forecast: Usage, purpose: str) -> UUID:
    """Write a call down that is about to be made; it is committed when this returns."""
    row = row_of(replace(forecast, purpose=purpose))
    with transaction.atomic():
        row.save(force_insert=True)
    return row.pk


def settle(usages: Iterable[Usage], place: str = "") -> None:
    """Settle calls that were begun and are of no turn; those that were not begun stay unwritten.

    `place` says where they were made if no customer was served by them (`sandbox`, `question`):
    their purpose becomes `sandbox.comprehend`.
    """
    begun = [usage for usage in usages if usage.row is not None]
    if not begun:
        return
    if place:
        begun = [replace(usage, purpose=f"{place}.{usage.purpose}") for usage in begun]
    with transaction.atomic():
        write([row_of(usage) for usage in begun], also=("purpose",) if place else ())


def write(rows: Iterable[ModelCall], also: Sequence[str] = ()) -> None:
    """Write calls down, over what was written when they began; one statement."""
    ModelCall.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=[*SETTLED, *also]
    )


def row_of(
    usage: Usage,
    session: Session | None = None,
    turn: AgentTurn | None = None,
    prompt_version: str = "",
) -> ModelCall:
    """Return the row of a call: the one it was begun with, or a new one."""
    return ModelCall(
        id=usage.row or new_id(),
        session=session,
        turn=turn,
        agent=usage.agent,
        purpose=usage.purpose or "comprehend",
        source=usage.client,
        model=usage.model,
        asked_model=usage.asked_model,
        prompt_version=usage.prompt_version or prompt_version,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        cache_write_1h_tokens=usage.cache_write_1h_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        audio_seconds=usage.audio_seconds,
        cost=usage.cost,
        is_estimate=usage.estimated,
        latency_ms=usage.latency_ms,
        outcome=str(usage.outcome),
        error=usage.failure,
        request_id=usage.request_id,
    )


def lost_calls() -> QuerySet[ModelCall]:
    """Return the calls that were begun long ago and never settled."""
    then = timezone.now() - LOST_AFTER
    return ModelCall.objects.filter(outcome=Outcome.STARTED, created_at__lt=then)


def give_up(call_id: UUID) -> bool:
    """Make a lost call unknown, with the most it can have cost; False when it was settled."""
    lost = ModelCall.objects.filter(pk=call_id, outcome=Outcome.STARTED)
    return bool(lost.update(outcome=Outcome.UNKNOWN, error="lost"))

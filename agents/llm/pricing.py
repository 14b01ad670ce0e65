"""What tokens and sounds cost: the reckoning over one dated table (`agents.llm.prices`).

A row holds from its date until the next row of the same model. A model without a row is charged as
the dearest we know, so that a missing row shows as a high cost, never as a free one, and its cost
is marked as an estimate. Whoever runs a model of their own says its price in the environment:
`MORFX_MODEL_PRICE`, US dollars per million tokens in and out, `0/0` for nothing.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from .prices import DEFAULT, FREE, TABLE, Price
from .protocol import Usage

MILLION = Decimal(1_000_000)
PER_TOKEN_DIGITS = Decimal("0.00000001")
OWN_PRICE = "MORFX_MODEL_PRICE"

_DATED = re.compile(r"-(?:20\d{6}|20\d\d-\d\d-\d\d|latest)$")

__all__ = ["DEFAULT", "FREE", "TABLE", "Price", "cost", "is_priced", "price_of", "priced"]


def price_of(model: str, on: date | None = None, prompt_tokens: int = 0) -> Price:
    """Return the prices of a model on a day (today, UTC, if none is given).

    The name may carry a date, and stand behind its vendor's (`openai/gpt-4o-mini`).
    """
    if model.startswith("embedded"):
        return FREE
    day = on or datetime.now(UTC).date()
    rows = _rows(model) or _rows(model.rpartition("/")[2])
    rows = [row for row in rows if prompt_tokens >= row.above]
    held = [row for row in rows if row.since <= day] or rows
    found = max(held, key=lambda row: (row.above, row.since), default=None)
    return found or _own(os.environ.get(OWN_PRICE, "")) or DEFAULT


def _rows(model: str) -> list[Price]:
    name = _DATED.sub("", model)
    return [row for row in TABLE if row.model == name]


@lru_cache(maxsize=8)
def _own(told: str) -> Price | None:
    """Read what the operator says a model costs that the table does not know; None if nothing."""
    into, _, out = told.partition("/")
    try:
        given, taken = Decimal(into.strip()), Decimal(out.strip() or into.strip())
    except InvalidOperation:
        return None
    if not (given.is_finite() and taken.is_finite() and given >= 0 and taken >= 0):
        return None
    return replace(
        FREE, model="", input=given, output=taken, cache_read=given, cache_write=given,
        cache_write_1h=given,
    )  # fmt: skip


def cost(usage: Usage, on: date | None = None) -> Decimal:
    """Return what a call cost, in US dollars, by the model that really answered."""
    prompt = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
    price = price_of(usage.model, on, prompt)
    short = usage.cache_write_tokens - usage.cache_write_1h_tokens
    dollars = (
        usage.input_tokens * price.input
        + usage.output_tokens * price.output
        + usage.cache_read_tokens * price.cache_read
        + short * price.cache_write
        + usage.cache_write_1h_tokens * price.cache_write_1h
    )
    minutes = Decimal(str(usage.audio_seconds)) / 60
    return (dollars / MILLION + minutes * price.minute).quantize(PER_TOKEN_DIGITS)


def is_priced(model: str) -> bool:
    """Say whether we know what a model costs; if not, its cost is the most it can be."""
    return price_of(model) is not DEFAULT


def priced(usage: Usage) -> Usage:
    """Put a price on a call; that of a model whose price we do not know is an estimate."""
    is_guess = usage.estimated or not is_priced(usage.model)
    return replace(usage, cost=cost(usage), estimated=is_guess)

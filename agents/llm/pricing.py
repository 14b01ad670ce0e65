"""What tokens cost: one dated table.

US dollars per million tokens. A row holds from its date until the next row of the same model; a
model without a row is charged as the dearest we know, so that a missing row shows as a high cost,
never as a free one. Source: Anthropic's pricing page, read in November 2026.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from .protocol import Usage

MILLION = Decimal(1_000_000)
PER_TOKEN_DIGITS = Decimal("0.00000001")

_DATED = re.compile(r"-(?:20\d{6}|latest)$")


@dataclass(frozen=True, kw_only=True)
class Price:
    """Prices of a model from a day on. `above` is the prompt length from which they hold."""

    model: str
    since: date
    input: Decimal
    output: Decimal
    cache_read: Decimal
    cache_write: Decimal
    cache_write_1h: Decimal
    above: int = 0


def _price(model: str, since: str, *figures: str, above: int = 0) -> Price:
    """Build a row from input, output, cache read, 5-minute write and 1-hour write."""
    into, out, read, write, write_1h = (Decimal(figure) for figure in figures)
    return Price(
        model=model,
        since=date.fromisoformat(since),
        input=into,
        output=out,
        cache_read=read,
        cache_write=write,
        cache_write_1h=write_1h,
        above=above,
    )


TABLE: tuple[Price, ...] = (
    _price("claude-haiku-4-5", "2025-10-15", "1", "5", "0.10", "1.25", "2"),
    _price("claude-sonnet-4-5", "2025-09-29", "3", "15", "0.30", "3.75", "6"),
    _price("claude-sonnet-4-6", "2026-01-01", "3", "15", "0.30", "3.75", "6"),
    _price("claude-opus-4-5", "2025-11-01", "5", "25", "0.50", "6.25", "10"),
    _price("claude-opus-4-6", "2026-01-01", "5", "25", "0.50", "6.25", "10"),
    _price("claude-opus-4-7", "2026-03-01", "5", "25", "0.50", "6.25", "10"),
    _price("claude-opus-4-8", "2026-03-01", "5", "25", "0.50", "6.25", "10"),
    _price("claude-opus-5", "2026-07-24", "5", "25", "0.50", "6.25", "10"),
    _price("claude-opus-5-5", "2026-09-01", "4", "20", "0.20", "5", "8"),
    _price("claude-sonnet-5", "2026-01-01", "2", "10", "0.20", "2.50", "4"),
    _price("claude-sonnet-5-5", "2026-09-01", "2", "10", "0.20", "2.50", "4"),
    _price("claude-sonnet-5-5", "2026-10-07", "2", "10", "0.10", "2.50", "4"),
    _price("claude-haiku-5-5", "2026-10-07", "0.10", "0.50", "0.01", "0.125", "0.20"),
    _price("claude-haiku-5-5", "2026-10-07", "0.50", "2.50", "0.05", "0.625", "1", above=100_000),
)

DEFAULT = _price("", "2020-01-01", "10", "50", "1", "12.50", "20")
"""For a model without a row."""

FREE = _price("embedded", "2020-01-01", "0", "0", "0", "0", "0")
"""The embedded model runs here and costs nothing."""


def price_of(model: str, on: date | None = None, prompt_tokens: int = 0) -> Price:
    """Return the prices of a model on a day (today, UTC, if none is given)."""
    if model.startswith("embedded"):
        return FREE
    name = _DATED.sub("", model)
    day = on or datetime.now(UTC).date()
    rows = [row for row in TABLE if row.model == name and prompt_tokens >= row.above]
    held = [row for row in rows if row.since <= day] or rows
    return max(held, key=lambda row: (row.above, row.since), default=DEFAULT)


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
    return (dollars / MILLION).quantize(PER_TOKEN_DIGITS)


def is_priced(model: str) -> bool:
    """Say whether the table knows a model; a health check may warn when it does not."""
    return price_of(model) is not DEFAULT

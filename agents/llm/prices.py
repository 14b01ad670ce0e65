"""The table of prices: US dollars per million tokens, or per minute of sound, from a day on.

Sources: Anthropic's pricing page, read in November 2026; the lists of OpenAI, Google (Gemini API),
DeepSeek, Mistral and Groq as published up to 2026. `bin/bench` and bills are the check: a wrong row
shows as a difference to the invoice. Prices change: add a row with its date, leave the old one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal


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
    minute: Decimal = Decimal(0)
    """Of sound."""


def _claude(model: str, since: str, *figures: str, above: int = 0) -> Price:
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


def _chat(model: str, since: str, *figures: str, above: int = 0) -> Price:
    """Build a row from input, output and cached input, where writing a cache costs nothing more."""
    into, out, read = figures
    return _claude(model, since, into, out, read, into, into, above=above)


def _sound(model: str, since: str, minute: str) -> Price:
    """Build a row of a model that is paid by the minute."""
    nothing = Decimal(0)
    return Price(
        model=model,
        since=date.fromisoformat(since),
        input=nothing,
        output=nothing,
        cache_read=nothing,
        cache_write=nothing,
        cache_write_1h=nothing,
        minute=Decimal(minute),
    )


TABLE: tuple[Price, ...] = (
    _claude("claude-haiku-4-5", "2025-10-15", "1", "5", "0.10", "1.25", "2"),
    _claude("claude-sonnet-4-5", "2025-09-29", "3", "15", "0.30", "3.75", "6"),
    _claude("claude-sonnet-4-6", "2026-01-01", "3", "15", "0.30", "3.75", "6"),
    _claude("claude-opus-4-5", "2025-11-01", "5", "25", "0.50", "6.25", "10"),
    _claude("claude-opus-4-6", "2026-01-01", "5", "25", "0.50", "6.25", "10"),
    _claude("claude-opus-4-7", "2026-03-01", "5", "25", "0.50", "6.25", "10"),
    _claude("claude-opus-4-8", "2026-03-01", "5", "25", "0.50", "6.25", "10"),
    _claude("claude-opus-5", "2026-07-24", "5", "25", "0.50", "6.25", "10"),
    _claude("claude-opus-5-5", "2026-09-01", "4", "20", "0.20", "5", "8"),
    _claude("claude-sonnet-5", "2026-01-01", "2", "10", "0.20", "2.50", "4"),
    _claude("claude-sonnet-5-5", "2026-09-01", "2", "10", "0.20", "2.50", "4"),
    _claude("claude-sonnet-5-5", "2026-10-07", "2", "10", "0.10", "2.50", "4"),
    _claude("claude-haiku-5-5", "2026-10-07", "0.10", "0.50", "0.01", "0.125", "0.20"),
    _claude("claude-haiku-5-5", "2026-10-07", "0.50", "2.50", "0.05", "0.625", "1", above=100_000),
    _chat("gpt-4o", "2024-10-01", "2.50", "10", "1.25"),
    _chat("gpt-4o-mini", "2024-10-01", "0.15", "0.60", "0.075"),
    _chat("gpt-4.1", "2025-04-14", "2", "8", "0.50"),
    _chat("gpt-4.1-mini", "2025-04-14", "0.40", "1.60", "0.10"),
    _chat("gpt-4.1-nano", "2025-04-14", "0.10", "0.40", "0.025"),
    _chat("o4-mini", "2025-04-16", "1.10", "4.40", "0.275"),
    _chat("gpt-5", "2025-08-07", "1.25", "10", "0.125"),
    _chat("gpt-5-mini", "2025-08-07", "0.25", "2", "0.025"),
    _chat("gpt-5-nano", "2025-08-07", "0.05", "0.40", "0.005"),
    _chat("gemini-2.5-flash", "2025-06-17", "0.30", "2.50", "0.075"),
    _chat("gemini-2.5-flash-lite", "2025-07-22", "0.10", "0.40", "0.025"),
    _chat("gemini-2.5-pro", "2025-06-17", "1.25", "10", "0.31"),
    _chat("gemini-2.5-pro", "2025-06-17", "2.50", "15", "0.625", above=200_000),
    _chat("deepseek-chat", "2025-09-29", "0.28", "0.42", "0.028"),
    _chat("mistral-small", "2025-06-20", "0.10", "0.30", "0.10"),
    _chat("llama-3.3-70b-versatile", "2024-12-06", "0.59", "0.79", "0.59"),
    _chat("llama-3.1-8b-instant", "2024-07-23", "0.05", "0.08", "0.05"),
    _sound("whisper-1", "2023-03-01", "0.006"),
    _sound("gpt-4o-transcribe", "2025-03-20", "0.006"),
    _sound("gpt-4o-mini-transcribe", "2025-03-20", "0.003"),
    _sound("whisper-large-v3", "2024-08-01", "0.00185"),
    _sound("whisper-large-v3-turbo", "2024-10-01", "0.00067"),
)

DEFAULT = replace(
    _claude("", "2020-01-01", "10", "50", "1", "12.50", "20"), minute=Decimal("0.024")
)
"""For a model without a row. (The dearest list price of a minute of speech: a cloud's standard
transcription.)"""

FREE = _claude("embedded", "2020-01-01", "0", "0", "0", "0", "0")
"""The embedded model runs here and costs nothing."""

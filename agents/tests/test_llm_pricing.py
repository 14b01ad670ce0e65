"""What tokens cost."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.llm.pricing import DEFAULT, FREE, TABLE, cost, is_priced, price_of, priced
from agents.llm.protocol import Usage

MILLION = 1_000_000
COUNTS = st.integers(0, 3_000_000)


def used(model, **figures):
    """Build a usage of a model."""
    return Usage(client="anthropic", asked_model=model, model=model, **figures)


@pytest.mark.parametrize(
    ("model", "into", "out"),
    [
        ("claude-haiku-4-5", "1", "5"),
        ("claude-haiku-4-5-20251001", "1", "5"),
        ("claude-sonnet-4-5", "3", "15"),
        ("claude-sonnet-4-5-20250929", "3", "15"),
        ("claude-opus-5", "5", "25"),
        ("embedded", "0", "0"),
    ],
)
def test_a_million_tokens(model, into, out):
    assert cost(used(model, input_tokens=MILLION)) == Decimal(into)
    assert cost(used(model, output_tokens=MILLION)) == Decimal(out)


def test_the_cache_has_its_own_prices():
    model = "claude-sonnet-4-5"
    assert cost(used(model, cache_read_tokens=MILLION)) == Decimal("0.3")
    assert cost(used(model, cache_write_tokens=MILLION)) == Decimal("3.75")
    assert cost(used(model, cache_write_tokens=MILLION, cache_write_1h_tokens=MILLION)) == 6


def test_a_price_holds_from_its_day():
    before = price_of("claude-sonnet-5-5", date(2026, 10, 6))
    after = price_of("claude-sonnet-5-5", date(2026, 10, 7))
    assert (before.cache_read, after.cache_read) == (Decimal("0.20"), Decimal("0.10"))
    assert price_of("claude-opus-5", date(2020, 1, 1)).input == 5


def test_a_long_prompt_may_cost_more():
    short = used("claude-haiku-5-5", input_tokens=99_999)
    long = used("claude-haiku-5-5", input_tokens=100_000)
    assert cost(long) > 4 * cost(short)


def test_a_model_without_a_row_is_charged_as_the_dearest():
    assert price_of("claude-new-9") is DEFAULT
    assert not is_priced("claude-new-9")
    assert is_priced("claude-haiku-4-5-20251001")
    for row in TABLE:
        assert row.input <= DEFAULT.input
        assert row.output <= DEFAULT.output
        assert row.cache_write_1h <= DEFAULT.cache_write_1h


def test_every_row_is_consistent():
    for row in (*TABLE, DEFAULT):
        assert row.cache_read <= row.input <= row.cache_write <= row.cache_write_1h
        assert row.input <= row.output
        assert row.output or row.minute
        if row.model.startswith("claude"):
            assert row.cache_read < row.input < row.cache_write < row.cache_write_1h
    assert price_of("embedded") is FREE


def test_no_model_has_two_prices_of_one_day():
    rows = [(row.model, row.since, row.above) for row in TABLE]
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize(
    ("named", "row"),
    [
        ("gpt-4.1-mini-2025-04-14", "gpt-4.1-mini"),
        ("openai/gpt-4.1-mini", "gpt-4.1-mini"),
        ("anthropic/claude-haiku-4-5", "claude-haiku-4-5"),
        ("gpt-5-nano", "gpt-5-nano"),
        ("mistral-small-latest", "mistral-small"),
    ],
)
def test_a_model_is_found_under_the_names_it_goes_by(named, row):
    assert price_of(named).model == row


def test_a_sound_is_paid_by_the_minute():
    assert cost(used("whisper-1", audio_seconds=90.0)) == Decimal("0.009")
    assert cost(used("gpt-4o-mini-transcribe", audio_seconds=60.0, input_tokens=900)) == Decimal(
        "0.003"
    )
    assert cost(used("some-whisper", audio_seconds=60.0)) == DEFAULT.minute


def test_what_we_have_no_price_for_is_an_estimate():
    assert priced(used("claude-new-9", input_tokens=10)).estimated
    assert not priced(used("claude-haiku-4-5", input_tokens=10)).estimated
    assert not priced(used("embedded")).estimated


@pytest.mark.parametrize(
    ("told", "dollars"),
    [("0/0", 0), ("0.5/2", "2.5"), ("3", 6), ("free", None), ("-1/2", None), ("nan/1", None),
     ("1/", 2), ("inf/1", None)],
)  # fmt: skip
def test_the_price_of_a_model_of_one_s_own_is_said_by_its_operator(monkeypatch, told, dollars):
    monkeypatch.setenv("MORFX_MODEL_PRICE", told)
    usage = used("ours", input_tokens=MILLION, output_tokens=MILLION)
    assert cost(usage) == (60 if dollars is None else Decimal(dollars))
    assert priced(usage).estimated is (dollars is None)
    assert cost(used("claude-haiku-4-5", input_tokens=MILLION)) == 1


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_more_tokens_never_cost_less(into, out, read, write):
    usage = used(
        "claude-haiku-4-5",
        input_tokens=into,
        output_tokens=out,
        cache_read_tokens=read,
        cache_write_tokens=write,
    )
    more = replace(usage, output_tokens=out + 1, input_tokens=into + 1)
    assert 0 <= cost(usage) <= cost(more)

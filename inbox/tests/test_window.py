"""The 24-hour window."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.window import LENGTH, WARNING, WindowState, closes_at, is_open, left, state

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MOMENTS = st.datetimes(
    datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.sampled_from(
        [UTC, timezone(timedelta(hours=-5)), timezone(timedelta(hours=9))]
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(0), WindowState.OPEN),
        (timedelta(hours=22), WindowState.OPEN),
        (timedelta(hours=22, microseconds=1), WindowState.CLOSING),
        (timedelta(hours=24) - timedelta(microseconds=1), WindowState.CLOSING),
        (timedelta(hours=24), WindowState.CLOSED),
        (timedelta(days=30), WindowState.CLOSED),
    ],
)
def test_its_edges(ago, expected):
    assert state(NOW - ago, NOW) is expected


def test_who_never_wrote_has_no_window():
    assert closes_at(None) is None
    assert not is_open(None, NOW)
    assert state(None, NOW) is WindowState.CLOSED


def test_a_clock_ahead_never_keeps_it_open_longer():
    assert left(NOW + timedelta(days=300), NOW) == LENGTH


def test_a_moment_without_a_zone_is_refused():
    naive = datetime(2026, 11, 20)
    for ask in (lambda: closes_at(naive), lambda: is_open(naive, NOW), lambda: is_open(NOW, naive)):
        with pytest.raises(ValueError, match="time zone"):
            ask()


@given(MOMENTS, MOMENTS)
def test_state_open_and_closing_time_agree(last, now):
    closing = closes_at(last)
    assert closing is not None
    assert is_open(last, now) == (now < closing)
    assert is_open(last, now) == (state(last, now) is not WindowState.CLOSED)
    assert (state(last, now) is WindowState.CLOSING) == (timedelta(0) < closing - now < WARNING)


@given(MOMENTS, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_a_later_message_never_closes_it_and_time_never_opens_it(last, now, more):
    assert is_open(last + more, now) or not is_open(last, now)
    assert is_open(last, now) or not is_open(last, now + more)

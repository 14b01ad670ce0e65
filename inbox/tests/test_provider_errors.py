"""The table of error codes."""

import pytest

from inbox.providers.errors import TABLE, UNKNOWN, Action, Hold, row_for

DOCUMENTED = [
    0, 190, 3, 10, 200, 250, 299, 131005, 4, 80007, 130429, 131048, 131056, 133016, 131047, 470,
    131026, 131049, 131050, 130472, 131052, 131053, 131008, 131009, 132000, 132008, 132012, 132018,
    132001, 132005, 132007, 132015, 132016, 132068, 132069, 131000, 131016, 135000, 131021, 131030,
    131051, 131031, 368, 130497, 131042, 131057, 2494100, 131037, 131062, 131063, 131064, 137000,
    147001, 147005,
]  # fmt: skip


@pytest.mark.parametrize("code", DOCUMENTED)
def test_every_documented_code_has_a_row(code):
    assert row_for(code) is not UNKNOWN


@pytest.mark.parametrize("code", [None, -1, 300, 999999])
def test_an_unknown_code_is_not_retried(code):
    row = row_for(code)
    assert row is UNKNOWN
    assert not row.retryable


def test_every_row_explains_itself_and_retrying_ones_wait():
    for row in TABLE.values():
        assert source(row.meaning).endswith(".")
        assert source(row.suggestion).endswith(".")
        assert not row.retryable or row.wait > 0


def test_the_buckets_of_throttling():
    assert row_for(130429).hold is Hold.NUMBER
    assert row_for(131056).hold is Hold.PAIR
    assert row_for(80007).hold is Hold.APP
    assert row_for(131048).action is Action.STOP_CAMPAIGNS


def test_what_must_never_loop():
    for code in (131047, 131026, 131049, 131050, 130472, 131021):
        assert not row_for(code).retryable
    assert row_for(131049).wait == 24 * 3600


def source(sentence):
    """Return the English of a lazy translation, without a configured Django."""
    _rebuild, (_function, arguments, *_rest) = sentence.__reduce__()
    return arguments[0]

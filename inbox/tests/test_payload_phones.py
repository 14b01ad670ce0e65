"""Ids and numbers: what is dialled, and what may already be known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.providers.phones import is_bsuid, phone_candidates, phone_e164

TEN = st.text("0123456789", min_size=10, max_size=10)


@pytest.mark.parametrize(
    ("wa_id", "dialled"),
    [
        ("573105550142", "+573105550142"),
        ("5215512345678", "+525512345678"),
        ("525512345678", "+525512345678"),
        ("5491123456789", "+541123456789"),
        ("16505551234", "+16505551234"),
        ("5511987654321", "+5511987654321"),
        ("US.13491208655302741918", None),
        ("", None),
        ("123", None),
        ("not a number", None),
        ("٥٧٣١٠", None),
    ],
)
def test_the_number_people_dial(wa_id, dialled):
    assert phone_e164(wa_id) == dialled


@given(TEN)
def test_the_extra_digit_of_mexico_and_argentina_is_dropped_or_the_id_is_no_phone(rest):
    assert phone_e164("521" + rest) == phone_e164("52" + rest)
    assert phone_e164("549" + rest) == phone_e164("54" + rest)


@given(st.text("0123456789", max_size=17))
def test_the_answer_is_stable_and_its_own_first_candidate(digits):
    dialled = phone_e164(digits)
    candidates = phone_candidates(digits)
    if dialled is None:
        assert candidates == ()
    else:
        assert phone_e164(dialled) == dialled
        assert candidates[0] == dialled
        assert len(set(candidates)) == len(candidates)


def test_candidates_find_a_person_stored_the_other_way():
    assert set(phone_candidates("5215512345678")) == {"+525512345678", "+5215512345678"}
    assert set(phone_candidates("5491123456789")) == {"+541123456789", "+5491123456789"}
    with_nine, without = phone_candidates("5511987654321"), phone_candidates("551187654321")
    assert set(with_nine) == set(without) == {"+5511987654321", "+551187654321"}
    assert phone_candidates("551133224455") == ("+551133224455",)


@pytest.mark.parametrize("given_id", ["US.13491208655302741918", "CO.ENT.118157", "BR.aZ09"])
def test_a_business_scoped_id_is_recognised(given_id):
    assert is_bsuid(given_id)


@pytest.mark.parametrize(
    "given_id", ["", "573105550142", "us.123", "US.", "US.12 3", "US." + "1" * 129]
)
def test_anything_else_is_not(given_id):
    assert not is_bsuid(given_id)

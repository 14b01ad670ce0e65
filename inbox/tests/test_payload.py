"""The envelope: everything is visited, nothing is lost, nothing from a stranger breaks us."""

import json
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox.providers.payload import BadPayload, Echo, Inbound, Status, Unreadable, open_payload
from inbox.tests.payload_files import NAMES, recorded

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=25,
)
KEYS = st.sampled_from(
    ["from", "from_user_id", "id", "type", "timestamp", "text", "image", "system", "context",
     "interactive", "contacts", "reaction", "edit", "errors", "referral", "status", "pricing"]
)  # fmt: skip
MESSAGE = st.dictionaries(KEYS, JSON | st.sampled_from(["text", "image", "edit", "1", "wamid.x"]))


def envelope(**value: object) -> bytes:
    """Build a webhook of one change."""
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", **value}}
    body = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
    return json.dumps(body).encode()


def read_all(raw: bytes) -> list[object]:
    """Visit everything a delivery offers."""
    delivery = open_payload(raw)
    parts = (delivery.inbound(), delivery.statuses(), delivery.echoes(), delivery.others())
    return [item for part in parts for item in part]


def test_a_text_message_is_read_whole():
    [message] = open_payload(recorded("text")).inbound()
    assert isinstance(message, Inbound)
    assert message.provider_id == "wamid.HBgM1"
    assert message.phone_number_id == "106540352242922"
    assert message.waba_id == "104996122399160"
    assert message.sender.wa_id == "573105550142"
    assert message.sender.user_id == "CO.13491208655302741918"
    assert message.sender.parent_user_id == "CO.ENT.11815799212886844830"
    assert message.sender.username == "marta.diaz"
    assert message.sender.phone == "+573105550142"
    assert message.profile_name == "Marta Díaz 🌙"
    assert (message.type, message.label) == ("text", "")
    assert message.text == "¿Cuánto vale el envío a Cali? 🚚"
    assert message.content == {"body": "¿Cuánto vale el envío a Cali? 🚚"}
    assert message.timestamp == datetime.fromtimestamp(1794900001, UTC)


def test_a_person_without_a_phone_is_a_person():
    [message] = open_payload(recorded("bsuid_only")).inbound()
    assert isinstance(message, Inbound)
    assert message.sender.wa_id is None
    assert message.sender.phone is None
    assert message.sender.user_id == "US.13491208655302741918"
    assert message.profile_name == "Sin Número"


def test_all_entries_changes_messages_and_statuses_are_visited():
    delivery = open_payload(recorded("batch"))
    items = list(delivery.inbound())
    read = [item for item in items if isinstance(item, Inbound)]
    assert [item.text for item in read] == [
        "Hola", "Cali", "sin fecha", "otro cambio", "desde México",
    ]  # fmt: skip
    assert [item.profile_name for item in read][2:] == ["Luis", "Marta Díaz 🌙", "Lupe"]
    assert read[-1].phone_number_id == "206540352242999"
    assert read[-1].waba_id == "200000000000002"
    assert delivery.routes() == {
        ("104996122399160", "106540352242922"),
        ("200000000000002", "206540352242999"),
    }


def test_a_malformed_sibling_is_kept_with_the_reason():
    delivery = open_payload(recorded("batch"))
    broken = [item for item in delivery.inbound() if isinstance(item, Unreadable)]
    assert len(broken) == 4
    assert "body" in broken[0].error
    assert broken[1].raw == "not even an object"
    assert broken[2].error == "no id"
    assert "sender" in broken[3].error
    reports = list(delivery.statuses())
    assert [type(report) for report in reports] == [Status, Unreadable]
    assert len([item for item in delivery.others() if isinstance(item, Unreadable)]) == 3


def test_a_date_that_makes_no_sense_is_none_and_the_receipt_counts():
    received = datetime(2026, 11, 20, 12, tzinfo=UTC)
    messages = list(open_payload(recorded("batch")).inbound())
    undated = next(m for m in messages if isinstance(m, Inbound) and m.text == "sin fecha")
    assert undated.timestamp is None
    assert undated.happened_at(received) == received
    dated = messages[0]
    assert isinstance(dated, Inbound)
    assert dated.happened_at(received) == dated.timestamp
    assert dated.happened_at(datetime(2020, 1, 1, tzinfo=UTC)) == datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("given_as", ["1794900001", 1794900001, "1794900001000", 1794900001000.0])
def test_seconds_and_milliseconds_are_told_apart(given_as):
    raw = envelope(messages=[{"from": "1", "id": "w", "type": "x", "timestamp": given_as}])
    [message] = open_payload(raw).inbound()
    assert isinstance(message, Inbound)
    assert message.timestamp == datetime.fromtimestamp(1794900001, UTC)


@pytest.mark.parametrize("given_as", [None, True, "", "NaN", "inf", -5, 0, "9" * 400, [], {}, "١"])
def test_nonsense_dates_are_none(given_as):
    raw = envelope(messages=[{"from": "1", "id": "w", "type": "x", "timestamp": given_as}])
    [message] = open_payload(raw).inbound()
    assert isinstance(message, Inbound)
    assert message.timestamp is None


def test_echoes_of_the_shops_own_phone_are_not_inbound():
    delivery = open_payload(recorded("echoes"))
    assert list(delivery.inbound()) == []
    first, second, third = delivery.echoes()
    assert isinstance(first, Echo)
    assert first.recipient.wa_id == "573105550142"
    assert first.text == "Hola Marta, te escribo desde el celular"
    assert isinstance(second, Echo)
    assert second.recipient.wa_id is None
    assert second.recipient.user_id == "US.13491208655302741918"
    assert isinstance(third, Unreadable)


def test_history_and_account_news_are_neither_messages_nor_lost():
    delivery = open_payload(recorded("others"))
    assert list(delivery.inbound()) == []
    found = list(delivery.others())
    assert [item.field for item in found if not isinstance(item, Unreadable)] == [
        "message_template_status_update", "history", "user_preferences", "messages",
    ]  # fmt: skip
    problem = found[-1]
    assert not isinstance(problem, Unreadable)
    assert problem.errors[0].code == 130429


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"not json", b"[]", b'"text"', b"null", b"3", b"{}", b'{"object":"page"}', b"\xff\xfe",
        b'{"object":"whatsapp_business_account","entry":NaN}', b'{"object":' + b"9" * 6000 + b"}",
        b"[" * 500_000 + b"]" * 500_000, b"[" * 10_000, b'{"a":' * 10_000,
        b'{"object":"whatsapp_business_account","entry":' + b"[" * 300 + b"]" * 300 + b"}",
    ],
)  # fmt: skip
def test_what_is_not_an_envelope_is_refused_at_once(raw):
    started = time.perf_counter()
    with pytest.raises(BadPayload):
        open_payload(raw)
    assert time.perf_counter() - started < 1


def test_a_megabyte_of_small_messages_is_read():
    message = {"from": "573105550142", "type": "text", "text": {"body": "x" * 50}}
    many = [{**message, "id": f"wamid.{n}", "timestamp": "1794900001"} for n in range(7000)]
    raw = envelope(messages=many)
    assert len(raw) > 1_000_000
    assert len([m for m in open_payload(raw).inbound() if isinstance(m, Inbound)]) == 7000


def test_characters_postgresql_refuses_are_repaired():
    raw = (
        rb'{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages",'
        rb'"value":{"messages":[{"from":"1","id":"w","type":"text","timestamp":1e999,'
        rb'"text":{"body":"a\u0000b\ud83dc"}}]}}]}]}'
    )
    [message] = open_payload(raw).inbound()
    assert isinstance(message, Inbound)
    assert message.text == "ab\ufffdc"
    assert message.timestamp is None
    json.dumps(message.raw, allow_nan=False).encode()


def test_a_list_that_is_none_is_one_unreadable_thing():
    delivery = open_payload(envelope(messages="many", statuses={"id": "x"}))
    assert [type(item) for item in delivery.inbound()] == [Unreadable]
    assert [type(item) for item in delivery.statuses()] == [Unreadable]


def test_a_lone_card_of_somebody_else_is_not_the_senders():
    card = {"wa_id": "999", "profile": {"name": "Other"}}
    raw = envelope(messages=[{"from": "1", "id": "w", "type": "x"}], contacts=[card])
    [message] = open_payload(raw).inbound()
    assert isinstance(message, Inbound)
    assert message.profile_name == ""


@pytest.mark.parametrize("name", NAMES)
def test_every_recorded_body_is_read_twice_the_same(name):
    assert read_all(recorded(name)) == read_all(recorded(name))
    assert read_all(recorded(name))


@given(st.lists(MESSAGE, max_size=4), st.lists(MESSAGE, max_size=3), JSON)
@settings(max_examples=150, deadline=None)
def test_nothing_a_stranger_sends_raises_or_disappears(messages, statuses, contacts):
    raw = envelope(messages=messages, statuses=statuses, contacts=contacts).replace(b"NaN", b"1")
    delivery = open_payload(raw.replace(b"-Infinity", b"1").replace(b"Infinity", b"1"))
    assert len(list(delivery.inbound())) == len(messages)
    assert len(list(delivery.statuses())) == len(statuses)


@given(JSON)
@settings(max_examples=150, deadline=None)
def test_any_entry_gives_items_or_a_reason(entry):
    body = json.dumps({"object": "whatsapp_business_account", "entry": entry}, allow_nan=True)
    try:
        read_all(body.encode())
    except BadPayload:
        assert "NaN" in body or "Infinity" in body

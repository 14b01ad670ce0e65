"""Kapso's events become the values Meta's webhooks become."""

from __future__ import annotations

import json
from typing import Any

import pytest

from inbox.providers.kapso_events import OLD_VERSION, as_envelope
from inbox.providers.payload import BadPayload, Unreadable, open_payload
from inbox.providers.payload_history import read_history
from inbox.tests.payload_files import recorded

CONVERSATION = {
    "id": "conv_123",
    "phone_number": "+573105550142",
    "business_scoped_user_id": "CO.13491208655302741918",
    "username": "marta.diaz",
    "status": "active",
    "phone_number_id": "106540352242922",
    "kapso": {"contact_name": "Marta Díaz 🌙", "messages_count": 1},
}


def event(message: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    """Return an event with a message, as payload version 2 has it."""
    whole = {"conversation": CONVERSATION, "phone_number_id": "106540352242922", **more}
    return whole if message is None else {"message": message, **whole}


def received(message: dict[str, Any], **kapso: Any) -> dict[str, Any]:
    """Return `whatsapp.message.received` around a message."""
    told = {"direction": "inbound", "status": "received", "origin": "cloud_api", **kapso}
    return event({"id": "wamid.1", "timestamp": "1794900600", **message, "kapso": told})


def reported(status: str, history: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Return a report about one of our messages."""
    kapso: dict[str, Any] = {"direction": "outbound", "status": status, "origin": "cloud_api"}
    if history is not None:
        kapso["statuses"] = history
    shown = {"type": "text", "text": {"body": "Hola"}, "timestamp": "1794900700"}
    return event({"id": "wamid.9", **shown, "kapso": kapso})


def opened(body: dict[str, Any]) -> Any:
    """Open a body as our webhook's job does."""
    return open_payload(json.dumps(body).encode())


def kinds() -> list[dict[str, Any]]:
    """Return a message of every kind we know, as Meta sends it."""
    found = []
    for name in ("kinds", "media", "text"):
        for entry in json.loads(recorded(name))["entry"]:
            for change in entry["changes"]:
                found += change["value"].get("messages", [])
    return [one for one in found if isinstance(one, dict) and one.get("id")]


def test_a_message_becomes_the_same_value_as_metas():
    (one,) = opened(received({"type": "text", "text": {"body": "¡Hola! 🌙"}})).inbound()
    assert (one.provider_id, one.type, one.text) == ("wamid.1", "text", "¡Hola! 🌙")
    assert one.phone_number_id == "106540352242922"
    assert (one.sender.wa_id, one.sender.phone) == ("573105550142", "+573105550142")
    assert one.sender.user_id == "CO.13491208655302741918"
    assert (one.profile_name, one.sender.username) == ("Marta Díaz 🌙", "marta.diaz")
    assert one.timestamp.timestamp() == 1794900600
    assert "kapso" not in one.raw


@pytest.mark.parametrize("message", kinds(), ids=lambda one: f"{one.get('type')}-{one['id']}")
def test_every_kind_of_message_reads_as_it_does_at_meta(message):
    """Meta's envelope and Kapso's event around one message differ in nothing but the sender."""
    card = {"wa_id": message.get("from"), "user_id": message.get("from_user_id")}
    value = {"contacts": [card], "messages": [message]}
    change = {"field": "messages", "value": value}
    at_meta = {"object": "whatsapp_business_account", "entry": [{"changes": [change]}]}
    (theirs,), (ours,) = opened(at_meta).inbound(), opened(received(message)).inbound()
    if isinstance(theirs, Unreadable):
        assert "sender" in theirs.error or theirs.error == ours.error
        return
    for name in ("provider_id", "type", "text", "part", "content", "context", "referral", "label",
                 "timestamp", "group_id", "errors"):  # fmt: skip
        assert getattr(ours, name) == getattr(theirs, name), name


def test_a_batch_keeps_its_order_and_every_message():
    events = [
        received({"id": f"wamid.{n}", "type": "text", "text": {"body": str(n)}}) for n in range(3)
    ]
    body = {"type": "whatsapp.message.received", "batch": True, "data": [*events, "nonsense"]}
    assert [one.text for one in opened(body).inbound()] == ["0", "1", "2"]


def test_reports_carry_metas_own_words():
    history: list[dict[str, Any]] = [
        {"id": "wamid.9", "status": "sent", "timestamp": "1794900700",
         "recipient_id": "573105550142", "biz_opaque_callback_data": "our-id"},
        {"id": "wamid.9", "status": "failed", "timestamp": "1794900800",
         "biz_opaque_callback_data": "our-id",
         "errors": [{"code": 131047, "title": "Re-engagement message", "message": "24 hours"}]},
    ]  # fmt: skip
    delivery = opened(reported("failed", history))
    assert list(delivery.inbound()) == []
    (one,) = delivery.statuses()
    assert (one.provider_id, one.status, one.ref) == ("wamid.9", "failed", "our-id")
    assert one.errors[0].code == 131047
    assert one.timestamp.timestamp() == 1794900800


@pytest.mark.parametrize("status", ["sent", "delivered", "read", "failed"])
def test_a_report_without_history_says_enough(status):
    (one,) = opened(reported(status)).statuses()
    assert (one.provider_id, one.status) == ("wamid.9", status)
    assert one.recipient.wa_id == "573105550142"
    assert one.timestamp.timestamp() == 1794900700


def test_what_the_business_wrote_on_its_phone_is_an_echo():
    body = reported("sent")
    body["message"]["kapso"]["origin"] = "business_app"
    (one,) = opened(body).echoes()
    assert (one.text, one.recipient.wa_id) == ("Hola", "573105550142")
    assert list(opened(body).statuses()) == []
    read = reported("read")
    read["message"]["kapso"]["origin"] = "business_app"
    assert [report.status for report in opened(read).statuses()] == ["read"]
    assert list(opened(read).echoes()) == []


def test_imported_history_is_no_message():
    delivery = opened(received({"type": "text", "text": {"body": "old"}}, origin="history_sync"))
    assert list(delivery.inbound()) == []
    (told,) = delivery.others()
    assert told.field == "history"
    (thread,) = read_history(told.value, "", "1")
    assert (thread.customer.wa_id, thread.said[0].by_us) == ("573105550142", False)
    assert thread.said[0].message.text == "old"
    ours = reported("sent")
    ours["message"]["kapso"]["origin"] = "history_sync"
    (told,) = opened(ours).others()
    (thread,) = read_history(told.value, "", "1")
    assert (thread.said[0].by_us, thread.said[0].message.text) == (True, "Hola")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (event(None, type="whatsapp.conversation.created"), "whatsapp.conversation.created"),
        (event(None, inactivity={"minutes": 60}), "kapso"),
        ({"event": "workflow.execution.handoff", "handoff": {}}, "workflow.execution.handoff"),
        ({"type": "whatsapp.not.thought.of", "phone_number_id": "1"}, "whatsapp.not.thought.of"),
        ({"phone_number_id": "1", "project": {"id": "2"}}, "kapso"),
    ],
)
def test_unknown_events_are_kept_and_not_dead(body, field):
    delivery = opened(body)
    assert [one.field for one in delivery.others()] == [field]
    assert list(delivery.inbound()) + list(delivery.statuses()) + list(delivery.echoes()) == []


def test_who_stops_marketing_is_told_in_metas_words():
    body = {
        "contact": {"wa_id": "573105550142"},
        "marketing_preference": {"status": "stopped", "detail": "no more"},
        "phone_number_id": "1",
    }
    (one,) = opened(body).others()
    assert one.field == "user_preferences"
    assert one.value["user_preferences"][0]["value"] == "stop"


def test_payload_version_1_is_listed_with_its_reason_and_never_lost_in_silence():
    body = {
        "message": {"id": "a", "message_type": "text", "content": "Hola", "direction": "inbound"},
        "conversation": {"id": "b"},
        "whatsapp_config": {"id": "c"},
    }
    (one,) = opened(body).others()
    assert isinstance(one, Unreadable)
    assert one.error == OLD_VERSION


def test_metas_envelope_passes_untouched_and_nonsense_stays_nonsense():
    envelope = json.loads(recorded("text"))
    assert as_envelope(envelope) is envelope
    for nonsense in ({}, {"a": 1}, {"data": [1]}, {"object": "page", "message": {}}):
        with pytest.raises(BadPayload):
            opened(nonsense)

"""The judges of the soak find what is wrong: each gets evidence of one broken promise."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from morfx.bench.soak import judge_in, judge_out, judge_rest
from morfx.bench.soak.customers import Customer
from morfx.bench.soak.evidence import Evidence
from morfx.bench.soak.killer import Kill
from morfx.bench.soak.people import Taking
from morfx.bench.soak.report import Line
from morfx.bench.soak.world import Shop

START = datetime(2026, 1, 1, tzinfo=UTC)
SHOP = Shop("cloud", "cafe", "100", "http://127.0.0.1/", "secret", "key")
FIRST, SECOND = "wamid.soak.c001.00001", "wamid.soak.c001.00002"


def moment(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def message(number: int, wamid: str, **more: Any) -> dict[str, Any]:
    row = {"id": number, "conversation_id": "talk", "direction": "inbound", "type": "text",
           "text": "hola", "provider_id": wamid, "sender": "contact", "status": "received",
           "heard_at": START, "heard_by": "turn:one", "created_at": START}  # fmt: skip
    return {**row, **more}


def send(name: str, **more: Any) -> dict[str, Any]:
    row = {"id": name, "conversation_id": "talk", "message_id": f"m-{name}", "sender": "agent",
           "plan": "turn:one", "position": 0, "epoch": 1, "state": "accepted", "reason": "",
           "attempt": 1, "created_at": START, "claimed_at": START, "reported_at": None}  # fmt: skip
    return {**row, **more}


def attempt(number: int, *wamids: str, http: int | None = 200) -> dict[str, Any]:
    about = [{"in": "messages", "id": wamid, "is": "text"} for wamid in wamids]
    data = {"http": http, "seconds": 0.1, "about": about}
    return entry("webhook_attempt", number, **data)


def entry(kind: str, at: float, **data: Any) -> dict[str, Any]:
    return {"id": 1, "at": at, "kind": kind, "phone_number_id": "100", "data": data}


def accepted(ref: str, at: float, sequence: int) -> dict[str, Any]:
    return entry("send_accepted", at, biz_opaque_callback_data=ref, sequence=sequence)


def bubble(ref: str, status: str = "delivered") -> dict[str, Any]:
    body = {"biz_opaque_callback_data": ref}
    return {"direction": "out", "on_phone": True, "status": status, "body": body, "at": 0.0}


def body(*wamids: str) -> bytes:
    messages = [{"id": wamid, "type": "text"} for wamid in wamids]
    return json.dumps({"entry": [{"changes": [{"value": {"messages": messages}}]}]}).encode()


@pytest.fixture
def found() -> Evidence:
    """Two messages, one turn, one bubble: everything in order."""
    who = Customer("c001", "573000000001", SHOP, written=[FIRST, SECOND], count=2)
    turn = {"id": "one", "session_id": "s", "number": 1, "role": "customer", "intent": "hola",
            "trace": {"plan": "turn:one", "why": [], "messages": ["1", "2"], "effects": []},
            "created_at": START}  # fmt: skip
    envelope = {"id": "e", "state": "parsed", "error": "", "attempts": 1, "created_at": START}
    said: dict[str, Any] = {"direction": "outbound", "sender": "agent", "heard_by": ""}
    return Evidence(
        taken_at=1000.0,
        customers=[who],
        journal=[attempt(1, FIRST), attempt(2, SECOND), accepted("a", 3, 1)],  # type: ignore[list-item]
        phones={"c001": [bubble("a")]},  # type: ignore[list-item]
        envelopes=[{**envelope, "body": body(FIRST)}, {**envelope, "body": body(SECOND)}],
        messages=[
            message(1, FIRST),
            message(2, SECOND),
            {**message(3, "wamid.out"), **said, "id": "m-a", "status": "delivered"},
        ],
        sends=[send("a")],
        turns=[turn],
        sessions=[{"id": "s", "conversation_id": "talk", "status": "active"}],
        channels=[{"phone_number_id": "100", "refused_deliveries": 3, "stopped_at": None}],
    )


def lines(found: Evidence) -> list[Line]:
    return [
        judge_in.envelopes(found), judge_in.opened(found), judge_in.heard(found)[0],
        judge_in.answered_once(found), judge_in.order(found)[0], judge_out.once(found),
        judge_out.order(found), judge_out.person(found, [])[0], judge_out.people(found, [], []),
        judge_out.unknown(found, 0), judge_out.ticks(found), judge_rest.parked(found),
        judge_rest.timers(found), judge_rest.trouble(found, {}), judge_rest.memory(500, 600),
        judge_rest.going_on(found, [], 0.0, 20.0)[0],
    ]  # fmt: skip


def test_nothing_is_found_where_all_is_in_order(found: Evidence) -> None:
    assert [one.wrong for one in lines(found) if not one.kept] == []


def test_an_acknowledged_webhook_that_is_not_stored(found: Evidence) -> None:
    found.envelopes.pop()
    assert SECOND in judge_in.envelopes(found).wrong[0]


def test_one_that_was_not_acknowledged_may_be_missing(found: Evidence) -> None:
    found.journal.append(attempt(3, "wamid.other", http=503))  # type: ignore[arg-type]
    assert judge_in.envelopes(found).kept


def test_a_dead_envelope_needs_a_reason(found: Evidence) -> None:
    found.envelopes[0]["state"] = "dead"
    assert not judge_in.opened(found).kept
    found.envelopes[0]["error"] = "not JSON"
    assert judge_in.opened(found).kept


def test_a_dead_envelope_must_not_swallow_a_message(found: Evidence) -> None:
    found.envelopes[0] |= {"state": "dead", "error": "odd"}
    found.messages.pop(0)
    assert FIRST in judge_in.opened(found).wrong[0]


@pytest.mark.parametrize(
    ("heard_by", "why"),
    [("", "nobody took it up"), ("turn:two", "its turn does not exist"), ("agent_off", "no turn")],
)
def test_a_message_that_is_not_answered(found: Evidence, heard_by: str, why: str) -> None:
    found.messages[0]["heard_by"] = heard_by
    assert why in judge_in.heard(found)[0].wrong[0]


def test_a_message_that_is_missing_or_there_twice(found: Evidence) -> None:
    found.messages[1]["provider_id"] = FIRST
    assert len(judge_in.heard(found)[0].wrong) == 2


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"state": "planned"}, "still planned"),
        ({"state": "claimed"}, "still claimed"),
        ({"state": "withdrawn"}, "without a reason"),
        ({"state": "unknown"}, "nobody was told"),
    ],
)
def test_a_bubble_that_came_to_no_end(found: Evidence, changes: dict[str, str], why: str) -> None:
    found.sends[0] |= changes
    assert why in judge_in.heard(found)[0].wrong[0]


def test_an_interrupted_answer_is_given_later(found: Evidence) -> None:
    found.sends[0] |= {"state": "withdrawn", "reason": "interrupted"}
    assert "never taken up again" in judge_in.heard(found)[0].wrong[0]
    found.turns.append({**found.turns[0], "id": "two", "created_at": moment(1)})
    del found.turns_of
    assert judge_in.heard(found)[1] == {"withdrawn: interrupted": 2}


def test_a_failed_bubble_needs_a_person(found: Evidence) -> None:
    found.messages[2]["status"] = "failed"
    assert "no person was called" in judge_in.heard(found)[0].wrong[0]
    facts = {"conversation": "talk", "message": "m-a"}
    names = ("message.failed", "conversation.handedOver")
    found.events = [{"name": name, "facts": facts, "created_at": START} for name in names]
    del found.happened
    assert judge_in.heard(found)[0].kept


def test_a_turn_without_answer_needs_a_reason(found: Evidence) -> None:
    found.sends.clear()
    assert "without answer and without reason" in judge_in.heard(found)[0].wrong[0]
    found.turns[0]["trace"]["silent_because"] = "The customer thanks."
    assert judge_in.heard(found)[1] == {"silent turn: The customer thanks.": 2}


def test_two_turns_for_one_message(found: Evidence) -> None:
    found.turns.append({**found.turns[0], "id": "two"})
    wrong = judge_in.answered_once(found).wrong
    assert any("taken up by one and two" in one for one in wrong)
    assert "turn two answers nothing" in wrong


def test_messages_that_stand_in_another_order_than_they_came(found: Evidence) -> None:
    found.messages[0]["id"], found.messages[1]["id"] = 2, 1
    assert "which came later" in judge_in.order(found)[0].wrong[0]


def test_messages_that_were_delivered_in_another_order(found: Evidence) -> None:
    found.messages[0]["id"], found.messages[1]["id"] = 2, 1
    found.journal[:2] = [attempt(1, SECOND), attempt(2, FIRST)]  # type: ignore[list-item]
    assert judge_in.order(found)[0].kept
    assert judge_in.order(found)[1] == 1


def test_a_bubble_accepted_twice(found: Evidence) -> None:
    found.journal.append(accepted("a", 4, 2))  # type: ignore[arg-type]
    assert judge_out.once(found).wrong == ["a was accepted 2 times"]


def test_one_bubble_in_two_sends_on_one_phone(found: Evidence) -> None:
    found.sends.append(send("b", message_id="m-a", attempt=2))
    found.phones["c001"].append(bubble("b"))  # type: ignore[arg-type]
    assert "2 times on a phone" in judge_out.once(found).wrong[0]


def test_bubbles_in_the_wrong_order(found: Evidence) -> None:
    found.sends.append(send("b", position=1))
    found.journal.insert(0, accepted("b", 2, 0))  # type: ignore[arg-type]
    assert not judge_out.order(found).kept


def test_a_bubble_claimed_after_a_person_wrote(found: Evidence) -> None:
    persons = send("p", sender="user", epoch=2, plan="", created_at=moment(-1))
    found.sends.append(persons)
    taking = Taking("talk", "m-p", "hola", 2.5, 1)
    judged, on_the_wire = judge_out.person(found, [taking])
    assert not judged.kept
    assert on_the_wire == 1
    persons["created_at"] = moment(1)
    assert judge_out.person(found, [taking])[0].kept


def test_a_persons_message_twice_or_never_sent(found: Evidence) -> None:
    mine = message(4, "wamid.p", id="m-p", sender="user", text="ya voy", status="queued")
    found.messages.append(mine)
    taking = Taking("talk", "m-p", "ya voy", 2.5, 1)
    assert judge_out.people(found, [taking], []).wrong == ["'ya voy' is still queued"]
    found.messages.append({**mine, "id": "m-q"})
    assert "2 times" in judge_out.people(found, [taking], []).wrong[0]


def test_an_unknown_bubble_that_whatsapp_had(found: Evidence) -> None:
    found.sends[0] |= {"state": "unknown", "reported_at": START}
    assert "WhatsApp had it" in judge_out.unknown(found, 0).wrong[0]


def test_ticks_that_differ(found: Evidence) -> None:
    found.phones["c001"][0]["status"] = "failed"
    assert judge_out.ticks(found).wrong == ["a: failed there, delivered here"]


def test_work_that_did_not_go_on(found: Evidence) -> None:
    judged, within = judge_rest.going_on(found, [Kill(2.0, "web")], 0.0, 60.0)
    assert "57.0 s without an answer" in judged.wrong[0]
    assert within == {"web": 1.0}


def test_parked_jobs_need_their_consequence(found: Evidence) -> None:
    job = {"id": 1, "queue": "turns", "name": "agents.answer", "key": None, "attempts": 4,
           "args": {"conversation": "talk"}, "error": "broken", "parked_at": START,
           "ready_at": moment(10**9), "due_at": START, "lease": None}  # fmt: skip
    found.jobs.append(job)
    assert not judge_rest.parked(found).kept
    facts = {"conversation": "talk"}
    found.events = [{"name": "conversation.handedOver", "facts": facts, "created_at": START}]
    del found.happened
    assert judge_rest.parked(found).kept


def test_a_timer_that_is_gone(found: Evidence) -> None:
    effect = {"effect": "SetTimer", "name": "ask", "level": 1, "seconds": 600}
    found.turns[0]["trace"]["effects"] = [effect]
    assert "timer ask" in judge_rest.timers(found).wrong[0]
    found.turns[0]["trace"]["effects"].append({"effect": "CancelTimer", "name": "ask"})
    assert judge_rest.timers(found).kept


def test_a_stranger_that_was_let_in(found: Evidence) -> None:
    assert not judge_rest.trouble(found, {"garbage": Counter({200: 1})}).kept
    found.envelopes[0]["body"] = b'{"object": "not-signed-by-whatsapp"}'
    assert "of a stranger" in judge_rest.trouble(found, {}).wrong[0]


def test_memory_that_grows() -> None:
    assert judge_rest.memory(500, 800).kept
    assert not judge_rest.memory(500, 900).kept

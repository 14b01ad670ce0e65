"""What the business receives: envelopes, signatures, order, patience."""

import json
import threading
import time
from itertools import pairwise

import pytest

from inbox.simulator import SimulatorClient, SimulatorRefused
from inbox.simulator.tests.business import MARTA, NUMBER, Business, noted


def test_the_envelope_has_metas_shape(shop: Business) -> None:
    shop.sim.customer(NUMBER, MARTA, name="Marta Ñáñez", username="marta.n")
    said = shop.sim.say(NUMBER, MARTA, "¿Cuánto vale? 😀 a/b", reply_to="wamid.before")
    shop.sim.settle()
    body = json.loads(shop.arrivals[0].raw)
    assert body["object"] == "whatsapp_business_account"
    assert body["entry"][0]["id"]
    assert body["entry"][0]["changes"][0]["field"] == "messages"
    value = shop.arrivals[0].value
    person = shop.sim.chat(NUMBER, MARTA)["customer"]
    timestamp = value["messages"][0].pop("timestamp")
    assert abs(int(timestamp) - time.time()) < 5
    assert value == {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "+57 601 555 0100", "phone_number_id": NUMBER},
        "contacts": [
            {
                "profile": {"name": "Marta Ñáñez", "username": "marta.n"},
                "wa_id": MARTA,
                "user_id": person["user_id"],
            }
        ],
        "messages": [
            {
                "from": MARTA,
                "from_user_id": person["user_id"],
                "id": said["wamid"],
                "type": "text",
                "text": {"body": "¿Cuánto vale? 😀 a/b"},
                "context": {"from": "576015550100", "id": "wamid.before"},
            }
        ],
    }


def test_the_signature_covers_escaped_bytes(shop: Business) -> None:
    shop.sim.say(NUMBER, MARTA, "ñ 😀 a/b")
    shop.sim.settle()
    (arrival,) = shop.arrivals
    assert arrival.genuine
    assert rb"\u00f1 \ud83d\ude00 a\/b" in arrival.raw


def test_any_message_object_can_be_said(shop: Business) -> None:
    pressed = {"type": "button_reply", "button_reply": {"id": "si", "title": "Sí, quiero"}}
    shop.sim.say(NUMBER, MARTA, message={"type": "interactive", "interactive": pressed})
    image = {"type": "image", "image": {"id": "5", "caption": "mira"}, "timestamp": "1"}
    shop.sim.say(NUMBER, MARTA, message=image | {"from": None})
    shop.sim.settle()
    first, second = (one.value["messages"][0] for one in shop.arrivals)
    assert first["interactive"] == pressed
    assert second["image"] == image["image"]
    assert second["timestamp"] == "1"
    assert "from" not in second
    texts = [one["text"] for one in shop.sim.chat(NUMBER, MARTA)["messages"]]
    assert texts == ["Sí, quiero", "mira"]


def test_one_customer_is_heard_in_order_through_failures(shop: Business) -> None:
    shop.answer_with = [500, 503, 404]
    for text in "abcde":
        shop.sim.say(NUMBER, MARTA, text)
    shop.sim.settle()
    assert shop.taken == list("abcde")
    assert [one.told for one in shop.arrivals] == list("aaaabcde")
    attempts = noted(shop.sim, "webhook_attempt")
    assert [(one["http"], one["attempt"]) for one in attempts[:5]] == [
        (500, 1),
        (503, 2),
        (404, 3),
        (200, 4),
        (200, 1),
    ]
    assert attempts[0]["about"][0]["in"] == "messages"


def test_the_pause_between_attempts_doubles_up_to_a_limit(shop: Business) -> None:
    shop.register(retry_first=0.05, retry_most=0.12)
    shop.answer_with = [500] * 4
    shop.sim.say(NUMBER, MARTA, "hola")
    times = [one.at for one in shop.await_arrivals(5)]
    pauses = [later - earlier for earlier, later in pairwise(times)]
    for pause, planned in zip(pauses, [0.05, 0.1, 0.12, 0.12], strict=True):
        assert planned <= pause + 0.01 < planned + 0.5


def test_a_stuck_customer_does_not_hold_up_the_others(shop: Business) -> None:
    let_go = threading.Event()

    def dawdle() -> None:
        if len(shop.arrivals) == 1:
            let_go.wait(5)

    shop.before_answering = dawdle
    shop.sim.say(NUMBER, MARTA, "slow")
    shop.await_arrivals(1)
    shop.sim.say(NUMBER, "573009998877", "quick")
    shop.await_arrivals(2)
    assert shop.arrivals[1].told == "quick"
    assert shop.sim.counters()["pending"] >= 1
    let_go.set()
    shop.sim.settle()


def test_patience_ends(shop: Business) -> None:
    shop.register(patience=0.1, retry_first=0.05)
    shop.answer_with = [500] * 3
    shop.sim.say(NUMBER, MARTA, "never")
    counters = shop.sim.settle()
    assert counters["given_up"] == 1
    assert counters["journal"]["webhook_given_up"] == 1
    assert shop.taken == []


def test_a_moved_webhook_gets_what_waited(shop: Business) -> None:
    shop.register(webhook_url="http://127.0.0.1:1/closed", retry_first=20)
    shop.sim.say(NUMBER, MARTA, "hola")
    shop.sim.wait_until(lambda now: now["journal"].get("webhook_attempt", 0) == 1)
    (attempt,) = noted(shop.sim, "webhook_attempt")
    assert attempt["http"] is None
    shop.register()
    shop.sim.settle()
    assert shop.taken == ["hola"]


def test_the_handshake_proves_the_verify_token(shop: Business) -> None:
    assert shop.sim.handshake(NUMBER)["verified"] is True
    shop.register(verify_token="other")
    assert shop.sim.handshake(NUMBER) == {"verified": False, "http": 403, "answer": ""}


def test_raw_bodies_are_delivered_as_they_are(shop: Business) -> None:
    value = {"messages": [{"id": "wamid.a", "type": "text"}, {"id": "wamid.b", "type": "text"}]}
    batch = {"entry": [{"changes": [{"value": value}]}] * 2}
    assert shop.sim.deliver_raw(NUMBER, batch) == 200
    assert json.loads(shop.arrivals[0].raw) == batch
    assert shop.sim.deliver_raw(NUMBER, batch, signature="wrong") == 401
    assert shop.sim.deliver_raw(NUMBER, batch, signature="none") == 401
    assert shop.sim.deliver_raw(NUMBER, "not json ñ") == 200
    assert shop.arrivals[-1].raw == "not json ñ".encode()
    attempts = noted(shop.sim, "raw_attempt")
    assert [one["http"] for one in attempts] == [200, 401, 401, 200]
    assert [one["id"] for one in attempts[0]["about"]] == ["wamid.a", "wamid.b"] * 2
    shop.answer_with = [500]
    shop.sim.queue_raw(NUMBER, batch)
    shop.sim.settle()
    assert [one.answered for one in shop.arrivals[-2:]] == [500, 200]


@pytest.mark.parametrize(
    "url",
    [
        "https://graph.facebook.com/hook",
        "http://example.com/hook",
        "http://127.0.0.1@example.com/hook",
        "http://127.0.0.1.example.com/hook",
        "http://10.0.0.7/hook",
        "http://0.0.0.0/hook",
        "file:///etc/passwd",
        "http://127.0.0.1:99999/hook",
        "",
    ],
)
def test_only_this_machine_is_called(sim: SimulatorClient, shop: Business, url: str) -> None:
    with pytest.raises(SimulatorRefused, match=r"webhook_url: .*(this machine|[Pp]ort)") as refused:
        shop.register(webhook_url=url)
    assert refused.value.status == 422
    assert str(sim.numbers()[0]["webhook_url"]).startswith("http://127.0.0.1:")


def test_a_customer_may_change_number_or_hide_it(shop: Business) -> None:
    shop.sim.say(NUMBER, MARTA, "hola")
    before = shop.sim.chat(NUMBER, MARTA)["customer"]
    shop.sim.customer(NUMBER, MARTA, wa_id="+57 300 999 8877", user_id="CO.new1")
    system = {"type": "user_changed_number", "wa_id": "573009998877", "user_id": "CO.new1"}
    shop.sim.say(NUMBER, "CO.new1", message={"type": "system", "system": system, "from": MARTA})
    shop.sim.settle()
    assert shop.arrivals[1].value["contacts"][0]["user_id"] == "CO.new1" != before["user_id"]
    assert shop.arrivals[1].value["messages"][0]["system"] == system
    shop.sim.customer(NUMBER, "573001110000", user_id="", name="Sin BSUID")
    shop.sim.say(NUMBER, "573001110000", "hola")
    shop.sim.settle()
    assert "user_id" not in shop.arrivals[2].value["contacts"][0]
    with pytest.raises(SimulatorRefused, match="Another customer has that"):
        shop.sim.customer(NUMBER, "573001110000", user_id="CO.new1")
    with pytest.raises(SimulatorRefused, match="needs a wa_id or a BSUID"):
        shop.sim.customer(NUMBER, "573001110000", wa_id="")
    assert shop.sim.customers(NUMBER)[0]["name"] == "Sin BSUID"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.9", "[::1]"])
def test_every_name_of_this_machine_is_accepted(shop: Business, host: str) -> None:
    assert shop.register(webhook_url=f"http://{host}:8000/hook")


def test_control_refuses_in_sentences(sim: SimulatorClient, shop: Business) -> None:
    with pytest.raises(SimulatorRefused, match="No number 7 is registered"):
        sim.say("7", MARTA, "hola")
    with pytest.raises(SimulatorRefused, match="has no customer 573005550000"):
        sim.chat(NUMBER, "573005550000")
    with pytest.raises(SimulatorRefused, match="neither a phone number nor a BSUID"):
        sim.say(NUMBER, "nobody", "hola")
    with pytest.raises(SimulatorRefused, match="Say either a text or a message"):
        sim.say(NUMBER, MARTA)
    with pytest.raises(SimulatorRefused, match="colour"):
        sim.set_faults(NUMBER, colour="red")
    first = sim.say(NUMBER, MARTA, "hola")
    with pytest.raises(SimulatorRefused, match="There already is a message"):
        sim.say(NUMBER, MARTA, message={"id": first["wamid"], "text": {"body": "again"}})

"""What the business's programs see: the Graph side."""

import hashlib
import re
import time

import pytest
import requests

from inbox.simulator import SimulatorClient
from inbox.simulator.tests.business import MARTA, NUMBER, TOKEN, Business

BEARER = {"Authorization": f"Bearer {TOKEN}"}
REPLY = {"type": "reply", "reply": {"id": "1", "title": "Sí"}}


def interactive(action: dict, kind: str = "button", **more) -> dict:
    content = {"type": kind, "body": {"text": "Elige"}, "action": action} | more
    return {"type": "interactive", "interactive": content}


def rows(count: int) -> dict:
    return {"rows": [{"id": str(n), "title": "Uno"} for n in range(count)]}


def test_a_send_is_answered_like_meta_does(shop: Business) -> None:
    shop.open_window()
    response = shop.send("Hola", to="+57 300 111 2233")
    body = response.json()
    assert response.status_code == 200
    assert body["messaging_product"] == "whatsapp"
    assert body["contacts"][0]["input"] == "+57 300 111 2233"
    assert body["contacts"][0]["wa_id"] == MARTA
    assert re.match(r"CO\.\d{20}$", body["contacts"][0]["user_id"])
    assert body["messages"][0]["id"].startswith("wamid.")


@pytest.mark.parametrize("path", ["/v19.0", "/v26.0", ""])
def test_any_version_is_served(shop: Business, path: str) -> None:
    url = f"{shop.sim.url}{path}/{NUMBER}/messages"
    assert requests.post(url, json=shop.text(), headers=BEARER, timeout=5).ok


@pytest.mark.parametrize(
    ("number", "token", "status", "code", "subcode"),
    [
        (NUMBER, "stolen", 401, 190, None),
        (NUMBER, "", 401, 190, None),
        ("999", TOKEN, 400, 100, 33),
        ("999", "stolen", 401, 190, None),
    ],
)
def test_strangers_are_refused(shop: Business, number, token, status, code, subcode) -> None:
    response = shop.post(shop.text(), number=number, token=token)
    error = response.json()["error"]
    assert (response.status_code, error["code"], error.get("error_subcode")) == (
        status,
        code,
        subcode,
    )
    assert error["type"] == "OAuthException"
    assert error["fbtrace_id"]
    assert "send_accepted" not in shop.sim.counters()["journal"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"messaging_product": "sms"}, 100),
        ({"to": None}, 100),
        ({"type": "telepathy"}, 100),
        ({"text": None}, 131008),
        ({"text": {"preview_url": True}}, 131008),
        ({"text": {"body": "x" * 4097}}, 131009),
        ({"text": {"body": ""}}, 131009),
        ({"to": "12"}, 131009),
        ({"to": "+57 601 555 0100"}, 131021),
        ({"to": None, "recipient": "not a bsuid"}, 131009),
        ({"biz_opaque_callback_data": "x" * 513}, 131009),
        ({"type": "image", "image": {"caption": "no source"}}, 131009),
        ({"type": "image", "image": {"id": "1", "caption": "x" * 1025}}, 131009),
        ({"type": "reaction", "reaction": {"emoji": "👍"}}, 131008),
        ({"type": "template", "template": {"name": "promo"}}, 131008),
        (interactive({"buttons": [REPLY] * 4}), 131009),
        (interactive({"buttons": []}), 131009),
        (interactive({"buttons": [REPLY]}, footer={"text": "x" * 61}), 131009),
        (interactive({"buttons": [REPLY]}, body={"text": "x" * 1025}), 131009),
        (interactive({"buttons": [REPLY]}, body=None), 131008),
        (interactive({"button": "Ver", "sections": [rows(6), rows(5)]}, "list"), 131009),
        (interactive({"parameters": {"display_text": "Ir"}}, "cta_url"), 131008),
    ],
)
def test_nonsense_is_refused_with_metas_code(shop: Business, change: dict, code: int) -> None:
    response = shop.post(shop.text() | change)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == code
    assert "send_accepted" not in shop.sim.counters()["journal"]


@pytest.mark.parametrize(
    "content",
    [
        {"type": "text", "text": {"body": "x" * 4096}},
        {"type": "image", "image": {"link": "https://example.com/a.jpg", "caption": "x" * 1024}},
        {"type": "document", "document": {"id": "7", "filename": "factura.pdf"}},
        {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": ""}},
        {"type": "location", "location": {"latitude": 4.7, "longitude": -74.1}},
        {"type": "contacts", "contacts": [{"name": {"formatted_name": "Ana"}}]},
        interactive({"buttons": [REPLY] * 3}),
        interactive({"button": "Ver", "sections": [rows(10)]}, "list"),
        interactive({"name": "send_location"}, "location_request_message"),
    ],
)
def test_every_kind_of_message_is_taken(shop: Business, content: dict) -> None:
    shop.open_window()
    assert shop.post({"messaging_product": "whatsapp", "to": MARTA} | content).ok
    shop.sim.settle()
    assert [one["status"] for one in shop.statuses] == ["sent", "delivered"]


def test_free_text_outside_the_window_fails_afterwards(shop: Business) -> None:
    shop.sim.say(NUMBER, MARTA, "hace mucho", at=time.time() - 25 * 3600)
    assert shop.send("¿Sigues ahí?", biz_opaque_callback_data="outbox-1").status_code == 200
    shop.sim.settle()
    (failed,) = shop.statuses
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", 131047)
    assert failed["biz_opaque_callback_data"] == "outbox-1"
    assert "pricing" not in failed
    assert shop.sim.chat(NUMBER, MARTA)["messages"][-1]["on_phone"] is False


def test_a_template_needs_no_window(shop: Business) -> None:
    template = {"name": "welcome", "language": {"code": "es"}, "components": [{"type": "body"}]}
    assert shop.post(shop.text(type="template", template=template)).ok
    shop.sim.settle()
    assert [one["status"] for one in shop.statuses] == ["sent", "delivered"]
    assert shop.statuses[0]["pricing"]["category"] == "utility"


def test_a_customer_without_a_phone_is_reached_by_bsuid(shop: Business) -> None:
    shop.sim.say(NUMBER, "CO.hidden42", "hola")
    shop.sim.settle()
    contact = shop.arrivals[0].value["contacts"][0]
    message = shop.arrivals[0].value["messages"][0]
    assert contact == {"profile": {"name": ""}, "user_id": "CO.hidden42"}
    assert "from" not in message
    assert message["from_user_id"] == "CO.hidden42"
    response = shop.post(shop.text(to=None, recipient="CO.hidden42"))
    assert response.json()["contacts"] == [{"input": "CO.hidden42", "user_id": "CO.hidden42"}]
    shop.sim.settle()
    assert "recipient_id" not in shop.statuses[0]
    assert shop.statuses[0]["recipient_user_id"] == "CO.hidden42"


def test_an_invented_bsuid_is_undeliverable(shop: Business) -> None:
    assert shop.post(shop.text(to=None, recipient="CO.nobody")).ok
    shop.sim.settle()
    assert shop.statuses[0]["errors"][0]["code"] == 131026


@pytest.mark.parametrize(
    ("written", "wa_id"), [("+52 55 1234 5678", "5215512345678"), ("541123456789", "5491123456789")]
)
def test_mexican_and_argentine_ids_gain_a_digit(shop: Business, written: str, wa_id: str) -> None:
    assert shop.send(to=written).json()["contacts"][0]["wa_id"] == wa_id


def test_read_receipt_and_typing_reach_the_phone(shop: Business) -> None:
    wamid = shop.open_window()
    receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    answer = shop.post(receipt | {"typing_indicator": {"type": "text"}})
    assert answer.json() == {"success": True}
    chat = shop.sim.chat(NUMBER, MARTA)
    assert chat["business_is_typing"] is True
    assert chat["messages"][0]["status"] == "read"
    shop.send()
    assert shop.sim.chat(NUMBER, MARTA)["business_is_typing"] is False
    assert shop.post(receipt | {"message_id": "wamid.unknown"}).status_code == 400


def test_a_number_describes_itself(shop: Business) -> None:
    url = f"{shop.sim.url}/v26.0/{NUMBER}?fields=display_phone_number,throughput"
    assert requests.get(url, headers=BEARER, timeout=5).json() == {
        "id": NUMBER,
        "display_phone_number": "+57 601 555 0100",
        "throughput": {"level": "STANDARD"},
    }
    assert requests.get(url, timeout=5).status_code == 401


def test_apps_subscribe_to_the_account(shop: Business) -> None:
    shop.register(waba_id="55")
    url = f"{shop.sim.url}/v26.0/55/subscribed_apps"
    assert requests.post(url, headers=BEARER, timeout=5).json() == {"success": True}
    assert len(requests.get(url, headers=BEARER, timeout=5).json()["data"]) == 1
    other = url.replace("/55/", "/56/")
    assert requests.post(other, headers=BEARER, timeout=5).status_code == 400


def test_media_travels_both_ways(shop: Business) -> None:
    media_id = shop.sim.add_media(NUMBER, b"\xff\xd8picture", "image/jpeg")
    told = requests.get(f"{shop.sim.url}/v26.0/{media_id}", headers=BEARER, timeout=5).json()
    assert told["sha256"] == hashlib.sha256(b"\xff\xd8picture").hexdigest()
    got = requests.get(told["url"], headers=BEARER, timeout=5)
    assert (got.content, got.headers["Content-Type"]) == (b"\xff\xd8picture", "image/jpeg")
    assert requests.get(told["url"], timeout=5).status_code == 401
    stale = re.sub(r"ext=\d+", "ext=1000000000", told["url"])
    assert requests.get(stale, headers=BEARER, timeout=5).status_code == 404
    uploaded = requests.post(
        f"{shop.sim.url}/v26.0/{NUMBER}/media",
        data={"messaging_product": "whatsapp", "type": "text/plain"},
        files={"file": ("a.txt", b"factura\r\n", "text/plain")},
        headers=BEARER,
        timeout=5,
    ).json()
    told = requests.get(f"{shop.sim.url}/v26.0/{uploaded['id']}", headers=BEARER, timeout=5).json()
    assert (told["mime_type"], told["file_size"]) == ("text/plain", 9)


def test_what_is_no_json_is_refused(sim: SimulatorClient, shop: Business) -> None:
    url = f"{sim.url}/v26.0/{NUMBER}/messages"
    for raw in (b"{", b"[]", b"\xff"):
        response = requests.post(url, data=raw, headers=BEARER, timeout=5)
        assert (response.status_code, response.json()["error"]["code"]) == (400, 100)

"""Each seller's addresses, keys, proofs, files and templates, told apart."""

import hashlib
import hmac
import json

import pytest
import requests

from inbox.simulator import SimulatorClient
from inbox.simulator.dialect_table import DIALECTS
from inbox.simulator.numbers import Number
from inbox.simulator.tests.business import MARTA, NUMBER, SECRET, TOKEN, Business, noted

FILE = b"\x89PNG some picture"
ADDRESS = {
    "cloud": ("/v26.0", {"Authorization": f"Bearer {TOKEN}"}),
    "360dialog": ("", {"D360-API-KEY": TOKEN}),
    "kapso": ("/meta/whatsapp/v24.0", {"X-API-Key": TOKEN}),
}


def ask(shop: Business, dialect: str, path: str, method: str = "GET", **more):
    """Make a request as the program of a business at this seller does."""
    base, headers = ADDRESS[dialect]
    return requests.request(
        method, f"{shop.sim.url}{base}{path}", headers=headers, timeout=5, **more
    )


def send(shop: Business, dialect: str, path: str = "") -> requests.Response:
    """Send a text at a seller's own address."""
    own = "/messages" if dialect == "360dialog" else f"/{NUMBER}/messages"
    return ask(shop, dialect, path or own, "POST", json=shop.text())


@pytest.mark.parametrize("dialect", ADDRESS)
def test_a_number_is_reached_at_its_own_sellers_address_only(shop: Business, dialect: str) -> None:
    shop.register(dialect=dialect)
    shop.sim.say(NUMBER, MARTA, "hola")
    for asked in ADDRESS:
        status = send(shop, asked).status_code
        assert status == (200 if asked == dialect else 401), asked
    assert len(noted(shop.sim, "send_accepted")) == 1


def test_at_360dialog_the_key_says_which_number_it_is(shop: Business) -> None:
    shop.register(dialect="360dialog")
    shop.sim.register_number(
        "2", dialect="360dialog", token="other", display_phone_number="57301",
        webhook_url=f"http://127.0.0.1:{shop.port}/",
    )  # fmt: skip
    shop.sim.say("2", MARTA, "hola")
    answer = requests.post(
        f"{shop.sim.url}/messages", json=shop.text(), headers={"D360-API-KEY": "other"}, timeout=5
    )
    assert answer.status_code == 200
    (entry,) = shop.sim.entries("send_accepted")
    assert entry["phone_number_id"] == "2"
    assert send(shop, "360dialog", f"/{NUMBER}/messages").status_code == 400
    assert send(shop, "360dialog", f"/v26.0/{NUMBER}/messages").status_code == 400


def headers_of(**settings) -> dict[str, str]:
    number = Number(
        phone_number_id="1", display_phone_number="57", token="t",
        webhook_url="http://localhost/", **settings,
    )  # fmt: skip
    return DIALECTS[number.dialect].signed(number, RAW, "good")


RAW = b'{"object":"whatsapp_business_account","entry":[]}'
HEX = hmac.new(SECRET.encode(), RAW, hashlib.sha256).hexdigest()


def test_each_seller_proves_its_webhooks_its_own_way() -> None:
    assert headers_of(app_secret=SECRET) == {"X-Hub-Signature-256": f"sha256={HEX}"}
    assert headers_of(app_secret=SECRET, dialect="kapso") == {"X-Webhook-Signature": HEX}
    bare = {"dialect": "360dialog"}
    assert headers_of(**bare) == {}
    assert headers_of(app_secret=SECRET, **bare) == {"X-360Dialog-Signature": HEX}
    shared = headers_of(app_secret=SECRET, shared_secret=True, **bare)
    assert shared == {"X-Webhook-Secret": SECRET}
    with pytest.raises(ValueError, match="always signed"):
        headers_of(dialect="kapso")


def test_kapsos_events_name_themselves_in_the_headers(shop: Business) -> None:
    shop.register(dialect="kapso", webhook_kind="kapso")
    shop.sim.say(NUMBER, MARTA, "hola", name="Marta")
    send(shop, "kapso")
    arrivals = shop.await_arrivals(3)
    assert all(one.genuine for one in arrivals)
    assert len({one.headers["x-idempotency-key"] for one in arrivals}) == 3
    assert [one.headers["x-webhook-event"] for one in arrivals] == [
        "whatsapp.message.received", "whatsapp.message.sent", "whatsapp.message.delivered",
    ]  # fmt: skip
    first, *_, last = (json.loads(one.raw) for one in arrivals)
    assert first["message"]["text"] == {"body": "hola"}
    assert first["message"]["kapso"]["direction"] == "inbound"
    assert first["conversation"]["phone_number"] == f"+{MARTA}"
    assert first["conversation"]["kapso"]["contact_name"] == "Marta"
    assert first["phone_number_id"] == NUMBER
    history = [one["status"] for one in last["message"]["kapso"]["statuses"]]
    assert history == ["sent", "delivered"]
    assert "object" not in first
    assert "type" not in first


def test_kapso_collects_what_one_customer_writes(shop: Business) -> None:
    shop.register(dialect="kapso", webhook_kind="kapso", buffer=0.3)
    for text in "abc":
        shop.sim.say(NUMBER, MARTA, text)
    shop.sim.say(NUMBER, "573009998877", "mine alone")
    arrivals = shop.await_arrivals(2)
    assert {one.headers["x-webhook-batch"] for one in arrivals} == {"true"}
    assert sorted(one.headers["x-batch-size"] for one in arrivals) == ["1", "3"]
    batches = [json.loads(one.raw) for one in arrivals]
    assert sorted(len(one["data"]) for one in batches) == [1, 3]
    for one in batches:
        assert (one["type"], one["batch"]) == ("whatsapp.message.received", True)
    (three,) = [one["data"] for one in batches if len(one["data"]) == 3]
    assert [event["message"]["text"]["body"] for event in three] == list("abc")


def test_kapsos_own_limit_is_not_metas(shop: Business) -> None:
    shop.register(dialect="kapso")
    shop.sim.set_faults(NUMBER, rules=[{"kind": "refuse", "http": 429, "retry_after": 7}])
    answer = send(shop, "kapso")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert isinstance(answer.json()["error"], str)
    assert noted(shop.sim, "send_refused") == [{"http": 429, "code": None}]


@pytest.mark.parametrize("dialect", ADDRESS)
def test_a_customers_file_is_fetched_where_its_seller_keeps_it(
    shop: Business, dialect: str
) -> None:
    shop.register(dialect=dialect)
    media_id = shop.sim.add_media(NUMBER, FILE, "image/png")
    told = ask(shop, dialect, f"/{media_id}").json()
    assert told["sha256"] == hashlib.sha256(FILE).hexdigest()
    base, headers = shop.sim.url, ADDRESS[dialect][1]
    if dialect == "cloud":
        assert told["url"].startswith(f"{base}/media-file/")
        got = requests.get(told["url"], headers=headers, timeout=5)
    elif dialect == "360dialog":
        assert told["url"].startswith("https://lookaside.fbsbx.com/whatsapp_business/attachments/?")
        own = told["url"].replace("https://lookaside.fbsbx.com", base)
        assert requests.get(own, timeout=5).status_code == 401
        got = requests.get(own, headers=headers, timeout=5)
    else:
        assert told["url"].startswith("https://lookaside.fbsbx.com/")
        assert told["download_url"].startswith(f"{base}/meta/whatsapp/media_download?token=")
        assert requests.get(told["download_url"] + "0", timeout=5).status_code == 404
        got = requests.get(told["download_url"], timeout=5)
    assert (got.status_code, got.content) == (200, FILE)


def test_files_fail_and_are_corrupted_when_told(shop: Business) -> None:
    media_id = shop.sim.add_media(NUMBER, FILE, "image/png")
    shop.sim.set_faults(NUMBER, media_failures=2)
    seen = [ask(shop, "cloud", f"/{media_id}").status_code for _ in range(3)]
    assert seen == [500, 500, 200]
    shop.sim.set_faults(NUMBER, media_corrupt=True)
    url = ask(shop, "cloud", f"/{media_id}").json()["url"]
    assert requests.get(url, headers=ADDRESS["cloud"][1], timeout=5).content != FILE
    assert [one["failed"] for one in noted(shop.sim, "media_asked")] == [True] * 2 + [False] * 3


def test_a_sink_takes_and_tells_nobody(sim: SimulatorClient, shop: Business) -> None:
    shop.register(sink=True)
    for n in range(3):
        assert shop.send(f"n{n}", biz_opaque_callback_data=str(n)).json()["messages"][0]["id"]
    receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.x"}
    assert shop.post(receipt).json() == {"success": True}
    shown = sim.sink(NUMBER)
    assert (shown["count"], shown["receipts"]) == (3, 1)
    assert [list(one[1:]) for one in shown["sends"]] == [[MARTA, str(n), f"n{n}"] for n in range(3)]
    assert sim.counters()["journal"] == {}
    assert shop.arrivals == []
    sim.empty_sink(NUMBER)
    assert sim.sink(NUMBER)["count"] == 0
    assert shop.post(shop.text(), token="another").status_code == 401

"""Fetching a customer's file, over real HTTP."""

import base64
import hashlib

import pytest

from inbox import simulator
from inbox.providers.client import WhatsAppClient
from inbox.providers.media import Fetched, NotFetched, fetch_media
from inbox.providers.presets import CLOUD, DIALOG360, GRAPH_VERSION, KAPSO, preset_named
from inbox.tests.sellers import EVERY_SELLER
from inbox.tests.whatsapp_server import answer, closed_port, cut, half, whatsapp_server

FILE = b"\x89PNG not really"
HEX = hashlib.sha256(FILE).hexdigest()
BASE64 = base64.b64encode(hashlib.sha256(FILE).digest()).decode()


@pytest.fixture
def server():
    with whatsapp_server() as running:
        yield running


def connect(server, preset=CLOUD):
    """Connect to a local server instead of the seller."""
    return WhatsAppClient(
        preset, token="t0ken", phone_number_id="1", base_url=server.url, timeout=(0.5, 0.5)
    )


def located(server, url="", **more):
    """Answer where the file is."""
    return answer(200, {"url": url or f"{server.url}/file?x=1", "mime_type": "image/png", **more})


@pytest.mark.parametrize("expected", ["", HEX, HEX.upper(), BASE64, "unknown form"])
def test_a_file_is_fetched_and_checked(server, expected):
    server.then(located(server, sha256=HEX), answer(200, FILE))
    with connect(server) as client:
        fetched = fetch_media(client, "1003383421387256", expected_sha256=expected)
    assert fetched == Fetched(content=FILE, mime_type="image/png", sha256=HEX)
    assert [seen.path for seen in server.seen] == [
        f"/{GRAPH_VERSION}/1003383421387256", "/file?x=1",
    ]  # fmt: skip
    assert all(seen.headers["authorization"] == "Bearer t0ken" for seen in server.seen)


def test_360dialog_serves_metas_files_from_its_own_host(server):
    server.then(
        located(server, "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=7&hash=a"),
        answer(200, FILE),
    )
    with connect(server, DIALOG360) as client:
        assert isinstance(fetch_media(client, "7"), Fetched)
    first, second = server.seen
    assert (first.path, second.path) == ("/7", "/whatsapp_business/attachments/?mid=7&hash=a")
    assert second.headers["d360-api-key"] == "t0ken"


def test_kapso_wants_the_number_beside_the_id(server):
    server.then(located(server), answer(200, FILE))
    with connect(server, KAPSO) as client:
        assert isinstance(fetch_media(client, "7"), Fetched)
    assert server.seen[0].path == "/v24.0/7?phone_number_id=1"


def test_kapsos_own_address_is_taken_and_its_key_goes_to_nobody_else(server):
    meta = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=7"
    own = f"{server.url}/meta/whatsapp/media_download?token=abc"
    server.then(located(server, meta, download_url=own), answer(200, FILE), located(server, meta))
    with connect(server, KAPSO) as client:
        assert isinstance(fetch_media(client, "7"), Fetched)
        outcome = fetch_media(client, "7")
    assert server.seen[1].path == "/meta/whatsapp/media_download?token=abc"
    assert outcome == NotFetched(reason="the address is not the seller's", retryable=False)


@pytest.mark.parametrize("seller", EVERY_SELLER, ids=lambda one: f"{one.provider}-{one.number}")
def test_each_seller_hands_out_a_customers_file(seller):
    """Against the server that speaks the dialect."""
    with simulator.running() as whatsapp:
        whatsapp.register_number(
            seller.number,
            display_phone_number="573110000000",
            token="t0ken",
            app_secret=seller.secret,
            webhook_url="http://127.0.0.1:9/nobody",
            dialect=seller.provider,
            **seller.settings,
        )
        media_id = whatsapp.add_media(seller.number, FILE, "image/png")
        path = "/meta/whatsapp" if seller.provider == "kapso" else ""
        with WhatsAppClient(
            preset_named(seller.provider),
            token="t0ken",
            phone_number_id=seller.number,
            base_url=whatsapp.url + path,
        ) as client:
            fetched = fetch_media(client, media_id, expected_sha256=BASE64)
            assert fetched == Fetched(content=FILE, mime_type="image/png", sha256=HEX)
            whatsapp.set_faults(seller.number, media_corrupt=True)
            wrong = fetch_media(client, media_id, expected_sha256=BASE64)
            assert wrong == NotFetched(
                reason="the file is not the one that was sent", retryable=True
            )


@pytest.mark.parametrize(
    "url", ["https://evil.example/x", "http://169.254.169.254/latest", "file:///etc/passwd",
            "http://lookaside.fbsbx.com/x", "https://fbsbx.com.evil.example/x", "nonsense"],
)  # fmt: skip
def test_the_token_goes_nowhere_else(server, url):
    server.then(located(server, url))
    with connect(server) as client:
        outcome = fetch_media(client, "7")
    assert isinstance(outcome, NotFetched)
    assert not outcome.retryable
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("scripts", "retryable"),
    [
        ([answer(404, b"")], False),
        ([answer(500, b"")], True),
        ([answer(429, b"", {"Retry-After": "9"})], True),
        ([answer(302, b"", {"Location": "https://evil.example"})], False),
        ([answer(200, b"not json")], True),
        ([answer(200, {"no": "address"})], True),
        ([cut], True),
        ([None, cut], True),
        ([None, half], True),
        ([None, answer(200, b"another file")], True),
        ([None, answer(200, b"x" * 2000)], False),
        ([None, answer(404, b"")], False),
    ],
)
def test_why_there_is_no_file(server, scripts, retryable):
    server.then(*(script or located(server, sha256=HEX) for script in scripts))
    with connect(server) as client:
        outcome = fetch_media(client, "7", limit=1500)
    assert isinstance(outcome, NotFetched)
    assert outcome.retryable is retryable
    assert outcome.reason
    assert "t0ken" not in repr(outcome)


def test_a_file_without_an_id_and_a_seller_that_is_away(server):
    with connect(server) as client:
        for media_id in ("", "../messages", "7?x=1"):
            assert fetch_media(client, media_id) == NotFetched(
                reason="no media id", retryable=False
            )
    server.url = f"http://127.0.0.1:{closed_port()}"
    with connect(server) as client:
        outcome = fetch_media(client, "7")
    assert isinstance(outcome, NotFetched)
    assert outcome.retryable

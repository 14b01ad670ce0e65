"""The client, over real HTTP, against a server that accepts, refuses, stalls and breaks."""

from datetime import UTC, datetime

import pytest

from inbox.providers.client import WhatsAppClient
from inbox.providers.errors import Action, Hold
from inbox.providers.outcomes import Accepted, Rejected, Unknown, retry_after
from inbox.providers.presets import CLOUD, DIALOG360, GRAPH_VERSION, KAPSO, PRESETS
from inbox.providers.recipients import To
from inbox.tests.whatsapp_server import (
    ACCEPTED,
    answer,
    closed_port,
    cut,
    graph_error,
    half,
    slow,
    whatsapp_server,
)

MARTA = To.phone("573105550142")


@pytest.fixture
def server():
    with whatsapp_server() as running:
        yield running


@pytest.fixture
def client(server):
    with connect(server.url) as connected:
        yield connected


def connect(url, preset=CLOUD, timeout=(0.5, 0.5)):
    """Connect to a local server instead of the seller."""
    return WhatsAppClient(
        preset, token="t0ken", phone_number_id="106540", base_url=url, timeout=timeout
    )


def test_text_is_sent_in_metas_shape_and_accepted(server, client):
    outcome = client.send_text(MARTA, "¡Hola! 🚚", ref="bubble-1", reply_to="wamid.quoted")
    assert outcome == Accepted(
        provider_id="wamid.HBgOsent", wa_id="573105550142", user_id="CO.1349",
        message_status="accepted",
    )  # fmt: skip
    [seen] = server.seen
    assert seen.path == f"/{GRAPH_VERSION}/106540/messages"
    assert seen.headers["authorization"] == "Bearer t0ken"
    assert seen.body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "573105550142",
        "type": "text",
        "text": {"body": "¡Hola! 🚚"},
        "biz_opaque_callback_data": "bubble-1",
        "context": {"message_id": "wamid.quoted"},
    }


@pytest.mark.parametrize(
    ("preset", "path", "header", "value"),
    [
        (CLOUD, f"/{GRAPH_VERSION}/106540/messages", "authorization", "Bearer t0ken"),
        (DIALOG360, "/messages", "d360-api-key", "t0ken"),
        (KAPSO, "/v24.0/106540/messages", "x-api-key", "t0ken"),
    ],
)
def test_every_seller_gets_the_same_body_in_its_own_way(server, preset, path, header, value):
    with connect(server.url, preset) as client:
        assert isinstance(client.send_text(MARTA, "hola", ref="r"), Accepted)
    [seen] = server.seen
    assert (seen.path, seen.headers[header]) == (path, value)
    assert seen.body["text"]["body"] == "hola"


def test_the_sellers_own_addresses():
    roots = {name: preset.root() for name, preset in PRESETS.items()}
    assert roots == {
        "cloud": f"https://graph.facebook.com/{GRAPH_VERSION}",
        "360dialog": "https://waba-v2.360dialog.io",
        "kapso": "https://api.kapso.ai/meta/whatsapp/v24.0",
    }
    assert CLOUD.root("http://localhost:9/v25.0/") == "http://localhost:9/v25.0"


def test_a_person_without_a_phone_is_addressed_by_user_id(server, client):
    client.send_text(To.best(wa_id=None, user_id="US.1349"), "hola", ref="r")
    client.send_text(To.best(wa_id="57310", user_id="US.1349"), "hola", ref="r")
    client.send_text(To.group("g-1"), "hola", ref="r")
    first, second, third = (seen.body for seen in server.seen)
    assert (first["recipient"], first["recipient_type"]) == ("US.1349", "individual")
    assert "to" not in first
    assert (second["to"], "recipient" in second) == ("57310", False)
    assert (third["to"], third["recipient_type"]) == ("g-1", "group")
    with pytest.raises(ValueError, match="cannot be addressed"):
        To.best(wa_id=None, user_id=None)


def test_templates_media_buttons_and_read_marks(server, client):
    body = [{"type": "body", "parameters": [{"type": "text", "text": "Marta"}]}]
    client.send_template(MARTA, "pedido_listo", language="es", components=body, ref="r")
    client.send_interactive(MARTA, {"type": "button"}, ref="r")
    client.send_media(MARTA, "document", link="https://x/y.pdf", filename="y.pdf", ref="r")
    client.send_media(MARTA, "audio", media_id="77", caption="ignored", ref="r")
    server.then(answer(200, {"success": True}))
    read = client.mark_read("wamid.in", typing=True)
    template, interactive, document, audio, mark = (seen.body for seen in server.seen)
    assert template["template"]["components"] == body
    assert interactive["interactive"] == {"type": "button"}
    assert document["document"] == {"link": "https://x/y.pdf", "filename": "y.pdf"}
    assert audio["audio"] == {"id": "77"}
    assert read == Accepted(provider_id="wamid.in")
    assert mark == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.in",
        "typing_indicator": {"type": "text"},
    }


def test_the_connection_is_kept(server, client):
    for _ in range(3):
        client.send_text(MARTA, "hola", ref="r")
    assert len({seen.peer for seen in server.seen}) == 1


def test_the_session_ignores_credentials_of_the_machine(server, tmp_path, monkeypatch):
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with connect(server.url) as client:
        client.send_text(MARTA, "hola", ref="r")
    assert server.seen[0].headers["authorization"] == "Bearer t0ken"


@pytest.mark.parametrize("code", [130429, 131056, 4, 80007, 131048, 131000, "130429"])
def test_throttling_and_passing_trouble_is_rejected_and_retryable(server, client, code):
    server.then(graph_error(400, code))
    outcome = client.send_text(MARTA, "hola", ref="r")
    assert isinstance(outcome, Rejected)
    assert outcome.code == int(code)
    assert outcome.retryable
    assert outcome.retry_after
    assert outcome.details == "the details"
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("code", "action", "hold"),
    [
        (131047, Action.OFFER_TEMPLATE, Hold.NONE),
        (131026, Action.TRY_OTHER_CHANNEL, Hold.NONE),
        (190, Action.STOP_NUMBER, Hold.NUMBER),
        (131050, Action.RECORD_OPT_OUT, Hold.NONE),
        (987654, Action.TELL_ADMIN, Hold.NONE),
    ],
)
def test_other_refusals_are_final(server, client, code, action, hold):
    server.then(graph_error(400, code))
    outcome = client.send_text(MARTA, "hola", ref="r")
    assert isinstance(outcome, Rejected)
    assert (outcome.action, outcome.hold, outcome.retryable) == (action, hold, False)


def test_a_graph_error_in_a_500_is_rejected_by_the_table(server, client):
    server.then(graph_error(500, 131016), graph_error(500, 131047))
    first = client.send_text(MARTA, "hola", ref="r")
    second = client.send_text(MARTA, "hola", ref="r")
    assert isinstance(first, Rejected)
    assert first.retryable
    assert isinstance(second, Rejected)
    assert not second.retryable


@pytest.mark.parametrize(
    ("status", "body", "retryable", "action"),
    [
        (429, b"slow down", True, Action.SLOW_DOWN),
        (401, b"", False, Action.STOP_NUMBER),
        (403, {"error": "no rights"}, False, Action.STOP_NUMBER),
        (404, b"<html>", False, Action.TELL_ADMIN),
        (400, {"meta": {"success": False}}, False, Action.FIX_CONTENT),
        (302, b"", False, Action.TELL_ADMIN),
    ],
)
def test_a_refusal_without_a_code(server, client, status, body, retryable, action):
    server.then(answer(status, body, {"Location": "/elsewhere"} if status == 302 else None))
    outcome = client.send_text(MARTA, "hola", ref="r")
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.retryable, outcome.action) == (None, retryable, action)
    assert outcome.http_status == status
    assert len(server.seen) == 1


def test_the_servers_own_wish_to_wait_is_obeyed(server, client):
    server.then(answer(429, b"", {"Retry-After": "17"}), graph_error(429, 4, {"Retry-After": "5"}))
    first, second = (client.send_text(MARTA, "hola", ref="r") for _ in range(2))
    assert isinstance(first, Rejected)
    assert first.retry_after == 17
    assert isinstance(second, Rejected)
    assert second.retry_after == 60


def test_a_wish_to_wait_in_any_form():
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert retry_after("Fri, 20 Nov 2026 12:00:30 GMT", now) == 30
    assert retry_after("Fri, 20 Nov 2026 11:00:00 GMT", now) == 0
    for nonsense in (None, "", "soon", "inf"):
        assert retry_after(nonsense, now) is None


@pytest.mark.parametrize(
    "script",
    [
        cut,
        half,
        slow(1.5),
        answer(500, b"oops"),
        answer(502, b"<html>bad gateway</html>"),
        answer(503, {"error": "unavailable"}),
        answer(200, b'{"messages":[{"id":"wam'),
        answer(200, {"messages": []}),
        answer(200, b"[" * 5000),
        answer(408, b""),
    ],
)
def test_what_may_have_been_sent_is_unknown_and_never_repeated(server, client, script):
    server.then(script)
    outcome = client.send_text(MARTA, "hola", ref="r")
    assert isinstance(outcome, Unknown)
    assert outcome.reason
    assert len(server.seen) == 1


def test_a_refused_connection_was_certainly_not_sent():
    with connect(f"http://127.0.0.1:{closed_port()}") as client:
        outcome = client.send_text(MARTA, "hola", ref="r")
    assert isinstance(outcome, Rejected)
    assert outcome.retryable
    assert outcome.action is Action.RETRY


def test_a_host_that_does_not_exist_was_certainly_not_reached():
    with connect("http://no-such-host.invalid") as client:
        outcome = client.send_text(MARTA, "hola", ref="r")
    assert isinstance(outcome, Rejected)
    assert outcome.retryable


def test_a_bad_address_is_for_an_admin():
    with connect("nonsense://x") as client:
        outcome = client.send_text(MARTA, "hola", ref="r")
    assert isinstance(outcome, Rejected)
    assert (outcome.retryable, outcome.action) == (False, Action.TELL_ADMIN)


def test_what_whatsapp_would_refuse_is_not_even_sent(server, client):
    for outcome in (
        client.send_text(MARTA, "   ", ref="r"),
        client.send_text(MARTA, "x" * 4097, ref="r"),
        client.send_media(MARTA, "image", link="https://x", caption="x" * 1025, ref="r"),
        client.send_text(To.phone(""), "hola", ref="r"),
    ):
        assert isinstance(outcome, Rejected)
        assert outcome.action is Action.FIX_CONTENT
    with pytest.raises(ValueError, match="512"):
        client.send_text(MARTA, "hola", ref="r" * 513)
    assert server.seen == []


def test_an_optional_part_is_left_out(server, client):
    client.send_template(MARTA, "hola", language="es", ref="")
    client.send_media(MARTA, "image", link="https://x/y.png", caption="mira", ref="r")
    client.send_text(MARTA, "mira https://x.co", ref="r")
    template, image, link = (seen.body for seen in server.seen)
    assert link["text"] == {"body": "mira https://x.co", "preview_url": True}
    assert template["template"] == {"name": "hola", "language": {"code": "es"}}
    assert "biz_opaque_callback_data" not in template
    assert image["image"] == {"link": "https://x/y.png", "caption": "mira"}


def test_no_outcome_shows_the_token(server, client):
    server.then(cut, graph_error(400, 190))
    outcomes = [client.send_text(MARTA, "hola", ref="r") for _ in range(2)]
    assert "t0ken" not in repr(outcomes)
    assert ACCEPTED["messages"]


def test_nothing_is_sent_inside_an_operation(server, client):
    from django.apps import apps

    if not apps.ready:
        pytest.skip("without Django there are no operations")
    from types import SimpleNamespace
    from typing import cast

    from morfx.events.ledger import Recording, recording
    from morfx.operations.network import NetworkInsideOperation

    token = recording.set(cast(Recording, SimpleNamespace(operation="whatsapp.message.send")))
    try:
        with pytest.raises(NetworkInsideOperation):
            client.send_text(MARTA, "hola", ref="r")
    finally:
        recording.reset(token)
    assert server.seen == []

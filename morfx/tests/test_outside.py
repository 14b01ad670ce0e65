"""The contract over plain HTTP: a fresh installation sells, survives kill -9, and loses nothing."""

from __future__ import annotations

import time

import pytest
import requests

from agents.tests import messages_answers as answers
from agents.tests.messages_api import messages_api
from agents.tests.messages_brain import brain

from .outside import Graph, Installation, Shop, graph_server, until

pytestmark = pytest.mark.kill


@pytest.fixture(scope="module")
def morfx(tmp_path_factory: pytest.TempPathFactory):
    installation = Installation(tmp_path_factory.mktemp("installation"), "--no-demo")
    installation.start()
    yield installation
    installation.stop()


@pytest.fixture(scope="module")
def graph():
    with graph_server() as server:
        yield server


def test_a_sale_over_plain_http(morfx: Installation, graph: Graph):
    shop = Shop(morfx, graph)
    assert any("$77,900" in text for text in shop.answers("Hola, cuanto vale?"))
    assert shop.answers("quiero comprar")
    shop.write("Jose Romero 3001234567 cra 10 # 20-30 Bogota")
    assert any("$109,900" in text for text in shop.answers("barrio Suba, correo a@b.co"))
    assert any("$109,900" in text for text in shop.answers("el de 2"))
    assert shop.answers("si, confirmo")
    order = until(lambda: shop.lookup("crm.order.list")["items"], what="an order")[0]
    assert order["total"] == {"amount": "109900.00", "currency": "COP"}
    assert order["stage"]["name"] == "NUEVO PEDIDO"
    assert order["tags"] == ["WPP"]
    first = graph.sent[0]
    assert first["path"].endswith(f"/{Shop.NUMBER}/messages")
    for status in ("read", "delivered", "sent"):
        shop.report(first["wamid"], status, first["biz_opaque_callback_data"])
    conversation = shop.lookup("whatsapp.conversation.list")["items"][0]

    def ticks():
        items = shop.lookup("whatsapp.message.list", conversation=conversation["id"])["items"]
        return any(m["provider_id"] == first["wamid"] and m["status"] == "read" for m in items)

    until(ticks, what="the blue ticks")
    session = shop.lookup("agents.session.read", conversation=conversation["id"])
    assert (session["mode"], session["selection"]) == ("confirmado", "2x")


def test_bad_posts_are_refused(morfx: Installation, graph: Graph):
    shop = Shop(morfx, graph)
    assert shop.post({"object": "whatsapp_business_account"}, secret="wrong") == 401
    url = morfx.url + shop.path
    assert requests.post(url, data=b"{}", timeout=10).status_code == 401
    assert requests.post(morfx.url + "/webhooks/whatsapp/nobody", timeout=10).status_code == 404
    challenge = {"hub.mode": "subscribe", "hub.verify_token": "V", "hub.challenge": "42"}
    assert requests.get(url, params=challenge, timeout=10).text == "42"
    assert shop.lookup("whatsapp.envelope.list")["items"] == []


def test_a_person_takes_over_and_gives_back(morfx: Installation, graph: Graph):
    shop = Shop(morfx, graph)
    shop.answers("hola, cuanto vale?")
    conversation = shop.lookup("whatsapp.conversation.list")["items"][0]
    sent = shop.operate("whatsapp.message.send", conversation=conversation["id"], text="Soy Ana")
    assert sent["ok"], sent
    until(lambda: "Soy Ana" in graph.texts(), what="the person's words")
    before = len(graph.sent)
    shop.write("y hacen envios?")
    time.sleep(2)
    assert len(graph.sent) == before
    assert shop.operate("whatsapp.conversation.giveBack", conversation=conversation["id"])["ok"]
    assert shop.answers("hacen envios a Cali?")


def test_killing_everything_loses_nothing(tmp_path, graph: Graph):
    morfx = Installation(tmp_path / "data", "--no-demo")
    morfx.start()
    shop = Shop(morfx, graph)
    shop.answers("hola, cuanto vale?")
    before = len(graph.sent)
    for number in range(5):
        shop.write(f"hacen envios a Cali? {number}", sender=f"57300000000{number}")
    morfx.kill()
    morfx.start()
    until(
        lambda: len({body["to"] for body in graph.sent[before:]}) == 5,
        seconds=60,
        what="an answer to everybody",
    )
    refs = [body["biz_opaque_callback_data"] for body in graph.sent]
    assert len(refs) == len(set(refs))
    states = {e["state"] for e in shop.lookup("whatsapp.envelope.list")["items"]}
    assert states == {"parsed"}
    assert morfx.stop() == 0


def test_claude_understands_and_when_it_fails_the_embedded_model(tmp_path, graph: Graph):
    down: list[bool] = []

    def mind(body):
        return answers.overloaded() if down else brain(body)

    with messages_api(mind) as api:
        environ = {"ANTHROPIC_API_KEY": "key", "ANTHROPIC_BASE_URL": api.url}
        morfx = Installation(tmp_path / "data", "--no-demo", **environ)
        morfx.start()
        shop = Shop(morfx, graph)
        assert any("$77,900" in text for text in shop.answers("hola, cuanto vale?"))
        conversation = shop.lookup("whatsapp.conversation.list")["items"][0]["id"]
        first = heard(shop, conversation)
        assert first["trace"]["comprehension"]["source"].startswith("anthropic:")
        assert first["tokens"] > 0
        down.append(True)
        assert shop.answers("hacen envios a Cali?")
        second = heard(shop, conversation)
        assert second["trace"]["comprehension"]["source"] == "embedded"
        assert second["trace"]["failures"]
        assert morfx.stop() == 0


def heard(shop: Shop, conversation: str):
    """Return the newest turn of the customer."""
    turns = shop.lookup("agents.turn.list", conversation=conversation)["items"]
    return next(turn for turn in turns if turn["role"] == "customer")

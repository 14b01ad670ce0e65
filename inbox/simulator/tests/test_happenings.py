"""Templates, and all that customers and Meta do besides writing and reading."""

import pytest
import requests

from inbox.simulator import SimulatorRefused
from inbox.simulator.tests.business import MARTA, NUMBER, TOKEN, Business

WABA = "102290129340398"
READY = {
    "name": "order_ready",
    "language": "es",
    "category": "UTILITY",
    "components": [
        {"type": "HEADER", "format": "IMAGE"},
        {"type": "BODY", "text": "Hola {{1}}, tu pedido {{2}} está listo, {{1}}."},
        {"type": "FOOTER", "text": "Café Lucía"},
    ],
}
NAMED = {
    "name": "hello", "language": "es", "parameter_format": "NAMED",
    "components": [{"type": "BODY", "text": "Hola {{first_name}}, ¿cómo va?"}],
}  # fmt: skip
IMAGE = {"type": "header", "parameters": [{"type": "image", "image": {"link": "http://x/y"}}]}


def values(*texts: str, **named: str) -> dict:
    found = [{"type": "text", "text": text} for text in texts]
    found += [{"type": "text", "text": v, "parameter_name": k} for k, v in named.items()]
    return {"type": "body", "parameters": found}


def sent(shop: Business, name: str, *components: dict, language: str = "es") -> int:
    """Send a template; give the error's code, or 0."""
    template = {"name": name, "language": {"code": language}, "components": list(components)}
    body = {"messaging_product": "whatsapp", "to": MARTA, "type": "template", "template": template}
    return shop.post(body).json().get("error", {}).get("code", 0)


def test_a_template_is_checked_against_what_the_account_has(shop: Business) -> None:
    assert sent(shop, "anything") == 0  # no templates were told yet
    shop.sim.set_templates(NUMBER, READY, NAMED, {**READY, "name": "new", "status": "PENDING"})
    assert sent(shop, "order_ready", IMAGE, values("Marta", "7")) == 0
    assert sent(shop, "order_ready", IMAGE, values("Marta")) == 132000
    assert sent(shop, "order_ready", values("Marta", "7")) == 132000
    assert sent(shop, "nothing") == 132001
    assert sent(shop, "order_ready", IMAGE, values("Marta", "7"), language="en") == 132001
    assert sent(shop, "new", IMAGE, values("Marta", "7")) == 132001
    assert sent(shop, "hello", values(first_name="Marta")) == 0
    assert sent(shop, "hello", values(name="Marta")) == 132012


@pytest.mark.parametrize(("status", "code"), [("PAUSED", 132015), ("DISABLED", 132016)])
def test_meta_decides_about_a_template_and_tells(shop: Business, status: str, code: int) -> None:
    (known, _) = shop.sim.set_templates(NUMBER, NAMED, READY)
    shop.sim.decide_template(NUMBER, "hello", "es", status, "LOW_QUALITY")
    (one,) = shop.await_arrivals(1)
    assert b"message_template_status_update" in one.raw
    assert one.value == {
        "event": status, "message_template_id": int(str(known["id"])),
        "message_template_name": "hello", "message_template_language": "es",
        "reason": "LOW_QUALITY",
    }  # fmt: skip
    assert sent(shop, "hello", values(first_name="Marta")) == code
    with pytest.raises(SimulatorRefused, match="no template other"):
        shop.sim.decide_template(NUMBER, "other", "es", "APPROVED")


def test_templates_are_listed_page_by_page(shop: Business) -> None:
    shop.sim.set_templates(NUMBER, *({**NAMED, "name": f"t{n}"} for n in range(5)))
    url, names = f"{shop.sim.url}/v26.0/{WABA}/message_templates?limit=2", []
    while url:
        page = requests.get(url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=5).json()
        names += [one["name"] for one in page["data"]]
        assert {"id", "status", "category", "components", "language"} <= page["data"][0].keys()
        url = page["paging"].get("next")
    assert names == [f"t{n}" for n in range(5)]
    elsewhere = f"{shop.sim.url}/v26.0/1/message_templates"
    answer = requests.get(elsewhere, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=5)
    assert answer.status_code == 400


def test_360dialog_lists_templates_at_an_address_of_its_own(shop: Business) -> None:
    shop.register(dialect="360dialog")
    shop.sim.set_templates(NUMBER, READY, {**NAMED, "status": "REJECTED"})
    url = f"{shop.sim.url}/v1/configs/templates?limit=1&offset=1"
    page = requests.get(url, headers={"D360-API-KEY": TOKEN}, timeout=5).json()
    assert (page["count"], page["total"], page["offset"]) == (1, 2, 1)
    assert page["waba_templates"][0]["status"] == "rejected"


def test_customers_react_edit_revoke_and_send_files(shop: Business) -> None:
    sim, wamid = shop.sim, shop.open_window()
    sim.react(NUMBER, MARTA, wamid, "👍")
    sim.edit(NUMBER, MARTA, wamid, "quise decir otra cosa")
    sim.revoke(NUMBER, MARTA, wamid)
    sim.send_file(NUMBER, MARTA, "document", b"%PDF", "application/pdf", filename="a.pdf")
    messages = [one.value["messages"][0] for one in shop.await_arrivals(4)]
    reaction, edit, revoke, document = messages
    assert reaction["reaction"] == {"message_id": wamid, "emoji": "👍"}
    assert edit["edit"]["original_message_id"] == wamid
    assert edit["edit"]["message"]["text"] == {"body": "quise decir otra cosa"}
    assert revoke["revoke"] == {"original_message_id": wamid}
    assert document["document"]["filename"] == "a.pdf"
    assert len(document["document"]["sha256"]) == 44


def test_the_business_writes_on_its_own_phone(shop: Business) -> None:
    shop.sim.customer(NUMBER, MARTA)
    said = shop.sim.echo(NUMBER, MARTA, "te escribo del celular")
    (one,) = shop.await_arrivals(1)
    (echo,) = one.value["message_echoes"]
    assert (echo["id"], echo["to"], echo["from"]) == (said["wamid"], MARTA, "576015550100")
    assert echo["to_user_id"].startswith("CO.")
    assert "from_user_id" not in echo
    (shown,) = shop.sim.chat(NUMBER, MARTA)["messages"]
    assert (shown["direction"], shown["text"]) == ("out", "te escribo del celular")


def test_a_customer_changes_the_number_and_keeps_the_chat(shop: Business) -> None:
    shop.open_window()
    shop.sim.change_number(NUMBER, MARTA, "573009990000", user_id="CO.new")
    shop.sim.say(NUMBER, "573009990000", "soy yo")
    system, next_one = (one.value["messages"][0] for one in shop.await_arrivals(2))
    assert (system["type"], system["from"]) == ("system", MARTA)
    assert system["system"]["type"] == "user_changed_number"
    assert (system["system"]["wa_id"], system["system"]["user_id"]) == ("573009990000", "CO.new")
    assert (next_one["from"], next_one["from_user_id"]) == ("573009990000", "CO.new")
    assert len(shop.sim.chat(NUMBER, "573009990000")["messages"]) == 3


def test_a_bsuid_alone_writes_and_gets_an_answer(shop: Business) -> None:
    shop.sim.say(NUMBER, "US.13491208655302741918", "hola")
    assert "from" not in shop.await_arrivals(1)[0].value["messages"][0]
    body = shop.text(to=None) | {"recipient": "US.13491208655302741918"}
    assert shop.post({k: v for k, v in body.items() if v}).status_code == 200


def test_history_and_any_other_field_are_told(shop: Business) -> None:
    shop.sim.tell_history(NUMBER, MARTA, "de hace un mes", "y otra")
    shop.sim.tell(NUMBER, "account_update", {"event": "VERIFIED_ACCOUNT"})
    values_told = {len(one.value): one.value for one in shop.await_arrivals(2)}
    assert values_told[1] == {"event": "VERIFIED_ACCOUNT"}
    ((thread,),) = [chunk["threads"] for chunk in values_told[3]["history"]]
    assert [one["text"]["body"] for one in thread["messages"]] == ["de hace un mes", "y otra"]
    assert values_told[3]["metadata"]["phone_number_id"] == NUMBER


def test_statuses_come_permuted_and_repeated(shop: Business) -> None:
    shop.open_window()
    shop.sim.set_faults(NUMBER, seed=5, duplicate=1, reorder=6, reorder_wait=5)
    shop.send()
    shop.sim.wait_until(lambda now: not now["planned"] or now["pending"] == 4)
    shop.sim.mark_read(NUMBER, MARTA)
    told = [one.told for one in shop.await_arrivals(6)]
    assert sorted(told) == ["delivered"] * 2 + ["read"] * 2 + ["sent"] * 2
    assert told != ["sent", "sent", "delivered", "delivered", "read", "read"]

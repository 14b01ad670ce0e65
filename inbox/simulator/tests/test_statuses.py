"""The ticks: sent, delivered, read, and the phone that is off."""

import time

import pytest

from inbox.simulator import SimulatorRefused
from inbox.simulator.tests.business import MARTA, NUMBER, Business


def told(shop: Business) -> list[str]:
    return [one["status"] for one in shop.statuses]


def test_ticks_follow_a_send(shop: Business) -> None:
    shop.open_window()
    wamid = shop.send(biz_opaque_callback_data="outbox-7").json()["messages"][0]["id"]
    shop.sim.settle()
    assert told(shop) == ["sent", "delivered"]
    assert shop.sim.mark_read(NUMBER, MARTA) == 1
    shop.sim.settle()
    assert told(shop) == ["sent", "delivered", "read"]
    person = shop.sim.chat(NUMBER, MARTA)["customer"]
    for status in shop.statuses:
        assert status["timestamp"].isdigit()
        assert abs(int(status["timestamp"]) - time.time()) < 5
        assert status["id"] == wamid
        assert status["recipient_id"] == MARTA
        assert status["recipient_user_id"] == person["user_id"]
        assert status["biz_opaque_callback_data"] == "outbox-7"
        assert status["pricing"]["pricing_model"] == "PMP"
        assert "conversation" not in status
    assert shop.sim.mark_read(NUMBER, MARTA) == 0


def test_what_was_not_given_is_not_echoed(shop: Business) -> None:
    shop.open_window()
    shop.send()
    shop.sim.settle()
    assert all("biz_opaque_callback_data" not in one for one in shop.statuses)


def test_a_phone_that_is_off_gets_it_later(shop: Business) -> None:
    shop.open_window()
    shop.sim.set_online(NUMBER, MARTA, False)
    shop.send("uno")
    shop.send("dos")
    shop.sim.settle()
    assert told(shop) == ["sent", "sent"]
    assert [one["on_phone"] for one in shop.sim.chat(NUMBER, MARTA)["messages"]] == [
        True,
        *[False] * 2,
    ]
    with pytest.raises(SimulatorRefused, match="off"):
        shop.sim.mark_read(NUMBER, MARTA)
    shop.sim.set_online(NUMBER, MARTA, True)
    shop.sim.settle()
    assert told(shop) == ["sent", "sent", "delivered", "delivered"]


def test_reading_may_follow_by_itself(shop: Business) -> None:
    shop.register(read_after=0.03)
    shop.open_window()
    shop.send()
    shop.sim.settle()
    assert told(shop) == ["sent", "delivered", "read"]


def test_opening_the_chat_outruns_the_delivery(shop: Business) -> None:
    shop.register(delivered_after=0.5)
    shop.open_window()
    shop.send()
    assert shop.sim.mark_read(NUMBER, MARTA) == 1
    shop.sim.settle()
    assert told(shop) == ["sent", "delivered", "read"]


def test_the_ad_makes_it_free(shop: Business) -> None:
    ad = {"source_type": "ad", "source_id": "1", "ctwa_clid": "abc"}
    shop.sim.say(NUMBER, MARTA, message={"text": {"body": "hola"}, "referral": ad})
    shop.send()
    shop.sim.settle()
    assert shop.statuses[0]["pricing"] == {
        "billable": False,
        "pricing_model": "PMP",
        "type": "free_entry_point",
        "category": "service",
    }


def test_the_phone_shows_both_sides_and_the_list(shop: Business) -> None:
    shop.open_window()
    shop.open_window("573009998877")
    shop.send("¿Qué tal?")
    shop.sim.settle()
    messages = shop.sim.chat(NUMBER, MARTA)["messages"]
    assert [(one["direction"], one["text"], one["status"]) for one in messages] == [
        ("in", "hola", "sent"),
        ("out", "¿Qué tal?", "delivered"),
    ]
    people = shop.sim.customers(NUMBER)
    assert [(one["wa_id"], one["unread"]) for one in people] == [(MARTA, 1), ("573009998877", 0)]
    shop.sim.mark_read(NUMBER, MARTA)
    assert shop.sim.customers(NUMBER)[0]["unread"] == 0
    assert len(shop.sim.chat(NUMBER, MARTA, limit=1)["messages"]) == 1

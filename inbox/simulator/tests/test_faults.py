"""Everything that can be told to go wrong, does, and no more than told."""

import time

import pytest
import requests

from inbox.simulator import SimulatorRefused
from inbox.simulator.faults import Faults, Rule
from inbox.simulator.tests.business import MARTA, NUMBER, Business, noted


def rule(kind: str, **more) -> list:
    return [{"kind": kind} | more]


def accepted(shop: Business) -> list[dict]:
    return noted(shop.sim, "send_accepted")


def test_webhooks_come_twice_and_more(shop: Business) -> None:
    shop.sim.set_faults(NUMBER, duplicate=2)
    shop.sim.say(NUMBER, MARTA, "a")
    shop.sim.say(NUMBER, MARTA, "b")
    shop.sim.settle()
    assert shop.taken == list("aaabbb")
    assert len({one.raw for one in shop.arrivals}) == 2
    copies = [one["copy"] for one in noted(shop.sim, "webhook_attempt")]
    assert copies == [0, 1, 2, 0, 1, 2]


def test_webhooks_come_in_another_order(shop: Business) -> None:
    orders = []
    for _ in range(2):
        shop.sim.set_faults(NUMBER, seed=3, reorder=5, reorder_wait=30)
        for text in "abcde":
            shop.sim.say(NUMBER, MARTA, text)
        shop.sim.settle()
        orders.append("".join(shop.taken))
        shop.arrivals.clear()
    assert orders[0] == orders[1] != "abcde"
    assert sorted(orders[0]) == list("abcde")


def test_an_unfilled_window_is_let_go(shop: Business) -> None:
    shop.sim.set_faults(NUMBER, reorder=10, reorder_wait=0.1)
    for text in "ab":
        shop.sim.say(NUMBER, MARTA, text)
    assert shop.sim.counters()["pending"] == 2
    shop.sim.settle()
    assert shop.taken == ["b", "a"]
    shop.sim.set_faults(NUMBER, reorder=10, reorder_wait=60)
    shop.sim.say(NUMBER, MARTA, "c")
    shop.sim.set_faults(NUMBER)
    shop.sim.wait_until(lambda now: not now["pending"])
    assert shop.taken == ["b", "a", "c"]


def test_webhooks_come_late(shop: Business) -> None:
    shop.sim.set_faults(NUMBER, delay=0.2)
    began = time.monotonic()
    shop.sim.say(NUMBER, MARTA, "late")
    shop.await_arrivals(1)
    assert 0.19 <= time.monotonic() - began < 1


@pytest.mark.parametrize("hold", [0.0, 1.0])
def test_accepted_but_never_answered(shop: Business, hold: float) -> None:
    shop.open_window()
    shop.sim.set_faults(NUMBER, rules=rule("drop_answer", next=1, hold=hold))
    with pytest.raises((requests.ConnectionError, requests.Timeout)):
        shop.post(shop.text("¿llegó?", biz_opaque_callback_data="x1"), timeout=0.2)
    shop.sim.settle()
    assert [one["status"] for one in shop.statuses] == ["sent", "delivered"]
    assert {one["biz_opaque_callback_data"] for one in shop.statuses} == {"x1"}
    (taken,), (dropped,) = accepted(shop), noted(shop.sim, "answer_dropped")
    assert taken["wamid"] == dropped["wamid"] == shop.statuses[0]["id"]
    assert shop.send().ok


def test_lost_before_it_was_accepted(shop: Business) -> None:
    shop.sim.set_faults(NUMBER, rules=rule("lose_request", next=1))
    with pytest.raises(requests.ConnectionError):
        shop.send()
    assert accepted(shop) == []
    assert shop.send().ok


@pytest.mark.parametrize(
    ("told", "status", "code"),
    [
        ({"code": 130429}, 429, 130429),
        ({"code": 131056}, 400, 131056),
        ({"code": 131000}, 500, 131000),
        ({"code": 131016, "http": 500}, 500, 131016),
        ({"code": 190}, 401, 190),
        ({"code": 987654}, 400, 987654),
    ],
)
def test_the_next_sends_are_refused(shop: Business, told: dict, status: int, code: int) -> None:
    shop.sim.set_faults(NUMBER, rules=rule("refuse", next=2, **told))
    answers = [shop.send() for _ in range(3)]
    assert [one.status_code for one in answers] == [status, status, 200]
    assert answers[0].json()["error"]["code"] == code
    assert len(accepted(shop)) == 1
    refused = [(one["http"], one["code"]) for one in noted(shop.sim, "send_refused")]
    assert refused == [(status, code)] * 2
    assert shop.sim.faults(NUMBER)["rules"][0]["next"] == 0


def test_a_gateway_page_instead_of_json(shop: Business) -> None:
    shop.sim.set_faults(NUMBER, rules=rule("refuse", next=1, http=502))
    answer = shop.send()
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html")


def test_chance_is_the_same_again_under_a_seed(shop: Business) -> None:
    runs = []
    for seed in (7, 7, 8):
        told = rule("refuse", code=131000, probability=0.5)
        shop.sim.set_faults(NUMBER, seed=seed, rules=told)
        runs.append([shop.send().status_code for _ in range(12)])
    assert runs[0] == runs[1] != runs[2]
    assert set(runs[0]) == {200, 500}


def test_only_one_recipient_is_struck(shop: Business) -> None:
    shop.sim.set_faults(NUMBER, rules=rule("refuse", code=131026, recipient=MARTA))
    assert shop.send().status_code == 400
    assert shop.send(to="573009998877").status_code == 200


def test_sent_and_then_failed(shop: Business) -> None:
    shop.open_window()
    shop.sim.set_faults(NUMBER, rules=rule("failed", code=131049, next=1))
    shop.send()
    shop.sim.settle()
    assert [one["status"] for one in shop.statuses] == ["sent", "failed"]
    assert shop.statuses[1]["errors"][0]["code"] == 131049
    assert shop.sim.mark_read(NUMBER, MARTA) == 0
    assert shop.sim.chat(NUMBER, MARTA)["messages"][-1]["code"] == 131049


def test_delivered_is_skipped(shop: Business) -> None:
    shop.open_window()
    shop.sim.set_faults(NUMBER, rules=rule("skip_delivered"))
    shop.send()
    shop.sim.settle()
    assert shop.sim.chat(NUMBER, MARTA)["messages"][-1]["on_phone"] is True
    shop.sim.mark_read(NUMBER, MARTA)
    shop.sim.settle()
    assert [one["status"] for one in shop.statuses] == ["sent", "read"]


def test_the_status_outruns_the_answer(shop: Business) -> None:
    shop.open_window()
    shop.sim.set_faults(NUMBER, rules=rule("status_first", next=1))
    shop.before_answering = lambda: time.sleep(0.05)
    began = time.monotonic()
    answer = shop.send()
    answered = time.monotonic()
    assert answer.ok
    assert began < shop.arrivals[0].at < answered
    assert shop.statuses[0]["status"] == "sent"


def test_the_pace_is_kept_when_told(shop: Business) -> None:
    shop.sim.set_faults(NUMBER, throughput=3)
    answers = [shop.send(to=f"57300000000{n}").status_code for n in range(4)]
    assert answers == [200, 200, 200, 429]
    shop.sim.set_faults(NUMBER, pair_interval=0.5)
    assert shop.send(to="573001000000").ok
    refused = shop.send(to="573001000000")
    assert refused.json()["error"]["code"] == 131056
    assert shop.send(to="573001000001").ok
    time.sleep(0.51)
    assert shop.send(to="573001000000").ok


def test_wrong_sends_use_up_no_rule(shop: Business) -> None:
    shop.sim.set_faults(NUMBER, rules=rule("refuse", code=131000, next=1))
    assert shop.send("").status_code == 400
    assert shop.sim.faults(NUMBER)["rules"][0]["next"] == 1


def test_bounds_are_kept(shop: Business) -> None:
    for told in (
        {"duplicate": 21},
        {"delay": -1},
        {"reorder": 101},
        {"rules": rule("failed")},
        {"rules": rule("refuse")},
        {"rules": rule("refuse", code=1, probability=1.5)},
    ):
        with pytest.raises(SimulatorRefused) as refused:
            shop.sim.set_faults(NUMBER, **told)
        assert refused.value.status == 422
    assert shop.sim.faults(NUMBER)["duplicate"] == 0


def test_rules_add_up_until_one_refuses() -> None:
    failed, drop = Rule(kind="failed", code=1), Rule(kind="drop_answer")
    refuse = Rule(kind="refuse", code=131000, next=1)
    verdict, moved = Faults(rules=[failed, refuse, drop]).strike(0, {MARTA})
    assert (verdict.failed, verdict.refusal, verdict.drop_answer, moved) == (1, refuse, None, True)

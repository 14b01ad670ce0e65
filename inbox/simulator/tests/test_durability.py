"""Nothing acknowledged is forgotten: kill -9, restarts, many threads."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from inbox import simulator
from inbox.simulator import SimulatorClient, world
from inbox.simulator.tests.business import MARTA, NUMBER, Business, listening, noted


@contextmanager
def process(database: Path) -> Iterator[tuple[subprocess.Popen[str], SimulatorClient]]:
    """Run the simulator as a process of its own."""
    command = [sys.executable, "-m", "inbox.simulator", "--port", "0", "--database", str(database)]
    root = Path(simulator.__file__).parents[2]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)
    try:
        assert running.stdout is not None
        word, url = running.stdout.readline().split()
        assert word == "simulator"
        yield running, SimulatorClient(url)
    finally:
        running.kill()
        running.wait()


def test_kill_9_forgets_nothing(tmp_path: Path) -> None:
    with process(tmp_path / "new" / "world") as (first, sim), listening(sim) as shop:
        shop.register(webhook_url="http://127.0.0.1:1/closed", retry_first=20, delivered_after=60)
        sim.say(NUMBER, MARTA, "uno")
        sim.say(NUMBER, MARTA, "dos")
        sent = shop.send("tres", biz_opaque_callback_data="x9").json()["messages"][0]["id"]
        sim.set_faults(NUMBER, rules=[{"kind": "refuse", "code": 131000, "next": 3}])
        assert shop.send().status_code == 500
        lines = sim.journal()["next"]
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        with process(tmp_path / "new" / "world") as (second, again):
            shop.sim = again
            assert again.journal()["next"] >= lines
            assert again.faults(NUMBER)["rules"][0]["next"] == 2
            assert again.counters()["planned"] == 1
            shop.register(delivered_after=0.05)
            again.wait_until(lambda now: not now["pending"])
            assert shop.taken == ["uno", "dos", "sent"]
            assert again.mark_read(NUMBER, MARTA) == 1
            again.wait_until(lambda now: not now["pending"])
            assert [one["id"] for one in shop.statuses] == [sent] * 3
            assert again.chat(NUMBER, MARTA)["messages"][-1]["status"] == "read"
            second.send_signal(signal.SIGTERM)
            assert second.wait(5) == 0


def test_kill_9_amid_traffic_keeps_every_answered_send(tmp_path: Path) -> None:
    with process(tmp_path / "world") as (first, sim), listening(sim) as shop:
        shop.register()
        shop.open_window()
        answered: list[str] = []

        def keep_sending(thread: int) -> None:
            with contextlib.suppress(requests.RequestException):
                for n in range(1000):
                    reply = shop.send(biz_opaque_callback_data=f"{thread}-{n}").json()
                    answered.append(reply["messages"][0]["id"])

        with ThreadPoolExecutor(4) as pool:
            for thread in range(4):
                pool.submit(keep_sending, thread)
            shop.await_arrivals(60)
            first.kill()
        with process(tmp_path / "world") as (_, again):
            kept = {one["wamid"] for one in noted(again, "send_accepted")}
            assert len(answered) > 20
            assert set(answered) <= kept
            again.settle()
            shop.sim = again
            told = {(one["id"], one["status"]) for one in shop.statuses}
            assert told == {(wamid, tick) for wamid in kept for tick in ("sent", "delivered")}


def test_a_restart_takes_up_what_was_planned_and_held(tmp_path: Path) -> None:
    with simulator.running(tmp_path / "world") as sim, listening(sim) as shop:
        shop.register(delivered_after=0.6)
        shop.open_window()
        shop.send()
        sim.wait_until(lambda now: not now["pending"])
        sim.set_faults(NUMBER, reorder=9, reorder_wait=0.6)
        sim.say(NUMBER, MARTA, "held")
        assert sim.counters()["planned"] == 2
        sim.close()
    with simulator.running(tmp_path / "world") as sim, listening(sim) as shop:
        shop.register()
        sim.settle()
        assert sorted(shop.taken) == ["delivered", "held"]


def test_fifty_sends_at_once_are_fifty_messages(shop: Business) -> None:
    shop.open_window()
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda n: shop.send(str(n)), range(50)))
    wamids = [one.json()["messages"][0]["id"] for one in answers]
    assert len(set(wamids)) == 50
    journal = noted(shop.sim, "send_accepted")
    assert [one["sequence"] for one in journal] == list(range(1, 51))
    assert {one["wamid"] for one in journal} == set(wamids)
    shop.sim.settle()
    for wamid in wamids:
        ticks = [one["status"] for one in shop.statuses if one["id"] == wamid]
        assert ticks == ["sent", "delivered"]
    assert len(shop.arrivals) == 100


def test_refusals_in_many_threads_are_counted_exactly(shop: Business) -> None:
    shop.sim.set_faults(NUMBER, rules=[{"kind": "refuse", "code": 130429, "next": 7}])
    with ThreadPoolExecutor(10) as pool:
        codes = list(pool.map(lambda n: shop.send(str(n)).status_code, range(30)))
    assert (codes.count(429), codes.count(200)) == (7, 23)


def test_the_journal_is_read_page_by_page(shop: Business) -> None:
    for text in "abc":
        shop.sim.say(NUMBER, MARTA, text)
    shop.sim.settle()
    page = shop.sim.journal(limit=2)
    assert (len(page["entries"]), page["more"]) == (2, True)
    rest = shop.sim.journal(page["next"])
    assert len(rest["entries"]) == 4
    assert rest["more"] is False
    assert shop.sim.journal(rest["next"])["entries"] == []
    assert len(list(shop.sim.entries("said", number=NUMBER))) == 3
    assert list(shop.sim.entries(number="other")) == []
    assert shop.sim.counters()["journal"] == {"said": 3, "webhook_attempt": 3}


def test_one_world_has_one_keeper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect

    def impatient(*args, **kwargs) -> sqlite3.Connection:
        return connect(*args, **(kwargs | {"timeout": 0.05}))

    first = world.World(tmp_path / "world")
    monkeypatch.setattr(sqlite3, "connect", impatient)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        world.World(tmp_path / "world")
    first.close()
    world.World(tmp_path / "world").close()


def test_a_world_of_an_earlier_version_is_taken_up(tmp_path: Path) -> None:
    file = tmp_path / "world.sqlite3"
    with sqlite3.connect(file) as old:
        old.executescript(
            "CREATE TABLE deliveries (id INTEGER PRIMARY KEY AUTOINCREMENT, phone_number_id TEXT"
            " NOT NULL, lane TEXT NOT NULL, position INTEGER, body TEXT NOT NULL, about TEXT NOT"
            " NULL, copy INTEGER NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT"
            " 0, created REAL NOT NULL, not_before REAL NOT NULL);"
            "CREATE TABLE numbers (phone_number_id TEXT PRIMARY KEY, settings TEXT NOT NULL,"
            " faults TEXT NOT NULL DEFAULT '{}', asked INTEGER NOT NULL DEFAULT 0);"
        )
        settings = {"phone_number_id": NUMBER, "display_phone_number": "57", "token": "t",
                    "app_secret": "s", "webhook_url": "http://127.0.0.1:9/"}  # fmt: skip
        old.execute("INSERT INTO numbers (phone_number_id, settings) VALUES (?, ?)",
                    (NUMBER, json.dumps(settings)))  # fmt: skip
    old.close()
    with simulator.running(file) as sim:
        (number,) = sim.numbers()
        assert number["dialect"] == "cloud"
        sim.say(NUMBER, MARTA, "hola")
        assert sim.counters()["pending"] == 1

"""Carries webhooks to the business and lets plans come true.

One dispatcher thread keeps a heap of what is due; a few workers post. What they know is only an
index of rows: the rows are the truth, and a new courier starts from them.
"""

import heapq
import json
import logging
import queue
import sqlite3
import threading
import time
from collections import defaultdict
from dataclasses import replace

from inbox.simulator import deliveries, journal, numbers, statuses
from inbox.simulator.dialect_table import DIALECTS
from inbox.simulator.numbers import Number
from inbox.simulator.post import Outcome, Post
from inbox.simulator.world import Due, Transaction, Waiting, World

log = logging.getLogger(__name__)


class Courier:
    """Delivers at least once, lane by lane in order, with back-off until the business answers 2xx.

    A lane is one customer of one number; different lanes are delivered side by side.
    """

    def __init__(self, world: World, workers: int = 8) -> None:
        self._world = world
        self._lock = threading.Condition()
        self._lanes: dict[str, list[Waiting]] = defaultdict(list)
        self._busy: set[str] = set()
        self._unanswered: set[int] = set()
        self._lane_due: list[tuple[float, str]] = []
        self._plan_due: list[Due] = []
        self._ready: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._stopping = False
        self._threads = [threading.Thread(target=self._dispatch, daemon=True)]
        self._threads += [threading.Thread(target=self._carry, daemon=True) for _ in range(workers)]

    def start(self) -> None:
        """Begin with whatever a former process left undone."""
        with self._world.transaction() as tx:
            deliveries.unfinished(tx)
        self._world.committed = self.announce
        self.announce(tx)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop after the attempts now under way (two seconds at most); the rest stay rows."""
        with self._lock:
            self._stopping = True
            self._lock.notify_all()
        for _ in self._threads:
            self._ready.put(None)
        deadline = time.monotonic() + 2
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def announce(self, tx: Transaction) -> None:
        """Hear of the deliveries and plans of a committed transaction."""
        if not (tx.waiting or tx.due):
            return
        with self._lock:
            if tx.unanswered:
                self._unanswered.update(one.id for one in tx.waiting)
            for one in tx.waiting:
                heapq.heappush(self._lanes[one.lane], one)
                self._wake_lane(one.lane)
            for due in tx.due:
                heapq.heappush(self._plan_due, due)
            self._lock.notify()

    def answered(self, tx: Transaction) -> None:
        """Let the webhooks of an `unanswered` transaction travel: its caller has the answer."""
        with self._lock:
            self._unanswered.difference_update(one.id for one in tx.waiting)
            for lane in {one.lane for one in tx.waiting if self._lanes.get(one.lane)}:
                self._wake_lane(lane)
            self._lock.notify()

    def hurry(self, phone_number_id: str) -> None:
        """Try everything that waits for a number now: it may have moved or come back."""
        with self._lock:
            for lane, waiting in self._lanes.items():
                if waiting and waiting[0].phone_number_id == phone_number_id:
                    waiting[0] = replace(waiting[0], not_before=0.0)
                    self._wake_lane(lane)
            self._lock.notify()

    def await_delivery(self, delivery: int, seconds: float) -> None:
        """Wait until a webhook was taken (or given up), for so many seconds at most."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self._stopping:
            with self._world.transaction() as tx:
                row = tx.one("SELECT state FROM deliveries WHERE id = ?", delivery)
            if row is None or row["state"] == "dead":
                return
            time.sleep(0.005)

    def _wake_lane(self, lane: str) -> None:
        if lane not in self._busy:
            heapq.heappush(self._lane_due, (self._lanes[lane][0].not_before, lane))

    def _dispatch(self) -> None:
        while True:
            with self._lock:
                while not self._stopping and (pause := self._pause()) > 0:
                    self._lock.wait(min(pause, 60.0))
                if self._stopping:
                    return
                plans = self._take_plans(time.time())
                self._hand_out(time.time())
            if plans:
                self._come_true(plans)

    def _pause(self) -> float:
        next_lane = self._lane_due[0][0] if self._lane_due else float("inf")
        next_plan = self._plan_due[0].at if self._plan_due else float("inf")
        return min(next_lane, next_plan) - time.time()

    def _take_plans(self, now: float) -> list[int]:
        plans: list[int] = []
        while self._plan_due and self._plan_due[0].at <= now and len(plans) < 100:
            plans.append(heapq.heappop(self._plan_due).id)
        return plans

    def _hand_out(self, now: float) -> None:
        while self._lane_due and self._lane_due[0][0] <= now:
            _, lane = heapq.heappop(self._lane_due)
            waiting = self._lanes.get(lane)
            if not waiting or lane in self._busy or waiting[0].id in self._unanswered:
                continue
            if waiting[0].not_before <= now:
                self._busy.add(lane)
                self._ready.put(heapq.heappop(waiting))

    def _come_true(self, plans: list[int]) -> None:
        try:
            with self._world.transaction() as tx:
                for plan in plans:
                    statuses.happen(tx, plan)
        except Exception:
            if len(plans) == 1:
                log.exception("Plan %s did not come true; it stays for the next start.", plans[0])
                return
            for plan in plans:
                self._come_true([plan])

    def _carry(self) -> None:
        post = Post()
        while (one := self._ready.get()) is not None and not self._stopping:
            retry_at: float | None = time.time() + 1
            try:
                retry_at = self._attempt(post, one)
            except Exception:
                if self._stopping:  # the world may be closed; the row stays
                    return
                log.exception("Delivery %s could not be attempted.", one.id)
            self._finish(one, retry_at)
        post.close()

    def _finish(self, one: Waiting, retry_at: float | None) -> None:
        with self._lock:
            self._busy.discard(one.lane)
            waiting = self._lanes[one.lane]
            if retry_at is not None:
                heapq.heappush(waiting, replace(one, not_before=retry_at))
            if waiting:
                self._wake_lane(one.lane)
            else:
                del self._lanes[one.lane]
            self._lock.notify()

    def _attempt(self, post: Post, one: Waiting) -> float | None:
        """Try once; give the time of the next try, or None when there is nothing left to do."""
        with self._world.transaction() as tx:
            row = tx.one("SELECT * FROM deliveries WHERE id = ?", one.id)
            registered = numbers.find(tx, one.phone_number_id)
            if row is not None and row["filling_until"]:
                tx.run("UPDATE deliveries SET filling_until = 0 WHERE id = ?", one.id)
        if row is None or registered is None:
            return None
        number = registered.number
        raw = row["body"].encode("ascii")
        headers = DIALECTS[number.dialect].signed(number, raw, "good")
        outcome = post.send(number.webhook_url, raw, headers)
        with self._world.transaction() as tx:
            return self._note(tx, number, row, outcome)

    def _note(
        self, tx: Transaction, number: Number, row: sqlite3.Row, outcome: Outcome
    ) -> float | None:
        attempts, now, one = row["attempts"] + 1, time.time(), row["id"]
        given_up = not outcome.taken and now - row["created"] >= number.patience
        journal.note(
            tx,
            "webhook_attempt",
            number.phone_number_id,
            **outcome.noted(),
            delivery=one,
            attempt=attempts,
            copy=row["copy"],
            about=json.loads(row["about"]),
        )
        if outcome.taken:
            tx.run("DELETE FROM deliveries WHERE id = ?", one)
            return None
        state = "dead" if given_up else "pending"
        tx.run("UPDATE deliveries SET attempts = ?, state = ? WHERE id = ?", attempts, state, one)
        if given_up:
            journal.note(tx, "webhook_given_up", number.phone_number_id, delivery=one)
            return None
        return now + number.pause(attempts)

"""Webhooks as rows: written with what they tell about, gone when the business took them."""

import json
import time

from pydantic import JsonValue

from inbox.simulator.dialect_table import DIALECTS
from inbox.simulator.dialects import Json, encode
from inbox.simulator.kapso import batched
from inbox.simulator.numbers import Registered
from inbox.simulator.world import Due, Transaction, Waiting


def put(
    tx: Transaction,
    registered: Registered,
    lane: str,
    value: Json,
    *,
    field: str = "messages",
    message: Json | None = None,
) -> int:
    """Put one webhook (and its duplicates) into a lane and give the id of the original.

    Webhooks of one lane are delivered one after the other. A reorder window holds them instead,
    until it is full or its time is up. `message` is what a status speaks of.
    """
    number = registered.number
    body = DIALECTS[number.dialect].envelope(number, field, value, message)
    if number.buffer and value.get("messages") and "object" not in body:
        return _collect(tx, registered, lane, body)
    return put_raw(tx, registered, lane, encode(body), about(body))


def _collect(tx: Transaction, registered: Registered, lane: str, event: Json) -> int:
    """Add an event to the batch that is being filled for its customer, or begin one."""
    filling = tx.one(
        "SELECT id, body FROM deliveries WHERE lane = ? AND filling_until > ? AND copy = 0",
        *(lane, time.time()),
    )
    if filling is None:
        one = batched([event])
        return put_raw(tx, registered, lane, encode(one), about(one), registered.number.buffer)
    one = json.loads(filling["body"])
    one["data"].append(event)
    tx.run(
        "UPDATE deliveries SET body = ?, about = ? WHERE id = ?",
        *(encode(one), json.dumps(about(one)), filling["id"]),
    )
    return int(filling["id"])


def put_raw(
    tx: Transaction,
    registered: Registered,
    lane: str,
    raw: str,
    contents: list[JsonValue],
    filling: float = 0.0,
) -> int:
    """Put a body, exactly as it will travel, into a lane; see `put`.

    A batch may grow for `filling` seconds before it travels.
    """
    faults = registered.faults
    now = time.time()
    not_before = now + faults.delay + filling
    state = "held" if faults.reorder >= 2 else "pending"
    ids = [
        tx.insert(
            "INSERT INTO deliveries (phone_number_id, lane, body, about, copy, state, created,"
            " not_before, filling_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(registered.id, lane, raw, json.dumps(contents), copy, state, now, not_before),
            now + filling if filling else 0.0,
        )
        for copy in range(1 + faults.duplicate)
    ]
    if state == "pending":
        tx.waiting += [Waiting(one, one, lane, not_before, registered.id) for one in ids]
    else:
        _hold(tx, registered, ids)
    return ids[0]


def about(body: JsonValue) -> list[JsonValue]:
    """List the messages and statuses inside a body, for the journal; nonsense gives nothing."""
    found: list[JsonValue] = []
    for entry in _list(body, "entry"):
        for change in _list(entry, "changes"):
            value = change.get("value") if isinstance(change, dict) else None
            for kind in ("messages", "statuses", "message_echoes"):
                for one in _list(value, kind):
                    if isinstance(one, dict):
                        told = one.get("status" if kind == "statuses" else "type")
                        found.append({"in": kind, "id": one.get("id"), "is": told})
    for event in [body, *_list(body, "data")]:
        message = event.get("message") if isinstance(event, dict) else None
        kapso = message.get("kapso") if isinstance(message, dict) else None
        if isinstance(message, dict) and isinstance(kapso, dict):
            inbound = kapso.get("direction") == "inbound"
            told = message.get("type") if inbound else kapso.get("status")
            kind = "messages" if inbound else "statuses"
            found.append({"in": kind, "id": message.get("id"), "is": told})
    return found


def _list(value: JsonValue, key: str) -> list[JsonValue]:
    inner = value.get(key) if isinstance(value, dict) else None
    return inner if isinstance(inner, list) else []


def _hold(tx: Transaction, registered: Registered, ids: list[int]) -> None:
    held = tx.number(
        "SELECT count(*) FROM deliveries WHERE phone_number_id = ? AND state = 'held'",
        registered.id,
    )
    if held >= registered.faults.reorder:
        release(tx, registered)
    elif held == len(ids):
        plan(tx, "release", ids[0], time.time() + registered.faults.reorder_wait)


def release(tx: Transaction, registered: Registered) -> None:
    """Let the held webhooks of a number go, in a shuffled order and one after the other."""
    held = {
        row["id"]: row
        for row in tx.all(
            "SELECT id, not_before FROM deliveries WHERE phone_number_id = ? AND state = 'held'"
            " ORDER BY id",
            registered.id,
        )
    }
    lane = f"{registered.id}/reordered"
    for position, one in zip(held, registered.faults.shuffled(list(held)), strict=True):
        tx.run(
            "UPDATE deliveries SET state = 'pending', lane = ?, position = ? WHERE id = ?",
            *(lane, position, one),
        )
        tx.run("DELETE FROM plans WHERE kind = 'release' AND subject = ?", one)
        tx.waiting.append(Waiting(position, one, lane, held[one]["not_before"], registered.id))


def release_if_held(tx: Transaction, registered: Registered, delivery: int) -> None:
    """Let the window go whose time is up, unless it filled before."""
    if tx.one("SELECT 1 FROM deliveries WHERE id = ? AND state = 'held'", delivery):
        release(tx, registered)


def plan(tx: Transaction, kind: str, subject: int, at: float) -> None:
    """Let something happen later, even if the process dies before."""
    row = tx.insert("INSERT INTO plans (due, kind, subject) VALUES (?, ?, ?)", at, kind, subject)
    tx.due.append(Due(at, row))


def unfinished(tx: Transaction) -> None:
    """Hand the courier everything a former process left: called once, at the start."""
    for row in tx.all("SELECT * FROM deliveries WHERE state = 'pending'"):
        position = row["id"] if row["position"] is None else row["position"]
        not_before = 0.0 if row["attempts"] else row["not_before"]
        tx.waiting.append(
            Waiting(position, row["id"], row["lane"], not_before, row["phone_number_id"])
        )
    tx.due += [Due(row["due"], row["id"]) for row in tx.all("SELECT id, due FROM plans")]

"""What happened in the simulator, in order and for ever: tests and benchmarks judge by it."""

import json
import time

from pydantic import JsonValue

from inbox.simulator.world import Transaction


def note(tx: Transaction, kind: str, phone_number_id: str, **data: JsonValue) -> None:
    """Write one line, in the transaction of what it tells about."""
    tx.run(
        "INSERT INTO journal (at, kind, phone_number_id, data) VALUES (?, ?, ?, ?)",
        time.time(),
        kind,
        phone_number_id,
        json.dumps(data),
    )


def read(
    tx: Transaction, *, after: int = 0, limit: int = 1000, kind: str = "", number: str = ""
) -> dict[str, JsonValue]:
    """Give the lines after an id, oldest first; `next` is the id to ask after the next time."""
    rows = tx.all(
        "SELECT * FROM journal WHERE id > ? AND (? = '' OR kind = ?)"
        " AND (? = '' OR phone_number_id = ?) ORDER BY id LIMIT ?",
        *(after, kind, kind, number, number, limit + 1),
    )
    entries: list[JsonValue] = [
        {
            "id": row["id"],
            "at": row["at"],
            "kind": row["kind"],
            "phone_number_id": row["phone_number_id"],
            "data": json.loads(row["data"]),
        }
        for row in rows[:limit]
    ]
    last = rows[: limit or 1][-1]["id"] if rows else after
    return {"entries": entries, "next": last, "more": len(rows) > limit}


def counters(tx: Transaction) -> dict[str, JsonValue]:
    """Count the journal by kind, what is still on its way, and what was given up.

    `pending` counts webhooks not yet taken, held ones included; `planned` what is still to happen.
    """
    counts: dict[str, JsonValue] = {
        row["kind"]: row["n"]
        for row in tx.all("SELECT kind, count(*) AS n FROM journal GROUP BY kind")
    }
    states = {
        row["state"]: row["n"]
        for row in tx.all("SELECT state, count(*) AS n FROM deliveries GROUP BY state")
    }
    return {
        "journal": counts,
        "pending": states.get("pending", 0) + states.get("held", 0),
        "given_up": states.get("dead", 0),
        "planned": tx.number("SELECT count(*) FROM plans"),
    }

"""A chat as the customer's phone shows it, and what the customer does there."""

import json
import sqlite3
import time

from pydantic import JsonValue

from inbox.simulator import journal, statuses
from inbox.simulator.customers import get
from inbox.simulator.errors import Refusal
from inbox.simulator.numbers import Registered
from inbox.simulator.world import Transaction

Json = dict[str, JsonValue]


def everyone(tx: Transaction, registered: Registered) -> list[JsonValue]:
    """List the customers of a number, the latest chat first."""
    rows = tx.all(
        "SELECT c.*, max(m.at) AS last_at,"
        " coalesce(sum(m.direction = 'out' AND m.on_phone AND m.status != 'read'), 0) AS unread"
        " FROM customers c LEFT JOIN messages m ON m.customer = c.id"
        " WHERE c.phone_number_id = ? GROUP BY c.id ORDER BY last_at DESC, c.id DESC",
        registered.id,
    )
    return [person(row) | {"last_at": row["last_at"], "unread": row["unread"]} for row in rows]


def person(row: sqlite3.Row) -> Json:
    """Show a customer."""
    columns = ("wa_id", "user_id", "parent_user_id", "name", "username")
    return {name: row[name] for name in columns} | {"online": bool(row["online"])}


def show(tx: Transaction, registered: Registered, key: str, limit: int = 200) -> Json:
    """Show the last messages of a chat, oldest first, with their ticks.

    `direction` is the business's: "in" is what the customer wrote. `on_phone` is false for what
    has not reached the phone, or never will.
    """
    row = get(tx, registered, key)
    messages = tx.all(
        "SELECT * FROM (SELECT * FROM messages WHERE customer = ? ORDER BY id DESC LIMIT ?)"
        " ORDER BY id",
        *(row["id"], limit),
    )
    return {
        "customer": person(row),
        "business_is_typing": row["typing_until"] > time.time(),
        "window_open": statuses.window_is_open(row, time.time()),
        "messages": [_bubble(message) for message in messages],
    }


def _bubble(row: sqlite3.Row) -> Json:
    body: Json = json.loads(row["body"])
    return {
        "wamid": row["wamid"],
        "direction": row["direction"],
        "type": row["type"],
        "text": words(body),
        "body": body,
        "status": row["status"],
        "on_phone": bool(row["on_phone"]),
        "sequence": row["sequence"],
        "code": row["code"] if row["status"] == "failed" else None,
        "at": row["at"],
    }


def words(body: Json) -> str:
    """Give the text a phone would show for a message object; empty for wordless ones."""
    kind = body.get("type", "text")
    content = body.get(kind) if isinstance(kind, str) else None
    if not isinstance(content, dict):
        return ""
    pressed = content.get("type") if kind == "interactive" else None
    reply = content.get(pressed) if isinstance(pressed, str) else None
    if isinstance(reply, dict):
        content = reply
    for name in ("body", "caption", "emoji", "text", "title", "name"):
        value = content.get(name)
        inner = value.get("text") if isinstance(value, dict) else value
        if isinstance(inner, str):
            return inner
    return ""


def mark_read(tx: Transaction, registered: Registered, key: str) -> int:
    """Let the customer open the chat: everything in it is read; give how many were news."""
    row = get(tx, registered, key)
    if not row["online"]:
        raise Refusal("The customer's phone is off.", http=409)
    unread = tx.all(
        "SELECT id FROM messages WHERE customer = ? AND direction = 'out'"
        " AND (status = 'delivered' OR (status = 'sent' AND code IS NULL)) ORDER BY id",
        row["id"],
    )
    count = sum(statuses.read(tx, registered, message["id"]) for message in unread)
    journal.note(tx, "read_by_customer", registered.id, customer=key, messages=count)
    return count

"""The life of a sent message: sent, delivered when the phone is on, read, or failed.

The webhooks carry what Meta's do: our callback data, the recipient's ids and the price. The
`conversation` object is gone since v24.
"""

import json
import sqlite3
import time
from datetime import UTC, datetime

from pydantic import JsonValue

from inbox.simulator import deliveries
from inbox.simulator.errors import in_status
from inbox.simulator.numbers import Registered, find
from inbox.simulator.world import Transaction

HOUR = 3600.0
WINDOW = 24 * HOUR
FREE_ENTRY = 72 * HOUR
SERVICE_IS_BILLED_FROM = datetime(2026, 10, 1, tzinfo=UTC).timestamp()

MESSAGE = (
    "SELECT m.*, c.wa_id, c.user_id, c.parent_user_id, c.online"
    " FROM messages m JOIN customers c ON c.id = m.customer"
)


def window_is_open(customer: sqlite3.Row, now: float) -> bool:
    """Tell whether free-form messages reach this customer."""
    return customer["said_at"] is not None and now - customer["said_at"] <= WINDOW


def price(customer: sqlite3.Row, kind: str, now: float) -> dict[str, JsonValue]:
    """Price a message: per message (PMP), free within 72 hours of an ad click.

    Service messages were free in the window until 1 October 2026. A template is priced as utility.
    """
    category = "utility" if kind == "template" else "service"
    if customer["referred_at"] is not None and now - customer["referred_at"] <= FREE_ENTRY:
        how = "free_entry_point"
    elif now < SERVICE_IS_BILLED_FROM and window_is_open(customer, now):
        how = "free_customer_service"
    else:
        how = "regular"
    return {
        "billable": how == "regular",
        "pricing_model": "PMP",
        "type": how,
        "category": category,
    }


def begin(tx: Transaction, registered: Registered, message: int) -> int:
    """Start the life of an accepted message and give the delivery of its first status."""
    row = _get(tx, message)
    if row["status"] == "failed":
        return _tell(tx, registered, row, "failed")
    first = _tell(tx, registered, row, "sent")
    soon = time.time() + registered.number.delivered_after
    if row["code"] is not None:
        deliveries.plan(tx, "failed", message, soon)
    elif row["online"]:
        deliveries.plan(tx, "delivered", message, soon)
    return first


def happen(tx: Transaction, plan: int) -> None:
    """Let a plan come true, if it still makes sense, and forget it."""
    row = tx.one("DELETE FROM plans WHERE id = ? RETURNING kind, subject", plan)
    if row is None:
        return
    kind, subject = row["kind"], row["subject"]
    registered = _owner(tx, "deliveries" if kind == "release" else "messages", subject)
    if registered is None:
        return
    match kind:
        case "release":
            deliveries.release_if_held(tx, registered, subject)
        case "delivered":
            delivered(tx, registered, subject)
        case "read":
            read(tx, registered, subject)
        case "failed":
            _move(tx, subject, "failed", on_phone=False)
            _tell(tx, registered, _get(tx, subject), "failed")


def delivered(tx: Transaction, registered: Registered, message: int) -> None:
    """Let a message reach the phone, if it is on and the message was still under way."""
    row = _get(tx, message)
    if row["status"] != "sent" or not row["online"]:
        return
    _move(tx, message, "delivered", on_phone=True)
    if not row["hush_delivered"]:
        _tell(tx, registered, row, "delivered")
    if registered.number.read_after is not None:
        deliveries.plan(tx, "read", message, time.time() + registered.number.read_after)


def read(tx: Transaction, registered: Registered, message: int) -> bool:
    """Let a message be read, reaching the phone first if need be; tell whether that was news."""
    delivered(tx, registered, message)
    row = _get(tx, message)
    if row["status"] != "delivered":
        return False
    _move(tx, message, "read", on_phone=True)
    _tell(tx, registered, row, "read")
    return True


def catch_up(tx: Transaction, registered: Registered, customer: int) -> None:
    """Plan the arrival of what was sent while the phone was off."""
    soon = time.time() + registered.number.delivered_after
    for row in tx.all(
        "SELECT id FROM messages WHERE customer = ? AND direction = 'out' AND status = 'sent'"
        " AND code IS NULL ORDER BY id",
        customer,
    ):
        deliveries.plan(tx, "delivered", row["id"], soon)


def _owner(tx: Transaction, table: str, subject: int) -> Registered | None:
    row = tx.one(f"SELECT phone_number_id FROM {table} WHERE id = ?", subject)  # noqa: S608
    return find(tx, row["phone_number_id"]) if row else None


def _get(tx: Transaction, message: int) -> sqlite3.Row:
    row = tx.one(f"{MESSAGE} WHERE m.id = ?", message)
    assert row is not None
    return row


def _move(tx: Transaction, message: int, status: str, *, on_phone: bool) -> None:
    tx.run("UPDATE messages SET status = ?, on_phone = ? WHERE id = ?", status, on_phone, message)
    tx.run("DELETE FROM plans WHERE subject = ? AND kind IN ('delivered', ?)", message, status)


def _tell(tx: Transaction, registered: Registered, row: sqlite3.Row, status: str) -> int:
    told: dict[str, JsonValue] = {
        "id": row["wamid"],
        "status": status,
        "timestamp": str(int(time.time())),
    }
    for name, column in (
        ("recipient_id", "wa_id"),
        ("recipient_user_id", "user_id"),
        ("recipient_parent_user_id", "parent_user_id"),
        ("biz_opaque_callback_data", "callback"),
    ):
        if row[column] is not None:
            told[name] = row[column]
    if status == "failed":
        told["errors"] = [in_status(row["code"])]
    else:
        told["pricing"] = json.loads(row["pricing"])
    place = lane(registered, row["customer"])
    message = json.loads(row["body"]) if registered.number.webhook_kind == "kapso" else None
    return deliveries.put(tx, registered, place, {"statuses": [told]}, message=message)


def lane(registered: Registered, customer: int) -> str:
    """Name the lane of one customer: whatever concerns them is delivered in order."""
    return f"{registered.id}/{customer}"

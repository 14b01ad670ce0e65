"""What the business sends: weighed, stored and on its way before it is answered."""

import json
import sqlite3
import time
from dataclasses import dataclass

from pydantic import JsonValue

from inbox.simulator import customers, journal, numbers, statuses, templates, validation
from inbox.simulator.errors import GraphError
from inbox.simulator.faults import Faults, Rule, Verdict
from inbox.simulator.numbers import Registered
from inbox.simulator.world import Transaction

Json = dict[str, JsonValue]
TYPING_LASTS = 25.0


@dataclass(frozen=True)
class Accepted:
    """A send that was taken: what to answer, and what is to go wrong with the answer."""

    answer: Json
    wamid: str
    verdict: Verdict
    first_status: int


def accept(tx: Transaction, registered: Registered, body: Json) -> Accepted | Rule:
    """Take a send, or give the rule that has the simulator refuse or lose it.

    Raises GraphError for what Meta refuses itself. Outside the 24-hour window a free-form message
    is accepted like any other, and its only status is `failed` with 131047.
    """
    kind, recipient = validation.check(registered, body)
    if kind == "template" and isinstance(template := body["template"], dict):
        templates.check(tx, registered.number.waba_id, template)
    customer = customers.meet(tx, registered, recipient, known=bool(body.get("to")))
    _keep_the_pace(tx, registered.faults, registered.id, customer)
    verdict = _strike(tx, registered, customer)
    if verdict.refusal:
        return verdict.refusal
    message = _store(tx, registered, customer, kind, body, verdict)
    _note(tx, registered, message, customer, body)
    tx.run("UPDATE customers SET typing_until = 0 WHERE id = ?", customer["id"])
    first = statuses.begin(tx, registered, message["id"])
    contact: Json = {"input": body.get("to") or recipient}
    if body.get("to"):
        contact["wa_id"] = customer["wa_id"]
    if customer["user_id"]:
        contact["user_id"] = customer["user_id"]
    answer: Json = {
        "messaging_product": "whatsapp",
        "contacts": [contact],
        "messages": [{"id": message["wamid"]}],
    }
    return Accepted(answer, message["wamid"], verdict, first)


def _keep_the_pace(
    tx: Transaction, faults: Faults, phone_number_id: str, customer: sqlite3.Row
) -> None:
    now = time.time()
    if faults.throughput is not None:
        lately = tx.number(
            "SELECT count(*) FROM messages WHERE phone_number_id = ? AND at > ?",
            *(phone_number_id, now - 1),
        )
        if lately >= faults.throughput:
            raise GraphError(130429)
    if faults.pair_interval is not None and tx.one(
        "SELECT 1 FROM messages WHERE phone_number_id = ? AND direction = 'out' AND at > ?"
        " AND customer = ? LIMIT 1",
        *(phone_number_id, now - faults.pair_interval, customer["id"]),
    ):
        raise GraphError(131056)


def _strike(tx: Transaction, registered: Registered, customer: sqlite3.Row) -> Verdict:
    if not registered.faults.rules:
        return Verdict()
    recipients = {str(customer["wa_id"]), str(customer["user_id"])}
    verdict, moved = registered.faults.strike(registered.asked, recipients)
    tx.run("UPDATE numbers SET asked = asked + 1 WHERE phone_number_id = ?", registered.id)
    if moved:
        numbers.keep_faults(tx, registered.id, registered.faults)
    return verdict


def _store(
    tx: Transaction,
    registered: Registered,
    customer: sqlite3.Row,
    kind: str,
    body: Json,
    verdict: Verdict,
) -> sqlite3.Row:
    now = time.time()
    code, status = verdict.failed, "sent"
    if not customer["known"]:
        code, status = 131026, "failed"
    elif kind != "template" and not statuses.window_is_open(customer, now):
        code, status = 131047, "failed"
    callback = body.get("biz_opaque_callback_data")
    row = tx.one(
        "INSERT INTO messages (wamid, phone_number_id, customer, direction, at, type, body, status,"
        " on_phone, sequence, callback, pricing, code, hush_delivered)"
        " VALUES (?, ?, ?, 'out', ?, ?, ?, ?, 0,"
        " (SELECT coalesce(max(sequence), 0) + 1 FROM messages), ?, ?, ?, ?) RETURNING *",
        *(customers.new_wamid(), registered.id, customer["id"], now, kind, json.dumps(body)),
        *(status, callback, json.dumps(statuses.price(customer, kind, now)), code),
        verdict.skip_delivered,
    )
    assert row is not None
    return row


def _note(
    tx: Transaction, registered: Registered, message: sqlite3.Row, customer: sqlite3.Row, body: Json
) -> None:
    journal.note(
        tx,
        "send_accepted",
        registered.id,
        sequence=message["sequence"],
        wamid=message["wamid"],
        to=customer["wa_id"] or customer["user_id"],
        type=message["type"],
        biz_opaque_callback_data=message["callback"],
        body=body,
    )


def receipt(tx: Transaction, registered: Registered, body: Json) -> Json:
    """Mark a customer's message, and those before it, as read by the business.

    With a typing indicator the customer sees "typing…" until the next message, 25 s at most.
    """
    message = tx.one(
        "SELECT * FROM messages WHERE wamid = ? AND phone_number_id = ? AND direction = 'in'",
        *(body.get("message_id"), registered.id),
    )
    if message is None:
        raise GraphError(131009, "message_id: no such message was received by this number")
    tx.run(
        "UPDATE messages SET status = 'read' WHERE customer = ? AND direction = 'in' AND id <= ?",
        *(message["customer"], message["id"]),
    )
    typing = "typing_indicator" in body
    if typing:
        tx.run(
            "UPDATE customers SET typing_until = ? WHERE id = ?",
            *(time.time() + TYPING_LASTS, message["customer"]),
        )
    journal.note(tx, "read_by_business", registered.id, wamid=message["wamid"], typing=typing)
    return {"success": True}

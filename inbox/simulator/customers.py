"""Customers and their phones: what they say, what they see, when they read."""

import base64
import hashlib
import json
import re
import secrets
import sqlite3
import time

from pydantic import BaseModel, ConfigDict, FiniteFloat, JsonValue, model_validator

from inbox.simulator import deliveries, journal, statuses
from inbox.simulator.errors import Refusal
from inbox.simulator.numbers import Registered
from inbox.simulator.world import Transaction

BSUID = re.compile(r"^[A-Z]{2}\.(ENT\.)?[0-9A-Za-z]{1,128}$")
OPENS_NO_WINDOW = {"system", "request_welcome", "edit", "revoke", "unsupported"}


class Profile(BaseModel):
    """What may be set about a customer; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    wa_id: str | None = None
    user_id: str | None = None
    """An own BSUID; an empty string for a customer whom webhooks show without one."""
    parent_user_id: str | None = None
    name: str | None = None
    username: str | None = None
    online: bool | None = None


class Saying(BaseModel):
    """Something a customer sends: a text, or any message object as webhooks carry it."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = None
    message: dict[str, JsonValue] | None = None
    """Laid over the defaults (`from`, `id`, `timestamp`…); null removes a default."""
    reply_to: str | None = None
    """The wamid of the message this one quotes."""
    name: str | None = None
    at: FiniteFloat | None = None
    """When it was said, in seconds since 1970; now if left out."""

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Saying":
        if (self.text is None) == (self.message is None):
            raise ValueError("Say either a text or a message.")
        return self


def new_wamid() -> str:
    """Make a message id that looks like Meta's and never comes twice."""
    return "wamid.HBgM" + base64.b64encode(secrets.token_bytes(27)).decode()


def wa_id(phone: str) -> str:
    """Give the WhatsApp id of a phone number as people write it.

    Mexican and Argentine mobiles gain a digit (52 becomes 521, 54 becomes 549).
    """
    digits = re.sub(r"\D", "", phone)
    for country, mobile in (("52", "521"), ("54", "549")):
        if digits.startswith(country) and len(digits) == 12:
            return mobile + digits[2:]
    return digits


def find(tx: Transaction, registered: Registered, key: str) -> sqlite3.Row | None:
    """Find a customer of a number by phone, BSUID or parent BSUID."""
    if BSUID.match(key):
        return tx.one(
            "SELECT * FROM customers WHERE phone_number_id = ? AND ? IN (user_id, parent_user_id)",
            *(registered.id, key),
        )
    return tx.one(
        "SELECT * FROM customers WHERE phone_number_id = ? AND wa_id = ?",
        *(registered.id, wa_id(key)),
    )


def get(tx: Transaction, registered: Registered, key: str) -> sqlite3.Row:
    """Find a customer or refuse with 404."""
    row = find(tx, registered, key)
    if row is None:
        raise Refusal(f"{registered.id} has no customer {key}.", http=404)
    return row


def meet(tx: Transaction, registered: Registered, key: str, *, known: bool = True) -> sqlite3.Row:
    """Find a customer, or add one: by phone (they get a BSUID too) or by BSUID alone."""
    row = find(tx, registered, key)
    if row is None:
        phone = None if BSUID.match(key) else wa_id(key)
        if phone == "":
            raise Refusal(f"{key!r} is neither a phone number nor a BSUID.")
        tx.run(
            "INSERT INTO customers (phone_number_id, wa_id, user_id, known) VALUES (?, ?, ?, ?)",
            *(registered.id, phone, _own_bsuid(registered, phone) if phone else key, known),
        )
    elif known and not row["known"]:
        tx.run("UPDATE customers SET known = 1 WHERE id = ?", row["id"])
    return get(tx, registered, key)


def _own_bsuid(registered: Registered, phone: str) -> str:
    """Make the BSUID of a phone: scoped to the business, the same in every run."""
    country = {"57": "CO", "52": "MX", "54": "AR", "34": "ES"}.get(phone[:2], "US")
    scoped = hashlib.sha256(f"{registered.number.waba_id}:{phone}".encode()).hexdigest()
    return f"{country}.{int(scoped, 16) % 10**20:020d}"


def change(tx: Transaction, registered: Registered, key: str, profile: Profile) -> sqlite3.Row:
    """Add a customer or change one; a phone that comes back on gets what waited for it."""
    row = meet(tx, registered, key)
    given = profile.model_dump(exclude_none=True)
    if "wa_id" in given:
        given["wa_id"] = wa_id(given["wa_id"]) or None
    if "user_id" in given:
        given["user_id"] = given["user_id"] or None
    try:
        for column, value in given.items():
            tx.run(f"UPDATE customers SET {column} = ? WHERE id = ?", value, row["id"])  # noqa: S608
    except sqlite3.IntegrityError:
        raise Refusal("Another customer has that wa_id or BSUID.", http=409) from None
    if profile.online and not row["online"]:
        statuses.catch_up(tx, registered, row["id"])
    changed = tx.one("SELECT * FROM customers WHERE id = ?", row["id"])
    assert changed is not None
    if changed["wa_id"] is None and changed["user_id"] is None:
        raise Refusal("A customer needs a wa_id or a BSUID.")
    return changed


def say(tx: Transaction, registered: Registered, key: str, saying: Saying) -> dict[str, JsonValue]:
    """Let a customer say something: stored, and a webhook on its way."""
    row = meet(tx, registered, key)
    if saying.name is not None:
        row = change(tx, registered, key, Profile(name=saying.name))
    at = saying.at if saying.at is not None else time.time()
    message = message_of(registered, row, saying, at)
    wamid, kind = str(message.get("id", "")), str(message.get("type", "unknown"))
    try:
        tx.run(
            "INSERT INTO messages (wamid, phone_number_id, customer, direction, at, type, body,"
            " status, on_phone) VALUES (?, ?, ?, 'in', ?, ?, ?, 'sent', 1)",
            *(wamid, registered.id, row["id"], at, kind, json.dumps(message)),
        )
    except sqlite3.IntegrityError:
        raise Refusal(f"There already is a message {wamid}.", http=409) from None
    _open_windows(tx, row, message, kind, at)
    value: dict[str, JsonValue] = {"contacts": [_contact(row)], "messages": [message]}
    delivery = deliveries.put(tx, registered, statuses.lane(registered, row["id"]), value)
    journal.note(tx, "said", registered.id, wamid=wamid, type=kind, customer=key)
    return {"wamid": wamid, "delivery": delivery}


def message_of(
    registered: Registered, row: sqlite3.Row, saying: Saying, at: float
) -> dict[str, JsonValue]:
    """Give the message object that says it, as a webhook carries it."""
    message: dict[str, JsonValue] = {
        "from": row["wa_id"],
        "from_user_id": row["user_id"],
        "from_parent_user_id": row["parent_user_id"],
        "id": new_wamid(),
        "timestamp": str(int(at)),
        "type": "text",
    }
    if saying.reply_to:
        sender = registered.number.display_phone_number
        message["context"] = {"from": re.sub(r"\D", "", sender), "id": saying.reply_to}
    message |= {"text": {"body": saying.text}} if saying.message is None else saying.message
    return {name: value for name, value in message.items() if value is not None}


def _contact(row: sqlite3.Row) -> dict[str, JsonValue]:
    profile: dict[str, JsonValue] = {"name": row["name"]}
    if row["username"]:
        profile["username"] = row["username"]
    ids = ("wa_id", "user_id", "parent_user_id")
    return {"profile": profile} | {name: row[name] for name in ids if row[name] is not None}


def _open_windows(
    tx: Transaction, row: sqlite3.Row, message: dict[str, JsonValue], kind: str, at: float
) -> None:
    if kind not in OPENS_NO_WINDOW:
        tx.run(
            "UPDATE customers SET said_at = max(coalesce(said_at, 0), ?) WHERE id = ?",
            *(at, row["id"]),
        )
    if "referral" in message:
        tx.run("UPDATE customers SET referred_at = ? WHERE id = ?", at, row["id"])

"""What happens besides messages and reports: the control side lets it, webhooks tell of it.

Shapes: Meta, "Webhooks" (fields `smb_message_echoes`, `history`, `message_template_status_update`)
and "Business-scoped user IDs" (system messages of a change of number).
"""

import json
import time
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from inbox.simulator import customers, deliveries, journal, statuses, templates
from inbox.simulator.customers import Profile, Saying
from inbox.simulator.dialects import Json
from inbox.simulator.numbers import Registered
from inbox.simulator.world import Transaction


class Change(BaseModel):
    """Any change of a webhook field, told as it is; `metadata` is added where it belongs."""

    model_config = ConfigDict(extra="forbid")

    field: Annotated[str, Field(min_length=1, max_length=100)]
    value: dict[str, JsonValue]


class NewNumber(BaseModel):
    """A customer's new phone number, and whether a new business-scoped id came with it."""

    model_config = ConfigDict(extra="forbid")

    wa_id: str
    user_id: str | None = None


class TemplateStatus(BaseModel):
    """What Meta decided about a template."""

    model_config = ConfigDict(extra="forbid")

    name: str
    language: str
    status: str
    reason: str = "NONE"


def tell(tx: Transaction, registered: Registered, change: Change) -> int:
    """Put a webhook about any field on its way and give the delivery's id."""
    place = f"{registered.id}/{change.field}"
    journal.note(tx, "told", registered.id, field=change.field)
    return deliveries.put(tx, registered, place, change.value, field=change.field)


def echo(tx: Transaction, registered: Registered, key: str, saying: Saying) -> Json:
    """Let the business write on its own phone: the customer has it, a webhook tells us."""
    row = customers.meet(tx, registered, key)
    at = saying.at if saying.at is not None else time.time()
    said = customers.message_of(registered, row, saying, at)
    ids = {f"to{name.removeprefix('from')}": said.pop(name)
           for name in ("from", "from_user_id", "from_parent_user_id") if name in said}  # fmt: skip
    sender = "".join(filter(str.isdigit, registered.number.display_phone_number))
    message: Json = {"from": sender} | ids | said
    tx.run(
        "INSERT INTO messages (wamid, phone_number_id, customer, direction, at, type, body,"
        " status, on_phone) VALUES (?, ?, ?, 'out', ?, ?, ?, 'delivered', 1)",
        *(message["id"], registered.id, row["id"], at, message["type"], json.dumps(message)),
    )
    value: Json = {"message_echoes": [message]}
    place = statuses.lane(registered, row["id"])
    delivery = deliveries.put(tx, registered, place, value, field="smb_message_echoes")
    journal.note(tx, "echoed", registered.id, wamid=message["id"], customer=key)
    return {"wamid": message["id"], "delivery": delivery}


def change_number(tx: Transaction, registered: Registered, key: str, new: NewNumber) -> Json:
    """Let a customer change the phone number: they keep their chat, and a system message tells."""
    before = customers.get(tx, registered, key)
    body = f"User A changed from {before['wa_id']} to {new.wa_id}"
    system: Json = {"body": body, "type": "user_changed_number", "wa_id": new.wa_id}
    if new.user_id:
        system["user_id"] = new.user_id
    told = customers.say(tx, registered, key, Saying(message={"type": "system", "system": system}))
    changes = Profile(wa_id=new.wa_id, user_id=new.user_id)
    customers.change(tx, registered, key, changes)
    return told


def decide(tx: Transaction, registered: Registered, told: TemplateStatus) -> int:
    """Change a template's status and tell the business, as Meta does."""
    found = templates.change_status(
        tx, registered.number.waba_id, told.name, told.language, told.status
    )
    value: Json = {
        "event": told.status,
        "message_template_id": int(str(found["id"])),
        "message_template_name": told.name,
        "message_template_language": told.language,
        "reason": told.reason,
    }
    return tell(tx, registered, Change(field="message_template_status_update", value=value))

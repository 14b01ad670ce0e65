"""How a change is taken back: from what it was called with and the facts it recorded.

Each function returns the call that undoes another, or None when this one cannot be undone: then
the assistant asks before it makes it. `before` is how the rows looked that it changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .values import Call

Events = Sequence[Mapping[str, Any]]
Undo = Callable[[Events, Mapping[str, Any]], Call | None]

ORDER_INPUTS = {"description": "notes", "shipping_department": "department"}
"""Where `crm.order.update` calls an input otherwise than the fact its field."""

TASK_INPUTS = {"due_at": "due", "assigned_to_id": "assigned_to"}
CLEARED = {"due_at": "due", "assigned_to_id": "assigned_to"}


def facts_of(events: Events, name: str) -> Mapping[str, Any]:
    """Return what the first fact of this name says; empty when there is none."""
    return next((event["facts"] for event in events if event["name"] == name), {})


def contact_updated(events: Events, before: Mapping[str, Any]) -> Call | None:
    """Give a contact's fields their old values; a name it never had cannot be put back."""
    facts = facts_of(events, "contact.updated")
    old = {name: change["old"] or "" for name, change in facts["changes"].items()}
    if old.get("name") == "":
        return None
    return Call(name="crm.contact.update", inputs={"contact": facts["contact"], **old})


def fields_updated(events: Events, before: Mapping[str, Any]) -> Call | None:
    """Give a contact's own fields their old values; null removes one that was not there."""
    facts = facts_of(events, "contact.updated")
    old = {name.partition(".")[2]: change["old"] for name, change in facts["changes"].items()}
    return Call(name="crm.custom-field.update", inputs={"contact": facts["contact"], "fields": old})


def contact_created(events: Events, before: Mapping[str, Any]) -> Call | None:
    """Delete the contact again."""
    made = facts_of(events, "contact.created")
    return Call(name="crm.contact.delete", inputs={"contact": made["contact"]})


def tag_added(events: Events, before: Mapping[str, Any]) -> Call | None:
    """Take the tag off again."""
    return Call(name="crm.tag.remove", inputs=_tagged(facts_of(events, "tag.assigned")))


def tag_removed(events: Events, before: Mapping[str, Any]) -> Call | None:
    """Put the tag on again."""
    return Call(name="crm.tag.add", inputs=_tagged(facts_of(events, "tag.removed")))


def note_created(events: Events, before: Mapping[str, Any]) -> Call | None:
    """Delete the note again: its author may."""
    return Call(name="crm.note.delete", inputs={"note": facts_of(events, "note.created")["note"]})


def order_moved(events: Events, before: Mapping[str, Any]) -> Call | None:
    """Move the order back, if it still is where it was moved to."""
    facts = facts_of(events, "order.moved")
    return Call(
        name="crm.order.updateStatus",
        inputs={
            "order": facts["order"],
            "stage": facts["from_stage"],
            "expected": facts["to_stage"],
        },
    )


def order_updated(events: Events, before: Mapping[str, Any]) -> Call | None:
    """Give an order's fields and lines their old values; an order keeps the contact it got."""
    facts = facts_of(events, "order.updated")
    old: dict[str, Any] = {}
    for field, change in facts["changes"].items():
        if field == "total":
            continue
        if change["old"] in (None, []):
            return None
        old[ORDER_INPUTS.get(field, field)] = change["old"]
    if "products" in old:
        old["products"] = [
            {"name": line["title"], "sku": line["sku"], "quantity": line["quantity"],
             "price": str(line["unit_price"])}
            for line in old["products"]
        ]  # fmt: skip
    return Call(name="crm.order.update", inputs={"order": facts["order"], **old})


def task_created(events: Events, before: Mapping[str, Any]) -> Call | None:
    """Complete the task: there is no deleting one, and what is completed asks nobody."""
    made = facts_of(events, "task.created")
    return Call(name="crm.task.complete", inputs={"task": made["task"]})


def task_updated(events: Events, before: Mapping[str, Any]) -> Call | None:
    """Give a task its old values and its old status."""
    was = before.get("task", {})
    facts = facts_of(events, "task.updated")
    old: dict[str, Any] = {}
    clear = []
    for field, change in facts.get("changes", {}).items():
        if change["old"] is None:
            clear.append(CLEARED[field])
        else:
            old[TASK_INPUTS.get(field, field)] = change["old"]
    if any(event["name"] in ("task.completed", "task.reopened") for event in events):
        old["status"] = was["status"]
    if clear:
        old["clear"] = clear
    return Call(name="crm.task.update", inputs={"task": was["id"], **old})


def conversation_assigned(events: Events, before: Mapping[str, Any]) -> Call | None:
    """Assign it to whom it was assigned before, or to nobody."""
    facts = facts_of(events, "conversation.assigned")
    inputs = {"conversation": facts["conversation"], "user": facts["from_user"]}
    return Call(name="whatsapp.conversation.assign", inputs=inputs)


def conversation_closed(events: Events, before: Mapping[str, Any]) -> Call | None:
    """Open it again."""
    facts = facts_of(events, "conversation.archived")
    inputs = {"conversation": facts["conversation"]}
    return Call(name="whatsapp.conversation.reopen", inputs=inputs)


def conversation_reopened(events: Events, before: Mapping[str, Any]) -> Call | None:
    """Close it again."""
    facts = facts_of(events, "conversation.archived")
    return Call(name="whatsapp.conversation.close", inputs={"conversation": facts["conversation"]})


def _tagged(facts: Mapping[str, Any]) -> dict[str, Any]:
    bearer = "order" if facts["on"] == "order" else "contact"
    return {bearer: facts[bearer], "tag": facts["tag"]}

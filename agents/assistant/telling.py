"""What came of a wish, in words for the member who asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from crm.facts.fields import label, said
from morfx.events.ledger import sentence
from morfx.events.models import Event

from .values import Step

Row = Mapping[str, Any]

WRITTEN = {
    "crm.note.create": "content",
    "whatsapp.message.send": "text",
    "crm.task.create": "title",
}
"""Operations whose facts do not carry the words that matter, and the input that does."""

EMPTY: tuple[object, ...] = (None, "", [])
NAMED = ("tag.assigned", "tag.removed", "order.moved", "order.deleted", "contact.deleted")
"""Facts of things that a card calls by their title."""


def told(steps: Iterable[Step]) -> str:
    """Say what came of the changes among some steps; reads are told by who asked for them."""
    lines = [_step(step) for step in steps if step.came != "read"]
    return "\n".join(dict.fromkeys(lines))


def _step(step: Step) -> str:
    if step.refusal is not None:
        hint = str(step.refusal.get("suggestion", ""))
        return f"{step.refusal['message']} {hint}".strip()
    if step.came == "nothing":
        return _("It is so already: nothing to change.")
    if step.came == "done":
        return " ".join(sentences(step.events))
    if step.came == "shown":
        return _("I would do this; nothing was done:")
    return f"{why(step.why_ask)} {_('Shall I?')}"


def why(code: str) -> str:
    """Say why the assistant asks before a change."""
    known = {
        "deletes": _("What is deleted cannot be brought back."),
        "sends": _("The customer will read this."),
        "creates": _("This is a new sale."),
        "silences": _("This decides who answers the customer."),
        "cannot_undo": _("This cannot be undone."),
        "hearsay": _("I have read what others wrote, so I ask before I change anything."),
        "many": _("These are many changes at once."),
    }
    return known.get(code, "")


def sentences(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """Say what some facts say, each in its own words."""
    return [sentence(Event(name=event["name"], facts=event["facts"])) for event in events]


def details(operation: str, inputs: Row, events: Iterable[Row]) -> list[dict[str, str]]:
    """Return what a change is about, `{label, old, new}`: the facts' own before and after."""
    found: list[dict[str, str]] = []
    if text := str(inputs.get(WRITTEN.get(operation, ""), "")):
        found.append(_detail("", text))
    for event in events:
        facts, name = event["facts"], event["name"]
        for field, change in (facts.get("changes") or {}).items():
            old = "" if change["old"] in EMPTY else shown(field, change["old"])
            new = shown(field, change["new"])
            found.append({"label": label(field), "old": old, "new": new})
        if name in NAMED:
            found.append(_detail("", str(facts["title"])))
        if name == "order.moved":
            found.append({"label": "", "old": facts["from_name"], "new": facts["to_name"]})
        if name == "order.created" and inputs.get("products"):
            items = [f"{item.get('quantity', 1)} × {item['name']}" for item in inputs["products"]]
            found.append(_detail("", ", ".join(items)))
        if name == "task.created" and facts.get("due_at"):
            found.append(_detail(label("due_at"), shown("due_at", facts["due_at"])))
        if name in ("order.created", "order.deleted") and facts.get("total"):
            amount = money({"amount": facts["total"], "currency": facts["currency"]})
            found.append(_detail(label("total"), amount))
    return found


def _detail(name: str, value: str) -> dict[str, str]:
    return {"label": name, "old": "", "new": value}


def shown(field: str, value: object) -> str:
    """Return a field's value for people."""
    if value in EMPTY:
        return "—"
    if field == "products" and isinstance(value, list):
        return ", ".join(f"{line['quantity']} × {line['title']}" for line in value)
    if field in ("due_at", "created_at"):
        return moment(str(value))
    return str(said(field, value))


def moment(iso: str) -> str:
    """Return a moment as people read it, in the time zone of the page."""
    at = parse_datetime(iso)
    return formats.date_format(localtime(at), "j M Y, H:i") if at else iso


def money(value: Row) -> str:
    """Return an amount; pesos without cents."""
    places = 0 if value["currency"] == "COP" else 2
    amount = formats.number_format(Decimal(str(value["amount"])), places, force_grouping=True)
    return f"$ {amount}" if value["currency"] == "COP" else f"{value['currency']} {amount}"


def order_line(order: Row) -> str:
    """Return an order on one line: number, what, stage, total, day."""
    title = str(order["name"]) or f"#{str(order['id'])[-6:].upper()}"
    at = parse_datetime(str(order["created_at"]))
    day = formats.date_format(localtime(at), "j M Y") if at else ""
    parts = [title, bought(order["lines"]), str(order["stage"]["name"]), money(order["total"]), day]
    return " · ".join(part for part in parts if part)


def bought(lines: Sequence[Row]) -> str:
    """Return what an order consists of."""
    return ", ".join(f"{line['quantity']} × {line['title']}" for line in lines)

"""Questions about a customer, answered from lookups: what was bought, where it is, what is due."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import telling
from .grammar.wish import Wish
from .grammar.words import ORDER_WORDS, flat
from .subject import Finder, Row, title_of

MOST = 8
"""Rows that an answer lists."""

FIELDS = {
    "nombre": "name", "name": "name", "telefono": "phone", "celular": "phone", "numero": "phone",
    "phone": "phone", "correo": "email", "mail": "email", "email": "email", "e-mail": "email",
    "direccion": "address", "address": "address", "ciudad": "city", "city": "city",
    "departamento": "department", "department": "department",
}  # fmt: skip
"""What people call a contact's fields; only the first word counts."""


def field_of(words: str) -> str:
    """Return the field a member names; empty for what is none."""
    return FIELDS.get(flat(words).split()[0], "") if words else ""


def bought(find: Finder, wish: Wish) -> str:
    """Say what a customer bought last."""
    contact = find.contact(wish.get("who"))
    orders = find.orders(contact)
    if not orders:
        return _none(contact)
    last = orders[0]
    return _("%(name)s bought: %(what)s\n%(order)s") % {
        "name": contact["name"],
        "what": telling.bought(last["lines"]) or "—",
        "order": telling.order_line(last),
    }


def orders(find: Finder, wish: Wish) -> str:
    """List a customer's orders."""
    contact = find.contact(wish.get("who"))
    rows = find.orders(contact)
    if not rows:
        return _none(contact)
    head = ngettext("%(count)s order of %(name)s:", "%(count)s orders of %(name)s:", len(rows)) % {
        "count": len(rows),
        "name": contact["name"],
    }
    return _listed(head, [telling.order_line(row) for row in rows])


def spent(find: Finder, wish: Wish) -> str:
    """Say what a customer's orders come to."""
    contact = find.contact(wish.get("who"))
    rows = find.orders(contact)
    if not rows:
        return _none(contact)
    currency = rows[0]["total"]["currency"]
    same = [row for row in rows if row["total"]["currency"] == currency]
    total = sum((Decimal(row["total"]["amount"]) for row in same), Decimal(0))
    return ngettext(
        "%(name)s: %(total)s in %(count)s order.",
        "%(name)s: %(total)s in %(count)s orders.",
        len(same),
    ) % {
        "name": contact["name"],
        "total": telling.money({"amount": total, "currency": currency}),
        "count": len(same),
    }


def status(find: Finder, wish: Wish) -> str:
    """Say where a customer's order is."""
    contact = find.contact(wish.get("who"))
    order = find.order(contact, wish.get("order"), last=not wish.get("order"))
    parcel = " ".join(part for part in (order["carrier"], order["tracking_number"]) if part)
    line = _("%(order)s is in “%(stage)s”.") % {
        "order": title_of(order),
        "stage": order["stage"]["name"],
    }
    return f"{line} {parcel}".strip()


def tell(find: Finder, wish: Wish) -> str:
    """Say one field of a customer, or where an order goes."""
    field = field_of(wish.get("field"))
    if ORDER_WORDS.match(flat(wish.get("who"))) and field in ("address", "city"):
        order = find.order(find.contact(), last=True)
        return telling.shown(field, order[f"shipping_{field}"])
    contact = find.contact(wish.get("who"))
    return f"{contact['name']}: {telling.shown(field, contact[field])}"


def tags(find: Finder, wish: Wish) -> str:
    """List a customer's tags."""
    contact = find.contact(wish.get("who"))
    names = ", ".join(contact["tags"]) or _("no tags")
    return f"{contact['name']}: {names}"


def notes(find: Finder, wish: Wish) -> str:
    """List a customer's notes, the newest first."""
    contact = find.contact(wish.get("who"))
    rows = find.read("crm.note.list", contact=contact["id"], limit=MOST)["items"]
    if not rows:
        return _("There are no notes about %(name)s.") % {"name": contact["name"]}
    return _listed(
        _("Notes about %(name)s:") % {"name": contact["name"]},
        [f"{telling.moment(str(row['created_at']))} — {row['content'][:300]}" for row in rows],
    )


def tasks(find: Finder, wish: Wish) -> str:
    """List what is to do: for the customer in question, else for everybody."""
    rows = open_tasks(find, wish.get("who"))
    if not rows:
        return _("Nothing is to do.")
    lines = [
        f"{row['title']} ({telling.moment(str(row['due_at']))})" if row["due_at"] else row["title"]
        for row in rows
    ]
    return _listed(_("To do:"), lines)


def open_tasks(find: Finder, who: str) -> list[Row]:
    """Return open tasks: the customer's and the conversation's, or all when there is neither."""
    if not who and not find.subject.contact:
        found: list[Row] = find.read("crm.task.list", status="open", limit=MOST)["items"]
        return found
    contact = find.contact(who)
    rows = find.read("crm.task.list", status="open", contact=contact["id"], limit=MOST)["items"]
    if find.subject.conversation and contact["id"] == find.subject.contact:
        chat = find.subject.conversation
        rows += find.read("crm.task.list", status="open", conversation=chat, limit=MOST)["items"]
    for order in find.orders(contact)[:3]:
        rows += find.read("crm.task.list", status="open", order=order["id"], limit=MOST)["items"]
    return list(rows)


def who(find: Finder, wish: Wish) -> str:
    """Say who a customer is."""
    contact = find.contact(wish.get("who"))
    lines = [contact["phone"], contact["email"], contact["address"]]
    lines.append(", ".join(part for part in (contact["city"], contact["department"]) if part))
    lines.append(", ".join(contact["tags"]))
    return _listed(str(contact["name"] or "—"), [line for line in lines if line])


def found(find: Finder, wish: Wish) -> str:
    """Find contacts."""
    wanted = wish.get("who")
    rows = find.read("crm.contact.list", search=wanted, limit=MOST)["items"]
    if not rows:
        return _("I find nobody called “%(who)s”.") % {"who": wanted}
    lines = [" · ".join(p for p in (r["name"], r["phone"], r["city"]) if p) for r in rows]
    return _listed(_("I found:"), lines)


def _none(contact: Row) -> str:
    return _("%(name)s has no orders.") % {"name": contact["name"]}


def _listed(head: str, lines: list[str]) -> str:
    more = _("… and %(count)s more.") % {"count": len(lines) - MOST} if len(lines) > MOST else ""
    rows = [f"· {line}" for line in lines[:MOST]]
    return "\n".join([head, *rows, *([more] if more else [])])


ANSWERS: Mapping[str, Callable[[Finder, Wish], str]] = {
    "bought": bought,
    "orders": orders,
    "spent": spent,
    "status": status,
    "tell": tell,
    "tags": tags,
    "notes": notes,
    "tasks": tasks,
    "who": who,
    "find": found,
}

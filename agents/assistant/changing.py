"""Wishes that change something: each becomes one call of the catalogue, made by the hands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from morfx.workspaces.models import Membership

from .answering import field_of, open_tasks
from .grammar.moments import due_in
from .grammar.wish import Wish
from .grammar.words import ORDER_WORDS, flat
from .subject import Finder, Row, Unclear
from .values import Call


def move(find: Finder, wish: Wish) -> Call:
    """Move an order to the stage that is meant."""
    order = _order(find, wish)
    stage = find.stage(order, wish.get("stage"))
    inputs = {"order": order["id"], "stage": stage["id"], "expected": order["stage"]["id"]}
    return Call(name="crm.order.updateStatus", inputs=inputs)


def lose(find: Finder, wish: Wish) -> Call:
    """Move an order to where cancelled ones go."""
    order = _order(find, wish)
    inputs = {"order": order["id"], "stage": find.stage(order, "cancel")["id"]}
    return Call(name="crm.order.updateStatus", inputs=inputs)


def tag(find: Finder, wish: Wish) -> Call:
    """Put a tag on the contact, or on the order if that is what was named."""
    return Call(name="crm.tag.add", inputs=_tagging(find, wish))


def untag(find: Finder, wish: Wish) -> Call:
    """Take a tag off."""
    return Call(name="crm.tag.remove", inputs=_tagging(find, wish))


def note(find: Finder, wish: Wish) -> Call:
    """Write a note about the contact."""
    contact = find.contact(wish.get("who"))
    inputs = {"contact": contact["id"], "content": wish.get("text")}
    return Call(name="crm.note.create", inputs=inputs)


def task(find: Finder, wish: Wish) -> Call:
    """Make a task about what the talk is about, due when the words say."""
    due = due_in(wish.get("text"), find.subject.now)
    connecting = r"^(?:[\s:,.-]|\b(?:que|de|para|to|that|about|sobre|es|is)\b)+"
    title = re.sub(connecting, "", due.rest, flags=re.I).strip(" .,:;-")
    if not title:
        raise Unclear(_("What is to be done? For example: “task tomorrow at 3 pm: call her”."))
    inputs: dict[str, Any] = {"title": title[:1].upper() + title[1:200]}
    if due.at is not None:
        inputs["due"] = due.at.isoformat()
    if find.subject.conversation:
        inputs["conversation"] = find.subject.conversation
    elif find.subject.contact:
        inputs["contact"] = find.subject.contact
    return Call(name="crm.task.create", inputs=inputs)


def finish(find: Finder, wish: Wish) -> Call:
    """Complete the open task that is named, or the only one."""
    wanted, rows = flat(wish.get("title")), open_tasks(find, "")
    if wanted:
        rows = [row for row in rows if wanted in flat(row["title"])]
    if not rows:
        raise Unclear(_("I find no such open task."))
    if len(rows) > 1:
        titles = "\n".join(f"· {row['title']}" for row in rows)
        raise Unclear(_("Which task?\n%(titles)s") % {"titles": titles})
    return Call(name="crm.task.complete", inputs={"task": rows[0]["id"]})


def send(find: Finder, wish: Wish) -> Call:
    """Write to the customer; it always asks first."""
    text = wish.get("text").strip("\"“”'«»")
    text = text[:1].upper() + text[1:]
    if find.subject.conversation:
        inputs = {"conversation": find.subject.conversation, "text": text}
    else:
        inputs = {"contact": find.contact()["id"], "text": text}
    return Call(name="whatsapp.message.send", inputs=inputs)


def field(find: Finder, wish: Wish) -> Call:
    """Change a field of the contact, or where an order goes."""
    name, value = field_of(wish.get("field")), wish.get("value")
    if ORDER_WORDS.match(flat(wish.get("who"))):
        order = find.order(find.contact())
        known = {"address": "shipping_address", "city": "shipping_city", "name": "name"}
        inputs = {"order": order["id"], known.get(name, name): value}
        return Call(name="crm.order.update", inputs=inputs)
    contact = find.contact(wish.get("who"))
    return Call(name="crm.contact.update", inputs={"contact": contact["id"], name: value})


def track(find: Finder, wish: Wish) -> Call:
    """Note the parcel's number, and its carrier if named."""
    order = find.order(find.contact(), last=True)
    inputs = {"order": order["id"], "tracking_number": wish.get("number")}
    if carrier := wish.get("carrier"):
        inputs["carrier"] = carrier
    return Call(name="crm.order.update", inputs=inputs)


def delete(find: Finder, wish: Wish) -> Call:
    """Delete one order, the last note, or the contact; never several at once."""
    if wish.get("all"):
        raise Unclear(_("I delete one thing at a time. Say which one."))
    what = flat(wish.get("what"))
    contact = find.contact(wish.get("who"))
    if what in ("contacto", "contact"):
        return Call(name="crm.contact.delete", inputs={"contact": contact["id"]})
    if what in ("nota", "note"):
        notes = find.read("crm.note.list", contact=contact["id"], limit=1)["items"]
        if not notes:
            raise Unclear(_("There are no notes about %(name)s.") % {"name": contact["name"]})
        return Call(name="crm.note.delete", inputs={"note": notes[0]["id"]})
    return Call(name="crm.order.delete", inputs={"order": _order(find, wish)["id"]})


def sell(find: Finder, wish: Wish) -> Call:
    """Make an order for the contact; it always asks first."""
    contact = find.contact()
    product, quantity = find.product(wish.get("product"))
    item = {"name": product["title"], "sku": product["sku"], "quantity": quantity}
    inputs = {
        "contact": contact["id"],
        "products": [item],
        "shipping_address": contact["address"],
        "shipping_city": contact["city"],
        "department": contact["department"],
    }
    return Call(name="crm.order.create", inputs=inputs)


def close(find: Finder, wish: Wish) -> Call:
    """Close the conversation the talk is about."""
    return Call(name="whatsapp.conversation.close", inputs=_chat(find))


def reopen(find: Finder, wish: Wish) -> Call:
    """Open it again."""
    return Call(name="whatsapp.conversation.reopen", inputs=_chat(find))


def assign(find: Finder, wish: Wish) -> Call:
    """Assign the conversation to a member, by name."""
    wanted = flat(wish.get("member"))
    with transaction.atomic():
        members = [one.user for one in Membership.objects.select_related("user")]
    exact = [user for user in members if wanted in (flat(user.name), flat(user.email))]
    found = exact or [user for user in members if wanted in flat(user.name)]
    if len(found) != 1:
        names = ", ".join(user.name or user.email for user in found or members)
        raise Unclear(_("Whom? Members are: %(names)s.") % {"names": names})
    inputs = {**_chat(find), "user": found[0].pk}
    return Call(name="whatsapp.conversation.assign", inputs=inputs)


def _order(find: Finder, wish: Wish) -> Row:
    contact = find.contact(wish.get("who"))
    number = wish.get("order") or wish.get("number")
    return find.order(contact, number, last=bool(wish.get("last")))


def _tagging(find: Finder, wish: Wish) -> dict[str, Any]:
    label = wish.get("tag").strip("\"“”'«»")
    who = re.sub(r"^(?:a|al)\s+", "", flat(wish.get("who")))
    if named := ORDER_WORDS.match(who):
        order = find.order(find.contact(), (named["order"] or "").upper())
        return {"order": order["id"], "tag": label}
    return {"contact": find.contact(wish.get("who"))["id"], "tag": label}


def _chat(find: Finder) -> dict[str, Any]:
    if not find.subject.conversation:
        raise Unclear(_("Ask me from the conversation you mean."))
    return {"conversation": find.subject.conversation}


CHANGES: Mapping[str, Callable[[Finder, Wish], Call]] = {
    "move": move,
    "lose": lose,
    "tag": tag,
    "untag": untag,
    "note": note,
    "task": task,
    "finish": finish,
    "send": send,
    "field": field,
    "track": track,
    "delete": delete,
    "sell": sell,
    "close": close,
    "reopen": reopen,
    "assign": assign,
}

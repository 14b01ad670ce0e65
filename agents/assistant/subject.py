"""What a talk is about, and finding what members mean: the contact, the order, the stage."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from agents.models import AssistantTalk
from morfx.workspaces.models import Workspace

from .grammar.words import flat, is_customer
from .hands import Hands
from .telling import order_line
from .values import Call

Row = Mapping[str, Any]

MEANINGS = (
    ("dispatch", "ship", "sent", "send", "despach", "envi", "transit", "camino"),
    ("deliver", "entreg", "received", "recibid"),
    ("paid", "pay", "pag"),
    ("confirm",),
    ("cancel", "lost", "lose", "perdid", "anul", "reject", "rechaz"),
    ("return", "devol", "devuel"),
    ("new", "nuev"),
    ("prepar", "pack", "empac", "alist"),
    ("done", "won", "win", "ganad", "complet", "finish", "termin", "finaliz"),
    ("pending", "pendient", "wait", "esper"),
)
"""Beginnings of words that mean the same kind of stage, in both languages."""


class Unclear(Exception):
    """It cannot be told what is meant; the message asks, or says what there is."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Whom a talk is about, and what time it is there."""

    contact: str = ""
    """The contact's id; empty when the talk is about nobody."""
    conversation: str = ""
    now: datetime

    @classmethod
    def of(cls, talk: AssistantTalk) -> Subject:
        """Read it: the talk's own contact, or the one of its conversation."""
        zone = Workspace.objects.values_list("time_zone", flat=True).get(pk=talk.workspace_id)
        contact = talk.contact_id
        if contact is None and talk.conversation is not None:
            contact = talk.conversation.contact_id
        return cls(
            contact=str(contact or ""),
            conversation=str(talk.conversation_id or ""),
            now=timezone.now().astimezone(ZoneInfo(zone)),
        )


@dataclass(kw_only=True)
class Finder:
    """Finds rows by lookups, under the member's permissions. Raises Unclear when it cannot."""

    hands: Hands
    subject: Subject

    def read(self, name: str, **inputs: Any) -> Any:
        """Return what a lookup reads; raise Unclear with its refusal."""
        step = self.hands.call(Call(name=name, inputs=inputs))
        if step.refusal is not None:
            raise Unclear(str(step.refusal["message"]))
        return step.data

    def contact(self, who: str = "") -> Row:
        """Return the contact somebody names, or the one the talk is about."""
        who = re.sub(r"^(?:a|al|a la|el cliente|la clienta)\s+", "", who.strip(), flags=re.I)
        if is_customer(who):
            if not self.subject.contact:
                raise Unclear(_("Whom do you mean? Name the contact, or ask from a conversation."))
            found: Row = self.read("crm.contact.read", contact=self.subject.contact)
            return found
        rows = self.read("crm.contact.list", search=who, limit=6)["items"]
        exact = [row for row in rows if flat(row["name"]) == flat(who)]
        rows = exact or rows
        if not rows:
            raise Unclear(_("I find nobody called “%(who)s”.") % {"who": who})
        if len(rows) > 1:
            names = "\n".join(f"· {row['name']} {row['phone'] or ''}".rstrip() for row in rows[:5])
            raise Unclear(
                _("There are several; say which one, with the phone:\n%(names)s") % {"names": names}
            )
        return dict(rows[0])

    def orders(self, contact: Row) -> list[Row]:
        """Return a contact's newest orders, the newest first."""
        rows: list[Row] = self.read("crm.order.list", contact=contact["id"], limit=50)["items"]
        return rows

    def order(self, contact: Row, number: str = "", *, last: bool = False) -> Row:
        """Return the order that is meant: by its number, the only open one, or the last."""
        rows = self.orders(contact)
        if number:
            wanted = number.lstrip("#").lower()
            rows = [row for row in rows if title_of(row).lstrip("#").lower() == wanted]
        if not rows:
            raise Unclear(
                _("There is no order %(number)s of %(name)s.")
                % {"number": number, "name": contact["name"]}
                if number
                else _("%(name)s has no orders.") % {"name": contact["name"]}
            )
        if last or len(rows) == 1:
            return rows[0]
        stages = [s for one in self.read("crm.pipeline.list")["items"] for s in one["stages"]]
        ended = {stage["id"] for stage in stages if stage["closing"] != "open"}
        going = [row for row in rows if row["stage"]["id"] not in ended]
        if len(going) == 1:
            return going[0]
        listed = "\n".join(f"· {order_line(row)}" for row in (going or rows)[:6])
        raise Unclear(_("Which order? Say its number:\n%(orders)s") % {"orders": listed})

    def stage(self, order: Row, words: str) -> Row:
        """Return the stage of the order's pipeline that is meant, by its name or its sense."""
        pipelines = self.read("crm.pipeline.list")["items"]
        stages: list[Row] = next(
            one["stages"] for one in pipelines if one["id"] == order["pipeline"]["id"]
        )
        found = _named(stages, words) or _meant(stages, words)
        if len(found) == 1:
            return found[0]
        names = ", ".join(str(stage["name"]) for stage in found or stages)
        raise Unclear(
            _("Which stage is “%(words)s”? There are: %(names)s.")
            % {"words": words, "names": names}
        )

    def product(self, words: str) -> tuple[Row, int]:
        """Return the product that is meant, and how many: `2 x Calm`, `2x`."""
        rows: list[Row] = self.read("crm.product.list", active=True)["items"]
        found = _product(rows, words)
        count = re.match(r"(\d{1,3})\s*(?:x|de|of)?\s+(.+)", words)
        if not found and count:
            found = _product(rows, count[2])
        if len(found) != 1:
            names = ", ".join(_called(row) for row in rows[:12])
            raise Unclear(_("What is ordered? There are: %(names)s.") % {"names": names})
        return found[0], int(count[1]) if count and not _product(rows, words) else 1


def title_of(order: Row) -> str:
    """Return what people call an order."""
    return str(order["name"]) or f"#{str(order['id'])[-6:].upper()}"


def _named(stages: Sequence[Row], words: str) -> list[Row]:
    wanted = flat(words).strip()
    exact = [stage for stage in stages if flat(stage["name"]) == wanted]
    return exact or [stage for stage in stages if wanted and wanted in flat(stage["name"])]


def _meant(stages: Sequence[Row], words: str) -> list[Row]:
    """Return the stages whose name means what the words mean; the lost ones for what is lost."""
    groups = [stems for stems in MEANINGS if _begins(words, stems)]
    found = [s for s in stages if any(_begins(str(s["name"]), stems) for stems in groups)]
    closing = {4: "lost", 8: "won"}
    kinds = {closing.get(MEANINGS.index(stems)) for stems in groups} - {None}
    return found or [stage for stage in stages if stage["closing"] in kinds]


def _begins(text: str, stems: Sequence[str]) -> bool:
    return any(word.startswith(tuple(stems)) for word in re.findall(r"\w+", flat(text)))


def _product(rows: Sequence[Row], words: str) -> list[Row]:
    wanted = flat(words).strip()
    exact = [r for r in rows if wanted in (flat(r["code"]), flat(r["sku"]), flat(r["title"]))]
    return exact or [row for row in rows if len(wanted) > 2 and wanted in flat(row["title"])]


def _called(row: Row) -> str:
    return f"{row['code']} ({row['title']})" if row["code"] else str(row["title"])

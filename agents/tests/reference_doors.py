"""The two doors a reference conversation goes through, and the one form its traces are compared in.

A door lets the customer write, time pass and a person step in. It tells what the customer saw,
where the agent stands, and what the CRM holds, or would hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from django.db.models import F
from django.utils import timezone

from agents.models import AgentTurn, Session
from agents.operations import sandbox
from agents.sandbox.stage import CUSTOMER
from agents.tests.selling import SOMNIO, SellingTest
from crm.models import Contact, Order
from inbox.jobs import deliver
from inbox.models import Send
from inbox.operations import conversations, messages
from morfx.jobs.models import Job
from morfx.operations.actor import Actor


@dataclass(frozen=True)
class Seen:
    """What one step led to."""

    keys: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass
class Crm:
    """Orders and the contact, in one form for both doors."""

    orders: list[dict[str, Any]] = field(default_factory=list)
    contact: dict[str, str] = field(default_factory=dict)
    contact_tags: set[str] = field(default_factory=set)


class Door(Protocol):
    """A way to talk to the agent."""

    def says(self, text: str, reads: int | None) -> Seen: ...
    def waits(self, seconds: float) -> Seen: ...
    def person(self, text: str) -> Seen: ...
    def gives_back(self) -> Seen: ...
    def mode(self) -> str: ...
    def data(self) -> Mapping[str, str]: ...
    def due(self) -> tuple[int, int] | None: ...
    def crm(self) -> Crm: ...
    def forced(self) -> list[tuple[str, int]]: ...


class Rehearsal:
    """The sandbox, through its operations; the CRM is put together from the effects it shows."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        started = sandbox.start.submit(actor, {"agent": SOMNIO, "timer_preset": "real", "speed": 1})
        self.session = str(started.data["session"])
        self.last: dict[str, Any] = {"state": {"data": {}, "mode": "conversacion"}, "timers": []}
        self.rows: dict[str, dict[str, Any]] = {}
        self.book = Crm()
        self.timers: list[tuple[str, int]] = []

    def says(self, text: str, reads: int | None) -> Seen:
        """Say something; only the first `reads` replies come before time stops."""
        answer = self._do(sandbox.say, text=text)
        seen = _shown(answer["replies"])
        if reads is None:
            return seen
        self._do(sandbox.advance, seconds=answer["replies"][reads - 1]["after_seconds"] + 0.5)
        return Seen(seen.keys[:reads], seen.texts[:reads])

    def waits(self, seconds: float) -> Seen:
        """Let time pass; what it brought is read in full before anything else is said."""
        answer = self._do(sandbox.advance, seconds=seconds)
        if answer["replies"]:
            self.timers.append((answer["intent"], answer["confidence"]))
            rest = answer["replies"][-1]["after_seconds"] - seconds
            self._do(sandbox.advance, seconds=max(0.0, rest))
        return _shown(answer["replies"])

    def person(self, text: str) -> Seen:
        """Write as somebody of the shop."""
        return _shown(self._do(sandbox.say, text=text, by="person")["replies"])

    def gives_back(self) -> Seen:
        """Let the agent answer again."""
        return _shown(self._do(sandbox.give_back).get("replies", []))

    def mode(self) -> str:
        return str(self.last["mode"])

    def data(self) -> Mapping[str, str]:
        return dict(self.last["state"]["data"])

    def due(self) -> tuple[int, int] | None:
        timers = self.last["timers"]
        return (timers[0]["level"], round(timers[0]["due_in"])) if timers else None

    def forced(self) -> list[tuple[str, int]]:
        return self.timers

    def crm(self) -> Crm:
        return self.book

    def _do(self, operation: Any, **inputs: Any) -> dict[str, Any]:
        data = operation.submit(self.actor, {"session": self.session, **inputs}).data
        self.last = dict(data)
        for effect in self.last.get("effects", ()):
            if effect["effect"] == "Do":
                assert "error" not in effect or effect["operation"] == UPDATE_STAGE, effect
                self._book(effect["operation"], effect["inputs"], effect.get("result") or {})
        return self.last

    def _book(self, operation: str, inputs: dict[str, Any], result: dict[str, Any]) -> None:
        """Do to the book what the operation does to the CRM."""
        if operation == "crm.contact.update":
            self.book.contact |= {k: v for k, v in inputs.items() if k in CONTACT}
        elif operation == "crm.order.create":
            order = {"phone": "", "notes": "", "city": "", "department": "", "tags": set()}
            order |= {"stage": inputs["stageName"], **_of_inputs(inputs)}
            self.rows[str(result["id"])] = order
            self.book.orders.append(order)
        elif operation == "crm.order.update":
            self.rows[inputs["order"]] |= _of_inputs(inputs)
        elif operation == UPDATE_STAGE:
            order = self.rows[inputs["order"]]
            if order["stage"] == inputs["expected"]:
                order["stage"] = inputs["stage"]
        elif operation == "crm.tag.add" and "order" in inputs:
            self.rows[inputs["order"]]["tags"].add(inputs["tag"])
        elif operation == "crm.tag.add":
            self.book.contact_tags.add(inputs["tag"])
        else:
            raise AssertionError(f"The book does not know {operation}.")


class Phone:
    """WhatsApp: a real payload through the webhook's rows, a phone on HTTP, real job rows.

    Time passes by moving everything that is dated into the past.
    """

    def __init__(self, case: SellingTest) -> None:
        self.case = case
        self.read = 0

    def says(self, text: str, reads: int | None) -> Seen:
        """Let the customer write; only the first `reads` bubbles are sent before what follows."""
        self.case.customer_writes(text)
        self.case.run_jobs(only="agents.wake_the_agent")
        self.case.run_jobs(only="agents.answer", ahead=1)
        if reads is None:
            return self._all()
        for _ in range(reads):
            self._next()
        return self._new()

    def waits(self, seconds: float) -> Seen:
        """Let time pass; what falls due happens."""
        ago = timedelta(seconds=seconds)
        Job.objects.exclude(key__startswith="every:").update(
            due_at=F("due_at") - ago, ready_at=F("ready_at") - ago
        )
        for session in Session.objects.all():
            marks = session.state.get("marks", {})
            session.state["marks"] = {
                name: (datetime.fromisoformat(at) - ago).isoformat() for name, at in marks.items()
            }
            session.last_activity_at -= ago
            session.save(update_fields=["state", "last_activity_at"])
        self.case.run_jobs(ahead=0.9)
        return self._all()

    def person(self, text: str) -> Seen:
        """Write as somebody of the shop, from the inbox."""
        messages.send(self.case.beto, conversation=self.case.conversation(), text=text)
        return self._all()

    def gives_back(self) -> Seen:
        """Let the agent answer again."""
        conversations.give_back(self.case.beto, conversation=self.case.conversation())
        return self._all()

    def mode(self) -> str:
        return str(Session.objects.latest("id").state["mode"])

    def data(self) -> Mapping[str, str]:
        return dict(Session.objects.latest("id").state["data"])

    def due(self) -> tuple[int, int] | None:
        rows = list(Job.objects.filter(key__startswith="agent:"))
        assert len(rows) <= 1, "one timer at most"
        if not rows:
            return None
        return rows[0].args["level"], round((rows[0].due_at - timezone.now()).total_seconds())

    def forced(self) -> list[tuple[str, int]]:
        turns = AgentTurn.objects.filter(role="system").order_by("id")
        return [(turn.intent, int(turn.confidence or 0)) for turn in turns]

    def crm(self) -> Crm:
        contact = Contact.objects.get()
        return Crm(
            orders=[_of_order(order) for order in Order.objects.order_by("id")],
            contact={name: str(getattr(contact, name)) for name in CONTACT},
            contact_tags={tag.name for tag in contact.tags.all()},
        )

    def _next(self) -> None:
        """Let the pause before the next bubble be over, and send it."""
        planned = Send.objects.filter(state="planned").exclude(due_at=None)
        planned.update(due_at=timezone.now())
        deliver(self.case.conversation().pk)

    def _all(self) -> Seen:
        for _ in range(MOST_BUBBLES):
            if not Send.objects.filter(state="planned").exists():
                return self._new()
            self._next()
        raise AssertionError("Bubbles without end.")

    def _new(self) -> Seen:
        """Return the agent's bubbles that reached the phone since the last look."""
        shown = self.case.phone_shows()
        sent = Send.objects.filter(state="accepted").order_by("created_at", "position")
        rows = {row.body["text"]: row for row in sent}
        fresh = [rows[text] for text in shown[self.read :]]
        self.read = len(shown)
        own = [row for row in fresh if row.sender == "agent"]
        return Seen(
            tuple(str(row.body.get("key", "")) for row in own),
            tuple(row.body["text"].replace(self.case.sender, CUSTOMER) for row in own),
        )


CONTACT = ("name", "address", "city", "department", "email")
UPDATE_STAGE = "crm.order.updateStatus"
MOST_BUBBLES = 40


def _shown(replies: list[dict[str, Any]]) -> Seen:
    return Seen(tuple(reply["key"] for reply in replies), tuple(reply["text"] for reply in replies))


def _of_inputs(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return an order's inputs as the book keeps them."""
    names = {
        "shippingAddress": "address",
        "shippingCity": "city",
        "department": "department",
        "shippingPhone": "phone",
        "notes": "notes",
        "source": "source",
        "confirmed": "confirmed",
    }
    told = {ours: inputs[theirs] for theirs, ours in names.items() if theirs in inputs}
    if "products" in inputs:
        lines = [(line["name"], line["quantity"], line["price"]) for line in inputs["products"]]
        total = sum((Decimal(price) * count for _, count, price in lines), Decimal(0))
        told |= {"lines": lines, "total": f"{total:.2f}"}
    return told


def _of_order(order: Order) -> dict[str, Any]:
    """Return an order's row as the book keeps it."""
    return {
        "address": order.shipping_address,
        "city": order.shipping_city,
        "department": order.shipping_department,
        "phone": order.shipping_phone,
        "notes": order.description,
        "source": order.source,
        "confirmed": order.confirmed,
        "stage": order.stage.name,
        "lines": [(row.title, row.quantity, str(row.unit_price)) for row in order.sorted_lines()],
        "total": f"{order.total:.2f}",
        "tags": {tag.name for tag in order.tags.all()},
    }

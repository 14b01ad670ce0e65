"""Rows of agents' work as tests count them by hand: sessions, orders, messages by moment."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from agents.models import AgentTurn, Session
from crm.models import Contact, ContactIdentity
from inbox.models import Channel, Conversation, Message, Send
from morfx.events.models import Event
from morfx.tenancy.rows import id_at

SOMNIO = "somnio-sales-v1"


DATA = "Jose Romero 3001234567 cra 10 # 20-30 barrio Chapinero Bogota a@example.com"
"""What a customer gives at once."""


def ago(**back: float) -> datetime:
    """Return a moment of the past; `back` as for a timedelta."""
    return timezone.now() - timedelta(**back)


def chat(channel: Channel, name: str = "Marta") -> Conversation:
    """Make a conversation with a customer of its own."""
    contact = Contact.objects.create(name=name)
    identity = ContactIdentity.objects.create(
        contact=contact, kind="wa_id", value=uuid.uuid4().hex[:12]
    )
    return Conversation.objects.create(
        channel=channel, identity=identity, contact=contact, address=identity.value
    )


def session(
    where: Conversation,
    at: datetime,
    *,
    status: str = "closed",
    tokens: int = 0,
    cost: str = "0",
    agent: str = SOMNIO,
    **more: Any,
) -> Session:
    """Make a session that began at a moment."""
    return Session.objects.create(
        id=id_at(at),
        agent=agent,
        conversation=where,
        contact=where.contact,
        status=status,
        tokens_used=tokens,
        cost_used=Decimal(cost),
        **more,
    )


def order_made(at: datetime, who: str = f"agent:{SOMNIO}", via: str = "agent") -> Event:
    """Record that somebody made an order at a moment."""
    facts = {"order": str(uuid.uuid4()), "title": "2x", "currency": "COP", "total": "109900",
             "confirmed": True}  # fmt: skip
    return Event.objects.create(id=id_at(at), name="order.created", who=who, via=via, facts=facts)


def handed_over(where: Conversation, at: datetime, reason: str) -> Event:
    """Record that an agent handed a conversation over."""
    facts = {"conversation": str(where.pk), "reason": reason}
    return Event.objects.create(
        id=id_at(at), name="conversation.handedOver", who="agent:x", via="agent", facts=facts
    )


def heard(
    within: Session,
    at: datetime,
    *,
    answered_after: float | None = None,
    asked: tuple[float, ...] = (0,),
    trace: dict[str, Any] | None = None,
    send: tuple[str, str] | None = None,
) -> AgentTurn:
    """Let a turn hear messages (`asked`: seconds after `at`), and perhaps answer after a while.

    `send` is state and reason of the one bubble it planned.
    """
    number = AgentTurn.objects.filter(session=within).count() + 1
    turn = AgentTurn.objects.create(
        session=within, number=number, role="customer", text="hola", trace=trace or {}
    )
    plan = f"turn:{turn.pk}"
    for after in asked:
        _message(within.conversation, at + timedelta(seconds=after), "inbound", heard_by=plan)
    if answered_after is not None:
        said_at = at + timedelta(seconds=answered_after)
        _message(within.conversation, said_at, "outbound", content={"plan": plan})
        _message(
            within.conversation, said_at + timedelta(seconds=9), "outbound", content={"plan": plan}
        )
    if send is not None:
        Send.objects.create(
            conversation=within.conversation, sender="agent", plan=plan, epoch=1, state=send[0],
            reason=send[1], body={"type": "text", "text": "Hola, soy Carolina"},
        )  # fmt: skip
    return turn


def _message(where: Conversation, at: datetime, direction: str, **more: Any) -> Message:
    sender = "contact" if direction == "inbound" else "agent"
    heard_at = at if direction == "inbound" else None
    row = Message.objects.create(
        id=id_at(at), conversation=where, direction=direction, sender=sender, text="hola",
        heard_at=heard_at, **more,
    )  # fmt: skip
    Message.objects.filter(pk=row.pk).update(created_at=at)
    return row

"""What a turn starts from, read in one short transaction: messages, session, history, world."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from agents.models import AgentSetting, AgentText, AgentTurn, Session
from crm.models import Product as CrmProduct
from inbox.models import Conversation, Message, Send
from morfx.events.models import Event
from morfx.operations.actor import SYSTEM, Actor

from . import registry
from .registry import AgentDefinition
from .states import read_state
from .values import Product, Say, State, Turn, World

HISTORY = 30


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Everything a decision needs, as values; and the ids it will be committed under."""

    agent: AgentDefinition
    setting: AgentSetting
    conversation: Conversation
    session: Session
    state: State
    world: World
    messages: tuple[Message, ...]
    history: tuple[Turn, ...]
    texts: tuple[object, ...]
    tokens_used: int

    @property
    def text(self) -> str:
        """Return the unanswered messages' words as one text."""
        return "\n".join(message.text for message in self.messages if message.text)

    @property
    def newest(self) -> UUID | None:
        """Return the newest unanswered message's id."""
        return self.messages[-1].pk if self.messages else None


def setting_of(conversation: Conversation) -> AgentSetting | None:
    """Return the settings of the agent that answers here; None when none is on."""
    return AgentSetting.objects.filter(is_on=True).order_by("created_at").first()


def silence(conversation: Conversation, setting: AgentSetting | None) -> str:
    """Return why no agent may speak in a conversation; empty when one may."""
    if setting is None:
        return "agent_off"
    if conversation.owned_by_person:
        return "person"
    return "bot_off" if conversation.bot_enabled is False else ""


def unheard(conversation_id: UUID) -> list[Message]:
    """Return the customer's messages that no agent has taken up, oldest first."""
    rows = Message.objects.filter(
        conversation_id=conversation_id, direction=Message.Direction.INBOUND, heard_at=None
    )
    return list(rows.order_by("id"))


def newest_inbound(here: Situation) -> UUID | None:
    """Return the newest message of the customer that a turn knows of."""
    if here.newest:
        return here.newest
    rows = Message.objects.filter(conversation=here.conversation, direction="inbound")
    return rows.order_by("-id").values_list("pk", flat=True).first()


def read(
    conversation: Conversation, setting: AgentSetting, session: Session, messages: list[Message]
) -> Situation:
    """Read the situation of a session; call inside a transaction."""
    agent = registry.find(setting.agent)
    state = read_state(session.state, agent.flow(()).initial_mode)
    return Situation(
        agent=agent,
        setting=setting,
        conversation=conversation,
        session=session,
        state=state,
        world=_world(agent, setting, conversation, session, interrupted=bool(messages)),
        messages=tuple(messages),
        history=_history(conversation, messages),
        texts=tuple(texts(agent)),
        tokens_used=sum(session.turns.values_list("tokens", flat=True)),
    )


def agent_actor(workspace_id: UUID, agent_id: str, cause: UUID | None = None) -> Actor:
    """Return an agent as one who acts, one step deeper than the event that made it act."""
    agent = registry.find(agent_id)
    actor = Actor(
        workspace_id=workspace_id,
        who=f"agent:{agent_id}",
        via="agent",
        name=agent.name,
        permissions=agent.permissions | {SYSTEM},
    )
    event = Event.objects.filter(pk=cause).first() if cause else None
    return actor.because(event) if event else actor


def texts(agent: AgentDefinition) -> list[object]:
    """Return the agent's texts as this workspace wants them: its own rows replace the agent's."""
    own = {row.key: row for row in AgentText.objects.filter(agent=agent.id)}
    return [
        dataclasses.replace(text, text=own[text.key].text, delay=own[text.key].delay)
        if text.key in own
        else text
        for text in agent.texts
    ]


def _world(
    agent: AgentDefinition,
    setting: AgentSetting,
    conversation: Conversation,
    session: Session,
    *,
    interrupted: bool,
) -> World:
    contact = conversation.contact
    return World(
        now=timezone.now(),
        first_turn=not session.turns.exists(),
        products=products(),
        contact_id=str(contact.pk) if contact else "",
        contact_phone=(contact.phone or "") if contact else "",
        timers=agent.presets[setting.timer_preset],
        handover_message=setting.handover_message or agent.handover_message,
        pending=_pending(conversation, session, setting.speed) if interrupted else (),
    )


def products() -> dict[str, Product]:
    """Return what the workspace sells under a code that customers select."""
    rows = CrmProduct.objects.filter(is_active=True).exclude(code="")
    return {
        row.code: Product(
            code=row.code, sku=row.sku, title=row.title, price=row.price, currency=row.currency
        )
        for row in rows
    }


def _pending(conversation: Conversation, session: Session, speed: float) -> tuple[Say, ...]:
    """Return the bubbles that the customer's words hold back, with their pauses at speed 1.

    Those of the session's last plan that were withdrawn already, and those still planned: once the
    customer has written, none of them is claimed any more.
    """
    last = (
        AgentTurn.objects.filter(session=session, role=AgentTurn.Role.AGENT)
        .order_by("-number")
        .first()
    )
    if last is None:
        return ()
    withdrawn = Q(
        plan=str(last.trace.get("plan", "")), state=Send.State.WITHDRAWN, reason="interrupted"
    )
    planned = Q(state=Send.State.PLANNED, sender=Message.Sender.AGENT, epoch=conversation.epoch)
    rows = Send.objects.filter(withdrawn | planned, conversation=conversation).exclude(plan="")
    return tuple(
        Say(
            text=str(row.body["text"]),
            key=str(row.body.get("key", "")),
            intent=str(row.body.get("intent", "")),
            delay=row.pause / speed if speed else 0.0,
        )
        for row in rows.order_by("created_at", "position")
    )


def _history(conversation: Conversation, new: list[Message]) -> tuple[Turn, ...]:
    said = Message.objects.filter(conversation=conversation).exclude(text="")
    said = said.exclude(pk__in=[message.pk for message in new]).order_by("-id")[:HISTORY]
    roles = {"contact": "customer", "agent": "agent"}
    return tuple(
        Turn(role=roles.get(message.sender, "person"), text=message.text)  # type: ignore[arg-type]
        for message in reversed(said)
    )

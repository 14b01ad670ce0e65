"""What a turn starts from, read in one short transaction: messages, session, history, world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from agents import content
from agents.models import AgentSetting, Session
from crm.models import Contact
from crm.models import Product as CrmProduct
from inbox.models import Conversation, Message, Send
from morfx.operations.actor import SYSTEM, Actor
from morfx.tenancy.compiled import compiled

from . import budgets, hours, reading, registry, wanted
from .budgets import Scope, Spent
from .registry import AgentDefinition
from .states import read_state
from .values import Product, Say, State, Turn, World

HISTORY = 30
MOST_NEW = 20
"""Unanswered messages beyond which the history a turn gets becomes shorter."""


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
    content_version: int = 0
    """Which version of the agent's content the turn goes by; 0: the agent's own."""
    spent: Mapping[Scope, Spent] = field(default_factory=dict)
    """What was used before this turn, by scope."""

    @property
    def text(self) -> str:
        """Return the unanswered messages' words as one text: the newest, when it is too much."""
        return reading.together(self.messages)

    @property
    def newest(self) -> UUID | None:
        """Return the newest unanswered message's id."""
        return self.messages[-1].pk if self.messages else None


@compiled
def _settings(channel_id: UUID) -> QuerySet[AgentSetting]:
    rows = AgentSetting.objects.filter(Q(channel_id=channel_id) | Q(channel=None))
    return rows.order_by(F("channel").asc(nulls_last=True), "-is_on", "created_at")[:1]


def setting_of(conversation: Conversation) -> AgentSetting | None:
    """Return the settings of the agent that answers here; None when none is on.

    A number with settings of its own goes by them, also when they say that nobody answers.
    """
    setting = _settings.first(conversation.channel_id)
    return setting if setting is not None and setting.is_on else None


def silence(conversation: Conversation, setting: AgentSetting | None) -> str:
    """Return why no agent may speak in a conversation; empty when one may."""
    if setting is None:
        return "agent_off"
    if conversation.owned_by_person:
        return "person"
    if conversation.bot_enabled is False:
        return "bot_off"
    if conversation.window_state() == "closed":
        return "window_closed"
    return "muted" if hours.is_muted(setting.hours) else ""


@compiled
def unheard(conversation_id: UUID) -> QuerySet[Message]:
    """Return the customer's messages that no agent has taken up, oldest first."""
    rows = Message.objects.filter(
        conversation_id=conversation_id, direction=Message.Direction.INBOUND, heard_at=None
    )
    return rows.order_by("id")


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
    contents = content.current(setting.agent)
    agent = wanted.as_set(setting, contents.agent)
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
        texts=contents.texts,
        content_version=contents.version,
        tokens_used=session.tokens_used,
        spent=_spent(setting, session),
    )


def _spent(setting: AgentSetting, session: Session) -> dict[Scope, Spent]:
    """Return what was used so far, as far as there are limits to hold it against."""
    spent: dict[Scope, Spent] = {"session": budgets.of_session(session)}
    if budgets.has_shared(budgets.limits_of(setting)):
        spent |= budgets.shared(with_calls_under_way=True)
    return spent


def agent_actor(
    workspace_id: UUID, agent_id: str, cause: UUID | None = None, depth: int = 0
) -> Actor:
    """Return an agent as one who acts, `depth` steps from the first cause of its acting."""
    agent = registry.find(agent_id)
    return Actor(
        workspace_id=workspace_id,
        who=f"agent:{agent_id}",
        via="agent",
        name=agent.name,
        permissions=agent.permissions | {SYSTEM},
        cause=cause,
        depth=depth,
    )


def texts(agent: AgentDefinition) -> list[object]:
    """Return the agent's texts as this workspace wants them: its published version's."""
    return list(content.current(agent.id).texts)


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
        first_turn=session.turns_taken == 0,
        products=products(),
        contact_id=str(contact.pk) if contact else "",
        contact_phone=(contact.phone or "") if contact else "",
        contact=known_of(contact),
        policies=wanted.policies(setting),
        thresholds=agent.thresholds,
        timers=wanted.timers(setting, agent),
        handover_message=wanted.handover_message(setting, agent),
        pending=_pending(conversation, session, setting.speed) if interrupted else (),
    )


def known_of(contact: Contact | None) -> dict[str, str]:
    """Return what the CRM knows of a customer, by field; only what is there."""
    if contact is None:
        return {}
    fields = ("name", "phone", "email", "address", "city", "department")
    return {name: str(value) for name in fields if (value := getattr(contact, name))}


def products() -> dict[str, Product]:
    """Return what the workspace sells under a code that customers select."""
    return {
        row.code: Product(
            code=row.code, sku=row.sku, title=row.title, price=row.price, currency=row.currency
        )
        for row in _sold()
    }


@compiled
def _sold() -> QuerySet[CrmProduct]:
    return CrmProduct.objects.filter(is_active=True).exclude(code="")


def _pending(conversation: Conversation, session: Session, speed: float) -> tuple[Say, ...]:
    """Return the bubbles that the customer's words hold back, with their pauses at speed 1.

    Those of the session's last plan that were withdrawn already, and those still planned: once the
    customer has written, none of them is claimed any more.
    """
    if not session.last_plan:
        return ()
    return tuple(
        Say(
            text=str(row.body["text"]),
            key=str(row.body.get("key", "")),
            intent=str(row.body.get("intent", "")),
            delay=row.pause / speed if speed else 0.0,
            kind="image" if row.body.get("type") == "image" else "text",
            media=str(row.body.get("link", "")),
        )
        for row in _held_back(conversation.pk, session.last_plan, conversation.epoch)
    )


@compiled
def _held_back(conversation_id: UUID, plan: str, epoch: int) -> QuerySet[Send]:
    withdrawn = Q(plan=plan, state=Send.State.WITHDRAWN, reason="interrupted")
    planned = Q(state=Send.State.PLANNED, sender=Message.Sender.AGENT, epoch=epoch)
    rows = Send.objects.filter(withdrawn | planned, conversation_id=conversation_id)
    return rows.exclude(plan="").order_by("created_at", "position")


def _history(conversation: Conversation, new: list[Message]) -> tuple[Turn, ...]:
    fresh = {message.pk for message in new}
    said = [message for message in _said(conversation.pk) if message.pk not in fresh][:HISTORY]
    roles = {"contact": "customer", "agent": "agent"}
    return tuple(
        Turn(
            role=roles.get(message.sender, "person"),  # type: ignore[arg-type]
            text=message.text or reading.words_in(message),
        )
        for message in reversed(said)
    )


@compiled
def _said(conversation_id: UUID) -> QuerySet[Message]:
    rows = Message.objects.filter(conversation_id=conversation_id)
    rows = rows.exclude(text="", content__words__isnull=True)
    return rows.only("text", "sender", "content").order_by("-id")[: HISTORY + MOST_NEW]

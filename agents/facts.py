"""What agents do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from agents.llm.telling import alarm_sentence
from morfx.events.ledger import Fact


@dataclass(frozen=True, kw_only=True)
class SessionOpened(Fact):
    """An agent began to look after a conversation."""

    name = "session.opened"
    session: UUID
    conversation: UUID
    agent: str

    def describe(self) -> str:
        return _("The agent began to look after the conversation.")


@dataclass(frozen=True, kw_only=True)
class SessionClosed(Fact):
    """An agent's session ended."""

    name = "session.closed"
    session: UUID
    conversation: UUID
    agent: str
    reason: str

    def describe(self) -> str:
        return _("The agent's session ended: %(reason)s") % {"reason": self.reason}


@dataclass(frozen=True, kw_only=True)
class TurnTaken(Fact):
    """An agent heard a customer, or a timer, and decided."""

    name = "turn.taken"
    turn: UUID
    session: UUID
    conversation: UUID
    intent: str
    confidence: int | None
    mode_before: str
    mode_after: str
    says: int

    def describe(self) -> str:
        return _("The agent understood “%(intent)s”.") % {"intent": self.intent}

    def pokes(self) -> Iterable[str]:
        return (f"conversation-{self.conversation}", "agents")


@dataclass(frozen=True, kw_only=True)
class StayedSilent(Fact):
    """A customer's messages got no answer from an agent, for a reason."""

    name = "agent.silent"
    conversation: UUID
    messages: list[UUID]
    reason: str

    def describe(self) -> str:
        return _("The agent stayed silent: %(reason)s") % {"reason": self.reason}

    def pokes(self) -> Iterable[str]:
        return (f"conversation-{self.conversation}",)


@dataclass(frozen=True, kw_only=True)
class AgentSet(Fact):
    """How an agent works in this workspace was changed."""

    name = "agent.set"
    agent: str
    on: bool
    channel: UUID | None = None
    """The number it was set for; none: the whole workspace."""

    def describe(self) -> str:
        return _("The agent was switched on.") if self.on else _("The agent was switched off.")

    def pokes(self) -> Iterable[str]:
        return ("agents", "inbox")


@dataclass(frozen=True, kw_only=True)
class BudgetReached(Fact):
    """What models may use was used up to a limit: a soft one warns, a hard one stops the agent.

    `used` and `limit` are tokens, or US dollars, as text.
    """

    name = "budget.reached"
    agent: str
    scope: str
    measure: str
    hardness: str
    used: str
    limit: str
    session: UUID | None = None
    conversation: UUID | None = None

    def describe(self) -> str:
        words = {"used": self.used, "limit": self.limit}
        if self.hardness == "soft":
            return _("The budget is nearly spent: %(used)s of %(limit)s.") % words
        return _("The budget is spent: %(used)s of %(limit)s.") % words

    def pokes(self) -> Iterable[str]:
        return ("agents",)


@dataclass(frozen=True, kw_only=True)
class ModelAlarm(Fact):
    """A model does not answer for a reason that only an operator can end."""

    name = "model.alarm"
    client: str
    failure: str

    def describe(self) -> str:
        return alarm_sentence(self.failure)

    def pokes(self) -> Iterable[str]:
        return ("models",)


@dataclass(frozen=True, kw_only=True)
class ModelTriedAgain(Fact):
    """Somebody let a model be asked again before its rest was over."""

    name = "model.triedAgain"
    client: str

    def describe(self) -> str:
        return _("The model “%(client)s” is tried again.") % {"client": self.client}

    def pokes(self) -> Iterable[str]:
        return ("models",)

"""What a turn is made of: what was heard, what is known, and what shall happen.

Everything here is a value: frozen, comparable, and writable as JSON. The engine perceives (a
`Comprehension`), a flow decides (a pure function from `State` to a `Decision`), and a runner
carries the decision's effects out: production writes them in one transaction, the sandbox shows
them, replay compares them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

MessageClass = Literal["datos", "pregunta", "mixto", "irrelevante"]


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """Another intent the text could have meant."""

    intent: str
    confidence: int


@dataclass(frozen=True, kw_only=True)
class Comprehension:
    """What was understood of one (possibly combined) customer message.

    `confidence` is 0-100. `fields` holds only what this text newly says, already normalised.
    `source` names who understood it: `embedded`, or `anthropic:<model id>`.
    """

    kind: MessageClass
    intent: str
    confidence: int
    alternatives: tuple[Alternative, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    reasoning: str = ""
    source: str = "embedded"


@dataclass(frozen=True, kw_only=True)
class State:
    """Where a conversation with an agent stands. Stored as JSON on the session, versioned there."""

    mode: str
    data: Mapping[str, str] = field(default_factory=dict)
    selection: str | None = None
    intents_seen: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    marks: Mapping[str, str] = field(default_factory=dict)
    """Moments worth remembering, ISO 8601 UTC by name: `first_data`, `promos_offered`…"""


@dataclass(frozen=True, kw_only=True)
class Say:
    """One bubble. `key` names the text, to say it once; `delay` is seconds at speed 1.

    An image has its address in `media`, and its caption as `text`.
    """

    text: str
    key: str
    intent: str
    delay: float = 0.0
    kind: Literal["text", "image"] = "text"
    media: str = ""


@dataclass(frozen=True, kw_only=True)
class SetTimer:
    """Wake the flow with `name` in `seconds`; setting it again moves it."""

    name: str
    level: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class CancelTimer:
    """Forget a timer; harmless when none is set."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Do:
    """Run an operation by name. `purpose` keys it: once per (session, turn, purpose)."""

    operation: str
    inputs: Mapping[str, Any]
    purpose: str


@dataclass(frozen=True, kw_only=True)
class HandOver:
    """Give the conversation to people. `message` is the one line the customer hears."""

    reason: str
    message: str


Effect = Say | SetTimer | CancelTimer | Do | HandOver


@dataclass(frozen=True, kw_only=True)
class Product:
    """One thing for sale as a flow sees it: `code` is what a customer selects (`1x`)."""

    code: str
    sku: str
    title: str
    price: Decimal
    currency: str = "COP"


@dataclass(frozen=True, kw_only=True)
class World:
    """What a flow may know besides its state. No clocks, no database: all of it is given."""

    now: datetime
    first_turn: bool
    products: Mapping[str, Product]
    contact_id: str = ""
    contact_phone: str = ""
    contact: Mapping[str, str] = field(default_factory=dict)
    """What the CRM knows of the customer: name, phone, email, address, city, department."""
    policies: Mapping[str, str] = field(default_factory=dict)
    """What the workspace decided for the agent, by name: `promos_timeout`…"""
    thresholds: Mapping[str, int] = field(default_factory=dict)
    """Confidence from which a turn proceeds, is looked at again, or asks; empty: the agent's."""
    timers: Mapping[int, float] = field(default_factory=dict)
    """Seconds per timer level, from the workspace's preset."""
    handover_message: str = ""
    pending: tuple[Say, ...] = ()
    """Bubbles of the last turn that an interruption held back."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a flow wants: the next state, the effects in order, and why, in sentences."""

    state: State
    effects: tuple[Effect, ...]
    why: tuple[str, ...] = ()
    silent_because: str = ""
    """Set when nothing is said: one sentence that explains the silence."""
    intent: str = ""
    """What a timer forced, as `timer_sinpack`; empty when a message was heard."""
    budget: Mapping[str, str] = field(default_factory=dict)
    """The limit that was reached, when that is why: scope, measure, used, limit, code."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """A labelled text the embedded model compares with."""

    intent: str
    text: str


class Flow(Protocol):
    """An agent's mind. Pure: the same inputs give the same decision."""

    initial_mode: str

    def hear(self, state: State, text: str, heard: Comprehension, world: World) -> Decision:
        """Decide on a customer message."""

    def wake(self, state: State, timer: str, level: int, world: World) -> Decision:
        """Decide on a timer that has come due; evaluated on fresh state."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One line of what was said before, oldest first, for a model to read."""

    role: Literal["customer", "agent", "person"]
    text: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a comprehension client is asked."""

    text: str
    state: State
    history: Sequence[Turn] = ()

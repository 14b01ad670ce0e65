"""What the engine asks of a model, and what it gets: the same for every client.

A client makes one call per question and tells what it cost, whatever came of it: with the answer,
or on the error it raises (`agents.errors.ModelError`). Which client is asked, and what happens
when it fails, is the chain's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Generic, Literal, Protocol, TypeVar, runtime_checkable
from uuid import UUID

from agents.engine.values import Comprehension, Question

Value_co = TypeVar("Value_co", covariant=True)


class Outcome(StrEnum):
    """How a call ended, for the ledger."""

    STARTED = "started"
    """Written before the call: it is under way, or its process died with it."""
    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It may have run, and may be billed; its figures are estimates."""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What one call used and cost. Total input is the three input figures together."""

    client: str
    asked_model: str
    """The model we asked for."""
    model: str
    """The model that answered, by its own word; what we asked for when nothing did."""
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cache_write_1h_tokens: int = 0
    """Part of `cache_write_tokens` that was written for an hour, at a higher price."""
    latency_ms: int = 0
    request_id: str = ""
    cost: Decimal = Decimal(0)
    """US dollars."""
    outcome: Outcome = Outcome.OK
    failure: str = ""
    """The class of failure; empty when there was none."""
    estimated: bool = False
    """The figures are ours, not the provider's: the most it can have been."""
    row: UUID | None = None
    """Its row in the ledger, when one was written before the call."""

    @property
    def tokens(self) -> int:
        """Return all tokens, in and out."""
        return (
            self.input_tokens
            + self.output_tokens
            + self.cache_read_tokens
            + self.cache_write_tokens
        )


@dataclass(frozen=True, kw_only=True)
class ModelAnswer(Generic[Value_co]):
    """A usable answer and what it cost."""

    value: Value_co
    usage: Usage


@dataclass(frozen=True, kw_only=True)
class ComprehensionRequest:
    """A question to comprehend, with what the agent allows as an answer."""

    question: Question
    system: str
    """The agent's own instructions: the same text every time, so that it can be cached."""
    intents: tuple[str, ...]
    """Every intent the answer may name."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Data the text may hold: name and one line of what it is."""
    strong: bool = False
    """Ask the stronger model: this is the second look at an uncertain text."""
    agent_id: str = ""
    seconds: float = 0.0
    """The longest this call may take; 0 leaves it to the client."""


@dataclass(frozen=True, kw_only=True)
class Tool:
    """Something a model may ask to be done. `name` may hold dots, as operations' names do."""

    name: str
    description: str
    schema: Mapping[str, object]
    """JSON schema of its inputs: an object."""


@dataclass(frozen=True, kw_only=True)
class ToolCall:
    """A model's wish. Check `inputs` against the tool's schema: they may be incomplete."""

    id: str
    name: str
    inputs: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class ToolResult:
    """What came of a call. Every call of a turn needs one in the next."""

    call_id: str
    text: str
    is_error: bool = False


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """One turn of a conversation with a model."""

    role: Literal["user", "model"]
    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    """Of the model."""
    results: tuple[ToolResult, ...] = ()
    """Of the user's side: our answers to the model's calls."""


@dataclass(frozen=True, kw_only=True)
class CompletionRequest:
    """A conversation to continue. The last turn is the user's; the stable parts come first."""

    system: str
    said: tuple[Spoken, ...]
    tools: tuple[Tool, ...] = ()
    max_tokens: int = 2000
    strong: bool = True
    agent_id: str = ""
    seconds: float = 0.0
    """The longest this call may take; 0 leaves it to the client."""


@dataclass(frozen=True, kw_only=True)
class Completion:
    """How a model went on: words, calls to be answered, or both."""

    text: str
    calls: tuple[ToolCall, ...] = ()

    @property
    def spoken(self) -> Spoken:
        """Return it as a turn, for the next request."""
        return Spoken(role="model", text=self.text, calls=self.calls)


class ModelClient(Protocol):
    """A model that understands customers."""

    name: str

    def comprehend(self, request: ComprehensionRequest) -> ModelAnswer[Comprehension]:
        """Understand one message; raise a `ModelError` that carries the usage if it cannot."""


@runtime_checkable
class Converser(Protocol):
    """A model that can also hold a conversation and ask for tools."""

    name: str

    def complete(self, request: CompletionRequest) -> ModelAnswer[Completion]:
        """Continue a conversation; raise a `ModelError` that carries the usage if it cannot."""


@runtime_checkable
class Remote(Protocol):
    """A model elsewhere: its calls are billed, and are rows before they are made."""

    name: str

    def forecast(self, request: ComprehensionRequest | CompletionRequest) -> Usage:
        """Say what a call would cost at most, marked as an estimate."""

"""What the engine asks of a model, and what it gets: the same for every client.

A client makes one call per question and tells what it cost, whatever came of it: with the answer,
or on the error it raises (`agents.errors.ModelError`). Which client is asked, and what happens
when it fails, is the chain's business.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
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
    audio_seconds: float = 0.0
    """Of sound that was listened to."""
    latency_ms: int = 0
    request_id: str = ""
    cost: Decimal = Decimal(0)
    """US dollars."""
    outcome: Outcome = Outcome.OK
    failure: str = ""
    """The class of failure; empty when there was none."""
    estimated: bool = False
    """Figures or price are ours, not the provider's: the most it can have been."""
    purpose: str = ""
    """What was asked for: comprehend, reanalyse, complete, transcribe, describe."""
    agent: str = ""
    """The agent that asked."""
    prompt_version: str = ""
    """The wording of the instructions: it changes with every letter of them."""
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

    @property
    def weight(self) -> int:
        """Return the tokens as budgets count them: those read from a cache a tenth, as they cost.

        A prompt long enough to be cached would else use a budget up by being cheap.
        """
        return self.tokens - self.cache_read_tokens + round(self.cache_read_tokens / 10)


@dataclass(frozen=True, kw_only=True)
class ModelAnswer(Generic[Value_co]):
    """A usable answer and what it cost."""

    value: Value_co
    usage: Usage


def version_of(instructions: str) -> str:
    """Name a wording of instructions: another name with every letter that changes."""
    return hashlib.sha256(instructions.encode()).hexdigest()[:8]


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

    @property
    def prompt_version(self) -> str:
        """Name the wording of the agent's instructions."""
        return version_of(self.system)


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

    @property
    def prompt_version(self) -> str:
        """Name the wording of the instructions."""
        return version_of(self.system)


@dataclass(frozen=True, kw_only=True)
class MediaRequest:
    """A file to put into words. `mime_type` is what its bytes are, not what was said of them."""

    content: bytes
    mime_type: str
    instructions: str = ""
    """How to put it into words."""
    audio_seconds: float = 0.0
    """How long a sound lasts, as far as its bytes tell."""
    language: str = ""
    """Of the speech, as ISO 639-1; empty when it is not known."""
    agent_id: str = ""
    seconds: float = 0.0
    """The longest this call may take; 0 leaves it to the client."""

    @property
    def prompt_version(self) -> str:
        """Name the wording of the instructions."""
        return version_of(self.instructions) if self.instructions else ""


AnyRequest = ComprehensionRequest | CompletionRequest | MediaRequest

OnText = Callable[[str], None]
"""Told all that a model has said so far, each time it says more. A further try begins anew: what
it is told then is shorter than before, and replaces it."""


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

    def complete(
        self, request: CompletionRequest, on_text: OnText | None = None
    ) -> ModelAnswer[Completion]:
        """Continue a conversation; raise a `ModelError` that carries the usage if it cannot.

        With `on_text` the answer is streamed, and told as it comes; it is not whole before this
        returns, and must not be acted on.
        """


@runtime_checkable
class Listener(Protocol):
    """A model that may turn speech into text; `hears` says whether it does."""

    name: str
    hears: bool

    def transcribe(self, request: MediaRequest) -> ModelAnswer[str]:
        """Return what is said in a sound; raise a `ModelError` if it cannot."""


@runtime_checkable
class Seer(Protocol):
    """A model that may put pictures into words; `sees` says whether it does."""

    name: str
    sees: bool

    def describe(self, request: MediaRequest) -> ModelAnswer[str]:
        """Return what a picture shows; raise a `ModelError` if it cannot."""


def talks(client: object) -> bool:
    """Say whether a client has a model for words; one may be there for sounds or pictures alone."""
    return bool(getattr(client, "talks", True))


@runtime_checkable
class Remote(Protocol):
    """A model elsewhere: its calls are billed, and are rows before they are made."""

    name: str

    def forecast(self, request: AnyRequest) -> Usage:
        """Say what a call would cost at most, marked as an estimate."""

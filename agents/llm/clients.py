"""The chain of this process: Claude when there is a key, then an OpenAI-compatible server when
there is an address, the embedded model always.

A client is one per process and keeps its connections open; what it did is kept by the ledger.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from functools import cache
from urllib.parse import urlsplit

from agents.engine.values import Comprehension

from .chain import Chain, Link
from .embedded.client import SOURCE, Embedded
from .embedded.language import AgentLanguage
from .ledger import Ledger
from .openai_like import NAME as OPENAI
from .openai_like import Address, OpenAICompatible
from .protocol import ComprehensionRequest, ModelAnswer, Usage, talks


class EmbeddedClient:
    """The embedded model as a client: one agent's language, no cost, no failure."""

    name = SOURCE

    def __init__(self, language: AgentLanguage) -> None:
        self._language = language
        self._model = Embedded()

    def comprehend(self, request: ComprehensionRequest) -> ModelAnswer[Comprehension]:
        """Understand one message, here."""
        started = time.perf_counter()
        value = self._model.comprehend(request.question, self._language)
        latency = round((time.perf_counter() - started) * 1000)
        usage = Usage(client=SOURCE, asked_model=SOURCE, model=SOURCE, latency_ms=latency)
        return ModelAnswer(value=value, usage=usage)


def is_configured(environ: Mapping[str, str] = os.environ) -> bool:
    """Say whether there is a key to call Claude with."""
    return bool(environ.get("ANTHROPIC_API_KEY"))


def load() -> None:
    """Import the SDK now if it will be needed: before workers fork, so that they share it.

    It takes seconds and tens of megabytes; without a key nobody pays for it.
    """
    if is_configured():
        from . import anthropic  # noqa: F401


def names() -> list[str]:
    """Return the clients in the order they are asked."""
    found = ["anthropic"] if is_configured() else []
    if Address.told(os.environ) is not None:
        found.append(OPENAI)
    return [*found, SOURCE]


def uses(*, fast: str, strong: str) -> dict[str, list[tuple[str, str]]]:
    """Return which models each client has, as pairs of model id and what it is used for:
    `message`, `doubt`, `picture`, `voice`."""
    claude_s = [(fast, "message"), (strong, "doubt"), (fast, "picture")]
    at = Address.told(os.environ) or Address(url="")
    others = [(at.fast, "message"), (at.strong, "doubt"), (at.vision, "picture"),
              (at.speech, "voice")]  # fmt: skip
    return {"anthropic": claude_s, OPENAI: [pair for pair in others if pair[0]], SOURCE: []}


def host() -> str:
    """Return the host of the OpenAI-compatible server; empty when there is none."""
    address = Address.told(os.environ)
    try:
        return urlsplit(address.url).netloc.rpartition("@")[2] if address else ""
    except ValueError:
        return ""


@cache
def claude(fast: str, strong: str) -> Link:
    """Return Claude and its breaker, the same ones for the whole process."""
    from .anthropic import AnthropicClient

    return Link(AnthropicClient(fast=fast, strong=strong))


@cache
def openai_like(address: Address) -> Link:
    """Return the client of a server and its breaker, the same ones for the whole process."""
    return Link(OpenAICompatible(address))


def models_elsewhere(*, fast: str, strong: str) -> list[Link]:
    """Return the models that are asked over the network, in order; `fast` and `strong` are
    Claude's model ids."""
    links = [claude(fast, strong)] if is_configured() else []
    address = Address.told(os.environ)
    return links if address is None else [*links, openai_like(address)]


def chain_for(language: AgentLanguage, *, fast: str, strong: str) -> Chain:
    """Return the chain for an agent's language; `fast` and `strong` are Claude's model ids."""
    embedded = Link(EmbeddedClient(language))
    elsewhere = [link for link in models_elsewhere(fast=fast, strong=strong) if talks(link.client)]
    return Chain([*elsewhere, embedded], watch=LEDGER)


def can_talk() -> bool:
    """Say whether there is a model elsewhere that can hold a conversation."""
    address = Address.told(os.environ)
    return is_configured() or (address is not None and bool(address.fast))


def first_model(fast: str) -> str:
    """Return the model that is asked first for every message; empty when it is the embedded one."""
    if is_configured():
        return fast
    address = Address.told(os.environ)
    return address.fast if address else ""


def chain_elsewhere(*, fast: str, strong: str) -> Chain:
    """Return the chain without the embedded model: for talk with tools, sounds and pictures."""
    return Chain(models_elsewhere(fast=fast, strong=strong), watch=LEDGER)


LEDGER = Ledger()

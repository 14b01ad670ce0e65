"""The chain of this process: Claude when there is a key, the embedded model always.

The client is one per process and keeps its connections open; what it did is kept by the ledger.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from functools import cache

from agents.engine.values import Comprehension

from .chain import Chain, Link
from .embedded.client import SOURCE, Embedded
from .embedded.language import AgentLanguage
from .ledger import Ledger
from .protocol import ComprehensionRequest, ModelAnswer, Usage


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
    return ["anthropic", SOURCE] if is_configured() else [SOURCE]


@cache
def claude(fast: str, strong: str) -> Link:
    """Return Claude and its breaker, the same ones for the whole process."""
    from .anthropic import AnthropicClient

    return Link(AnthropicClient(fast=fast, strong=strong))


def chain_for(language: AgentLanguage, *, fast: str, strong: str) -> Chain:
    """Return the chain for an agent's language; `fast` and `strong` are model ids."""
    embedded = Link(EmbeddedClient(language))
    if not is_configured():
        return Chain([embedded], watch=LEDGER)
    return Chain([claude(fast, strong), embedded], watch=LEDGER)


LEDGER = Ledger()

"""Model clients of which nothing is remembered, for tests of what is kept of their calls."""

from __future__ import annotations

from decimal import Decimal

from agents.llm import health
from agents.llm.chain import Chain
from agents.llm.clients import LEDGER, chain_for
from agents.llm.protocol import Outcome, Usage
from morfx.testing.case import CafeTest

FORECAST = Usage(
    client="anthropic",
    asked_model="m",
    model="m",
    input_tokens=100,
    output_tokens=50,
    cost=Decimal("0.01"),
    outcome=Outcome.STARTED,
    estimated=True,
)


def chain() -> Chain:
    """Build the chain as the engine does."""
    from agents.catalogue.somnio.language import LANGUAGE

    return chain_for(LANGUAGE, fast="claude-haiku-4-5", strong="claude-sonnet-4-6")


def forget_everything(test) -> None:
    """Forget what other tests have told."""
    health.forget()
    test.addCleanup(health.forget)
    for known in (LEDGER._consulted, LEDGER._adopted, LEDGER._told):
        known.clear()


class FreshTest(CafeTest):
    """Nobody has told anything yet, and nothing is remembered of other tests."""

    def setUp(self) -> None:
        super().setUp()
        forget_everything(self)

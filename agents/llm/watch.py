"""Who is told of model calls: the ledger before each, people and other processes of trouble.

A chain knows no database; it tells a `Watch`. `agents.llm.ledger` keeps it all in rows.
"""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from .breaker import Breaker
from .failures import Failure
from .protocol import Usage


class Watch(Protocol):
    """What a chain tells while it asks."""

    def consult(self, client: str, breaker: Breaker) -> None:
        """Take over what other processes have learned of a client, before it is asked."""

    def begin(self, forecast: Usage, purpose: str) -> UUID | None:
        """Write a call down that is about to be made, and let go of the database."""

    def failed(self, client: str, failure: Failure, sentence: str) -> None:
        """Hear of a failure that operators must know of."""

    def opened(self, client: str, breaker: Breaker, failure: Failure, sentence: str) -> None:
        """Hear that a client is left alone from now on, and why."""

    def closed(self, client: str) -> None:
        """Hear that a client answers again."""


class NobodyWatches:
    """For a chain outside of a workspace, and for tests."""

    def consult(self, client: str, breaker: Breaker) -> None:
        """Know nothing more."""

    def begin(self, forecast: Usage, purpose: str) -> UUID | None:
        """Write nothing down."""
        return None

    def failed(self, client: str, failure: Failure, sentence: str) -> None:
        """Tell nobody."""

    def opened(self, client: str, breaker: Breaker, failure: Failure, sentence: str) -> None:
        """Tell nobody."""

    def closed(self, client: str) -> None:
        """Tell nobody."""

"""One walk along a chain: what was tried, what came of it, and the answer at its end."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar
from uuid import UUID

from .protocol import Usage

Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class FailedTry:
    """Why a client did not answer. `alarm`: an operator must hear of it."""

    client: str
    failure: str
    message: str
    alarm: bool = False


@dataclass(frozen=True, kw_only=True)
class ChainAnswer(Generic[Value]):
    """An answer, who gave it, and everything that was tried on the way."""

    value: Value
    usage: Usage
    """The try that answered; the last of `tries`."""
    tries: tuple[Usage, ...]
    failures: tuple[FailedTry, ...] = ()

    @property
    def alarms(self) -> tuple[FailedTry, ...]:
        """Return the failures that will not heal by themselves."""
        return tuple(failed for failed in self.failures if failed.alarm)


@dataclass
class Run:
    """One walk along the chain."""

    purpose: str
    agent: str
    prompt_version: str
    until: float
    """When there is no more time, on the chain's clock."""
    tries: list[Usage] = field(default_factory=list)
    failures: list[FailedTry] = field(default_factory=list)

    def stamped(self, usage: Usage, row: UUID | None = None) -> Usage:
        """Say on a call what it is for, whose it is, and with which instructions."""
        return replace(
            usage,
            purpose=self.purpose,
            agent=self.agent,
            prompt_version=self.prompt_version,
            row=row or usage.row,
        )

    def pass_over(self, client: str, why: str, message: str) -> None:
        """Note that a client was not asked."""
        self.failures.append(FailedTry(client=client, failure=why, message=message))

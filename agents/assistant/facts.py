"""What happens to the assistant's proposals; what they change is recorded by the operations."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from morfx.events.ledger import Fact


@dataclass(frozen=True, kw_only=True)
class AboutProposal(Fact, abstract=True):
    """Which proposal, and which operation it would call."""

    proposal: UUID
    operation: str


@dataclass(frozen=True, kw_only=True)
class ProposalMade(AboutProposal):
    """The assistant worked out a change that a member asked for."""

    name = "assistant.proposed"
    asks: bool
    """It waits for the member's word."""

    def describe(self) -> str:
        return _("The assistant proposed a change.")


@dataclass(frozen=True, kw_only=True)
class ProposalCarriedOut(AboutProposal):
    """The assistant made a change that a member asked for."""

    name = "assistant.carriedOut"

    def describe(self) -> str:
        return _("The assistant made a change.")


@dataclass(frozen=True, kw_only=True)
class ProposalCancelled(AboutProposal):
    """A member did not want a change that the assistant had proposed."""

    name = "assistant.cancelled"

    def describe(self) -> str:
        return _("A change the assistant proposed was not wanted.")


@dataclass(frozen=True, kw_only=True)
class ProposalUndone(AboutProposal):
    """A member took back what the assistant had done."""

    name = "assistant.undone"

    def describe(self) -> str:
        return _("A change of the assistant was taken back.")


@dataclass(frozen=True, kw_only=True)
class AssistantSwitched(Fact):
    """The assistant was switched on or off: in the workspace, or in one conversation."""

    name = "assistant.switched"
    conversation: UUID | None
    on: bool | None
    """None: the conversation follows the workspace."""

    def describe(self) -> str:
        if self.on is None:
            return _("The assistant follows the workspace's switch here.")
        return (
            _("The assistant was switched on.") if self.on else _("The assistant was switched off.")
        )

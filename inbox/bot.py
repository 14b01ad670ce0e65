"""What the inbox knows of the bot: what higher floors tell about a conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from .models import Conversation


@dataclass(frozen=True, kw_only=True)
class BotState:
    """The agent that answers in a conversation: its id and name, and whether it may now."""

    agent: str = ""
    name: str = ""
    available: bool = False
    """An agent is switched on for the workspace."""
    enabled: bool = False
    """It would answer here: on for this conversation too."""
    thinking: bool = False
    """A turn is running, or about to."""


NOBODY = BotState()
describe: list[Callable[[Conversation], BotState | None]] = []
"""Asked in order; the first that knows an agent for the conversation answers."""


def state_of(conversation: Conversation) -> BotState:
    """Return the bot's state in a conversation."""
    return next((state for ask in describe if (state := ask(conversation))), NOBODY)


def answering(conversations: Sequence[Conversation]) -> set[UUID]:
    """Return in which conversations of a page the bot would answer now.

    Whether there is one is the workspace's business, so one question serves the page.
    """
    if not conversations or not state_of(conversations[0]).available:
        return set()
    return {
        row.pk for row in conversations if row.bot_enabled is not False and not row.owned_by_person
    }

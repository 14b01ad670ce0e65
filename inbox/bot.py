"""What the inbox knows of the bot: what higher floors tell about a conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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


NOBODY = BotState()
KNOWN = "_bot_state"
describe: list[Callable[[Conversation], BotState | None]] = []
"""Asked in order; the first that knows an agent for the conversation answers."""


def state_of(conversation: Conversation) -> BotState:
    """Return the bot's state in a conversation, as told before (`know`) or asked now."""
    known: BotState | None = conversation.__dict__.get(KNOWN)
    return known or next((state for ask in describe if (state := ask(conversation))), NOBODY)


def know(conversations: Sequence[Conversation]) -> None:
    """Ask once for a page of conversations: which agent there is is the workspace's business."""
    if conversations:
        first = state_of(conversations[0])
        for row in conversations:
            enabled = first.available and row.bot_enabled is not False
            row.__dict__[KNOWN] = replace(first, enabled=enabled)


def answering(conversations: Sequence[Conversation]) -> set[UUID]:
    """Return in which conversations of a page the bot would answer now.

    Whether there is one is the workspace's business, so one question serves the page.
    """
    if not conversations or not state_of(conversations[0]).available:
        return set()
    return {
        row.pk for row in conversations if row.bot_enabled is not False and not row.owned_by_person
    }

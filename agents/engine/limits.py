"""What an agent does where it cannot go on: no words to read, no budget left."""

from __future__ import annotations

import dataclasses

from .situation import Situation
from .values import Decision, HandOver, Say, State

UNREADABLE = "unreadable."

MOST_UNREADABLE = 2
"""Messages without words in a row that are answered with a request for words; then a person."""


def without_words(here: Situation) -> Decision:
    """Ask for words; after a few messages without any, a person looks.

    What the last answer still owes follows: a picture takes nothing of it back.
    """
    asked = sum(key.startswith(UNREADABLE) for key in here.state.said)
    if asked >= MOST_UNREADABLE:
        reason = "The customer sends what the agent cannot read."
        message = here.world.handover_message
        return Decision(state=here.state, effects=(HandOver(reason=reason, message=message),))
    key = f"{UNREADABLE}{asked + 1}"
    state = dataclasses.replace(here.state, said=(*here.state.said, key))
    line = Say(text=here.agent.unreadable, key=key, intent="unreadable")
    effects = (line, *here.world.pending)
    return Decision(state=state, effects=effects, why=("The message holds no words.",))


def readable_again(state: State) -> State:
    """Forget that we asked for words: the customer has written some."""
    said = tuple(key for key in state.said if not key.startswith(UNREADABLE))
    return dataclasses.replace(state, said=said)


def out_of_budget(here: Situation) -> Decision:
    """The session's tokens are spent: a person goes on."""
    limit = here.setting.budget_tokens_session
    return to_a_person(here, f"The session has used {here.tokens_used} of {limit} tokens.")


def to_a_person(here: Situation, reason: str) -> Decision:
    """Let a person go on, for a reason; the customer hears the shop's own line."""
    return Decision(
        state=here.state,
        effects=(HandOver(reason=reason, message=here.world.handover_message),),
        why=(reason,),
    )

"""What an agent does where it cannot go on: no words to read, no budget left."""

from __future__ import annotations

import dataclasses

from agents.errors import BudgetExceededError

from . import reading, wanted
from .situation import Situation
from .values import Decision, HandOver, Say, State

UNREADABLE = "unreadable."

MOST_UNREADABLE = 2
"""Messages without words in a row that are answered with a request for words; then a person."""

UNREAD = "The customer sends what the agent cannot read."


def wants_a_person(here: Situation) -> bool:
    """Tell whether the workspace wants people to look at something unread that was sent."""
    unread = reading.wordless(here.messages)
    kinds = {reading.kind_of(message) for message in unread}
    return any(wanted.media(here.setting, kind) == wanted.HANDOVER for kind in kinds)


def without_words(here: Situation) -> Decision:
    """Ask for words; after a few messages without any, a person looks.

    What the last answer still owes follows: a picture takes nothing of it back.
    """
    if wants_a_person(here) or _asked(here.state) >= MOST_UNREADABLE:
        return to_a_person(here, UNREAD)
    line = _request(here, here.state)
    effects = (line, *here.world.pending)
    why = ("The message holds no words.",)
    return Decision(state=_having_said(here.state, line), effects=effects, why=why)


def with_the_rest(here: Situation, decision: Decision) -> Decision:
    """Add to an answer what is to be said of messages beside it that hold no words."""
    parting = any(isinstance(effect, HandOver) for effect in decision.effects)
    if parting or not reading.wordless(here.messages):
        return decision
    if wants_a_person(here):
        return to_a_person(here, UNREAD)
    line = _request(here, decision.state)
    return dataclasses.replace(
        decision,
        state=_having_said(decision.state, line),
        effects=(*decision.effects, line),
        why=(*decision.why, "One of the messages holds no words."),
        silent_because="",
    )


def readable_again(state: State) -> State:
    """Forget that we asked for words: the customer has written some."""
    said = tuple(key for key in state.said if not key.startswith(UNREADABLE))
    return dataclasses.replace(state, said=said)


WHOSE = {
    "turn": "The turn",
    "session": "The session",
    "day": "The workspace's day",
    "workspace": "The workspace's month",
}
"""Whose budget is used up, by its scope."""


def out_of_budget(here: Situation, spent: BudgetExceededError) -> Decision:
    """What may be used is used up: a person goes on."""
    figures = {"used": f"{spent.used:f}", "limit": f"{spent.limit:f}"}
    what = "tokens" if spent.measure == "tokens" else "US dollars"
    sentence = f"{WHOSE[spent.scope]} has used {{used}} of {{limit}} {what}."
    reason = sentence.format(**figures)
    budget = {"scope": spent.scope, "measure": spent.measure, "code": spent.code, **figures}
    return dataclasses.replace(to_a_person(here, reason), budget=budget)


def to_a_person(here: Situation, reason: str) -> Decision:
    """Let a person go on, for a reason; the customer hears the shop's own line."""
    return Decision(
        state=here.state,
        effects=(HandOver(reason=reason, message=here.world.handover_message),),
        why=(reason,),
    )


def _asked(state: State) -> int:
    return sum(key.startswith(UNREADABLE) for key in state.said)


def _request(here: Situation, state: State) -> Say:
    key = f"{UNREADABLE}{_asked(state) + 1}"
    return Say(text=here.agent.unreadable, key=key, intent="unreadable")


def _having_said(state: State, line: Say) -> State:
    return dataclasses.replace(state, said=(*state.said, line.key))

"""One turn: take the lease, read, perceive without a transaction, decide, commit in one.

    lease → situation → perceive (network) → decide (pure) → commit (one transaction)

A message that arrives meanwhile is found at the commit: then nothing is committed, and the same
run goes round again with all of them, so that two messages get one answer.
"""

from __future__ import annotations

import dataclasses
from uuid import UUID

import structlog
from django.db import connection, transaction

from agents.errors import VersionConflictError
from agents.operations import sessions, turns
from inbox.models import Conversation
from morfx.operations.actor import Actor

from . import leases, situation
from .perceive import Perception, perceive
from .situation import Situation
from .values import Decision, HandOver, Question, Say

log = structlog.get_logger()
MOST_ROUNDS = 5
"""How often newly arrived messages may send a turn round again; then it answers what it has."""

MOST_UNREADABLE = 2
"""Messages without words in a row that are answered with a request for words; then a person."""


class Busy(Exception):
    """Somebody else holds the conversation's lease."""


def answer(conversation_id: UUID) -> None:
    """Answer everything unanswered in a conversation, once. Raises Busy while another turn runs."""
    token = leases.take(conversation_id)
    if token is None:
        raise Busy
    try:
        for round_ in range(MOST_ROUNDS):
            last = round_ == MOST_ROUNDS - 1
            if _round(conversation_id, token, last=last):
                return
    finally:
        with transaction.atomic():
            leases.release(conversation_id, token)


def _round(conversation_id: UUID, token: int, *, last: bool) -> bool:
    """Go once from reading to committing; False when there is more to hear first."""
    here = _read(conversation_id)
    if here is None:
        return True
    perception, decision = consider(here)
    try:
        return turns.commit(
            _actor(here),
            conversation=here.conversation,
            here=here,
            perception=perception,
            decision=decision,
            token=token,
            wait_for_more=not last,
        )
    except VersionConflictError as conflict:
        log.info("turn overtaken", conversation=str(conversation_id), why=str(conflict))
        if last:
            raise
        return False


def _read(conversation_id: UUID) -> Situation | None:
    """Read the situation; None when there is nothing to answer, or nobody to answer it."""
    with transaction.atomic():
        conversation = Conversation.objects.select_related("contact", "channel").get(
            pk=conversation_id
        )
        messages = situation.unheard(conversation_id)
        setting = situation.setting_of(conversation)
        reason = situation.silence(conversation, setting)
        if not messages:
            return None
        if reason or setting is None:
            actor = Actor.system(conversation.workspace_id, "agents")
            turns.stay_silent(actor, messages=messages, reason=reason)
            return None
        session = sessions.current(conversation, setting.agent)
        return situation.read(conversation, setting, session, messages)


def consider(here: Situation) -> tuple[Perception | None, Decision]:
    """Perceive and decide; no transaction is open and no connection held while a model thinks."""
    if not here.text:
        return None, _without_words(here)
    if here.tokens_used >= here.setting.budget_tokens_session:
        return None, _out_of_budget(here)
    if not connection.in_atomic_block:
        connection.close()
    question = Question(text=here.text, state=here.state, history=here.history)
    perception = perceive(here.agent, question)
    flow = here.agent.flow(here.texts)
    return perception, flow.hear(here.state, here.text, perception.heard, here.world)


def _actor(here: Situation) -> Actor:
    return agent_actor(here.conversation.workspace_id, here.agent.id)


def agent_actor(workspace_id: UUID, agent_id: str) -> Actor:
    """Return an agent as one who acts, with the permissions its definition gives."""
    from .registry import find

    agent = find(agent_id)
    return Actor(
        workspace_id=workspace_id,
        who=f"agent:{agent_id}",
        via="agent",
        name=agent.name,
        permissions=agent.permissions | {"system"},
    )


def _without_words(here: Situation) -> Decision:
    """Ask for words; after a few messages without any, a person looks."""
    asked = sum(key.startswith("unreadable.") for key in here.state.said)
    if asked >= MOST_UNREADABLE:
        reason = "The customer sends what the agent cannot read."
        message = here.world.handover_message
        return Decision(state=here.state, effects=(HandOver(reason=reason, message=message),))
    key = f"unreadable.{asked + 1}"
    state = dataclasses.replace(here.state, said=(*here.state.said, key))
    line = Say(text=here.agent.unreadable, key=key, intent="unreadable")
    return Decision(state=state, effects=(line,), why=("The message holds no words.",))


def _out_of_budget(here: Situation) -> Decision:
    """The session's tokens are spent: a person goes on."""
    limit = here.setting.budget_tokens_session
    reason = f"The session has used {here.tokens_used} of {limit} tokens."
    return Decision(
        state=here.state,
        effects=(HandOver(reason=reason, message=here.world.handover_message),),
        why=(reason,),
    )

"""One turn: take the lease, read, perceive without a transaction, decide, commit in one.

    lease → situation → perceive (network) → decide (pure) → commit (one transaction)

A message that arrives meanwhile is found at the commit: then nothing is committed, and the same
run goes round again with all of them, so that two messages get one answer.
"""

from __future__ import annotations

from uuid import UUID

import structlog
from django.db import connection, transaction

from agents.errors import VersionConflictError
from agents.operations import sessions, turns
from inbox.models import Conversation
from morfx.operations.actor import Actor

from . import leases, limits, situation
from .perceive import Perception, perceive
from .situation import Situation, agent_actor
from .values import Decision, Question

log = structlog.get_logger()
MOST_ROUNDS = 5
"""How often newly arrived messages may send a turn round again; then it answers what it has."""


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
        return None, limits.without_words(here)
    if here.tokens_used >= here.setting.budget_tokens_session:
        return None, limits.out_of_budget(here)
    if not connection.in_atomic_block:
        connection.close()
    question = Question(text=here.text, state=here.state, history=here.history)
    perception = perceive(here.agent, question)
    flow = here.agent.flow(here.texts)
    return perception, flow.hear(here.state, here.text, perception.heard, here.world)


def _actor(here: Situation) -> Actor:
    return agent_actor(here.conversation.workspace_id, here.agent.id)

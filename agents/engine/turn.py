"""One turn: take the lease, read, perceive without a transaction, decide, commit in one.

    lease → situation → perceive (network) → decide (pure) → commit (one transaction)

A message that arrives meanwhile is found at the commit: then nothing is committed, and the same
run goes round again with all of them, so that two messages get one answer.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import structlog
from django.db import transaction

from agents.errors import ModelsUnavailableError, VersionConflictError
from agents.llm.protocol import Usage
from agents.operations import sessions, silence, turns
from inbox.models import Conversation
from morfx.operations.actor import Actor

from . import leases, situation
from .considering import consider
from .situation import Situation, agent_actor
from .turn_rows import write_calls

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
    spent: list[Usage] = []
    try:
        with leases.kept(conversation_id, token):
            for round_ in range(MOST_ROUNDS):
                if _round(conversation_id, token, spent, last=round_ == MOST_ROUNDS - 1):
                    return
    except leases.LeaseLostError:
        raise Busy from None
    finally:
        with transaction.atomic():
            leases.release(conversation_id, token)
            write_calls(spent)


def _round(conversation_id: UUID, token: int, spent: list[Usage], *, last: bool) -> bool:
    """Go once from reading to committing; False when there is more to hear first.

    `spent` are calls of rounds that came to nothing; the turn that is committed pays for them.
    """
    here = _read(conversation_id)
    if here is None:
        return True
    try:
        perception, decision = consider(here)
        if perception is not None:
            spent += perception.usages
            perception = replace(perception, usages=tuple(spent))
        committed = turns.commit(
            agent_actor(here.conversation.workspace_id, here.agent.id),
            conversation=here.conversation,
            here=here,
            perception=perception,
            decision=decision,
            token=token,
            wait_for_more=not last,
        )
    except ModelsUnavailableError as nobody:
        spent += nobody.tries
        raise
    except leases.LeaseLostError:
        raise
    except VersionConflictError as conflict:
        log.info("turn overtaken", conversation=str(conversation_id), why=str(conflict))
        if last:
            raise
        return False
    if committed and perception is not None:
        spent.clear()
    return committed


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
            silence.stay_silent(actor, messages=messages, reason=reason)
            return None
        session = sessions.current(conversation, setting.agent)
        return situation.read(conversation, setting, session, messages)

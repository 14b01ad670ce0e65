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


def answer(conversation_id: UUID, cause: UUID | None = None) -> None:
    """Answer everything unanswered in a conversation, once. Raises Busy while another turn runs.

    `cause` is the event that asked for it: what the turn does is one step deeper in its chain.
    """
    token = leases.take(conversation_id)
    if token is None:
        raise Busy
    spent: list[Usage] = []
    try:
        with leases.kept(conversation_id, token):
            for round_ in range(MOST_ROUNDS):
                if _round(conversation_id, token, spent, cause, last=round_ == MOST_ROUNDS - 1):
                    return
    except leases.LeaseLostError:
        raise Busy from None
    finally:
        with transaction.atomic():
            leases.release(conversation_id, token)
            write_calls(spent)


def _round(
    conversation_id: UUID, token: int, spent: list[Usage], cause: UUID | None, *, last: bool
) -> bool:
    """Go once from reading to committing; False when there is more to hear first.

    `spent` are calls of rounds that came to nothing; the turn that is committed pays for them.
    """
    found = _read(conversation_id, cause)
    if found is None:
        return True
    here, actor = found
    try:
        perception, decision = consider(here)
        if perception is not None:
            spent += perception.usages
            perception = replace(perception, usages=tuple(spent))
        committed = turns.commit(
            actor,
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
    except VersionConflictError as conflict:
        log.info("turn overtaken", conversation=str(conversation_id), why=str(conflict))
        if last or isinstance(conflict, leases.LeaseLostError):
            raise
        return False
    if committed and perception is not None:
        spent.clear()
    return committed


def _read(conversation_id: UUID, cause: UUID | None) -> tuple[Situation, Actor] | None:
    """Read the situation, and who acts; None when there is nothing to answer, or nobody to."""
    with transaction.atomic():
        rows = Conversation.objects.select_related("contact", "channel")
        conversation = rows.select_for_update(of=("self",)).get(pk=conversation_id)
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
        actor = agent_actor(conversation.workspace_id, setting.agent, cause)
        return situation.read(conversation, setting, session, messages), actor

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
from django.db.models import QuerySet

from agents.errors import ModelsUnavailableError, VersionConflictError
from agents.llm.protocol import Usage
from agents.operations import sessions, silence, turns
from inbox.models import Conversation
from morfx.operations.actor import Actor
from morfx.tenancy.compiled import compiled

from . import leases, situation
from .considering import consider
from .situation import Situation, agent_actor
from .turn_rows import write_calls

log = structlog.get_logger()
MOST_ROUNDS = 5
"""How often newly arrived messages may send a turn round again; then it answers what it has."""


class Busy(Exception):
    """Somebody else holds the conversation's lease."""


def answer(conversation_id: UUID, cause: UUID | None = None, depth: int = 0) -> None:
    """Answer everything unanswered in a conversation, once. Raises Busy while another turn runs.

    `cause` is the event that asked for it, `depth` the turn's place in its chain of causes.
    """
    with transaction.atomic():
        conversation = _locked.one(conversation_id)
        token = leases.take(conversation_id)
        if token is None:
            raise Busy
        found = _read(conversation, cause, depth)
        if found is None:
            leases.release(conversation_id, token)
            return
    spent: list[Usage] = []
    over = False
    try:
        with leases.kept(conversation_id, token):
            for last in (*[False] * (MOST_ROUNDS - 1), True):
                over = _round(*found, token, spent, last=last)
                if over:
                    return
                with transaction.atomic():
                    found = _read(_locked.one(conversation_id), cause, depth)
                if found is None:
                    return
    except leases.LeaseLostError:
        raise Busy from None
    finally:
        if spent or not over:
            with transaction.atomic():
                leases.release(conversation_id, token)
                write_calls(spent)


def _round(here: Situation, actor: Actor, token: int, spent: list[Usage], *, last: bool) -> bool:
    """Go once from a situation to the commit; False when there is more to hear first.

    `spent` are calls of rounds that came to nothing; the turn that is committed pays for them.
    The commit gives the lease back.
    """
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
        log.info("turn overtaken", conversation=str(here.conversation.pk), why=str(conflict))
        if last or isinstance(conflict, leases.LeaseLostError):
            raise
        return False
    if committed and perception is not None:
        spent.clear()
    return committed


@compiled
def _locked(conversation_id: UUID) -> QuerySet[Conversation]:
    rows = Conversation.objects.select_related("contact", "channel")
    return rows.select_for_update(of=("self",)).filter(pk=conversation_id)


def _read(
    conversation: Conversation, cause: UUID | None, depth: int
) -> tuple[Situation, Actor] | None:
    """Read the situation, and who acts; None when there is nothing to answer, or nobody to."""
    messages = situation.unheard(conversation.pk)
    if not messages:
        return None
    setting = situation.setting_of(conversation)
    reason = situation.silence(conversation, setting)
    if reason or setting is None:
        actor = Actor.system(conversation.workspace_id, "agents")
        silence.stay_silent(actor, messages=messages, reason=reason)
        return None
    session = sessions.current(conversation, setting)
    actor = agent_actor(conversation.workspace_id, setting.agent, cause, depth)
    return situation.read(conversation, setting, session, messages), actor

"""What agents do later: answer after the pause, wake by a timer, close what is over."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from agents.engine import situation, turn
from agents.models import Session, TurnLease
from agents.operations import sessions, waking
from morfx.jobs.work import job
from morfx.operations.actor import Actor
from morfx.tenancy import everywhere, within

AGAIN = 0.5
"""Seconds until a conversation is tried again whose lease somebody holds."""


@job(queue="turns", network=True, tries=10)
def answer(conversation: UUID) -> None:
    """Answer what is unanswered in a conversation."""
    try:
        turn.answer(conversation)
    except turn.Busy:
        with transaction.atomic():
            answer.later(key=f"answer:{conversation}", after=AGAIN, conversation=conversation)


@job(queue="turns", tries=10)
def wake(session: UUID, conversation: UUID, timer: str, level: int) -> None:
    """Let an agent act on a timer; put it off while a turn runs."""
    row = Session.objects.filter(pk=session).first()
    if row is None:
        return
    lease = TurnLease.objects.filter(conversation_id=conversation).first()
    if lease is not None and lease.until is not None and lease.until > timezone.now():
        wake.later(
            key=sessions.timer_key(row, timer),
            after=AGAIN,
            session=session,
            conversation=conversation,
            timer=timer,
            level=level,
        )
        return
    actor = situation.agent_actor(row.workspace_id, row.agent)
    waking.wake(actor, conversation=row.conversation, session=row, timer=timer, level=level)


@job(every=600.0)
def close_idle_sessions() -> None:
    """Close sessions in which nobody has written for a day, in every workspace."""
    with everywhere("find idle sessions"):
        idle = list(
            Session.objects.filter(
                status=Session.Status.ACTIVE,
                last_activity_at__lt=timezone.now() - sessions.IDLE,
            ).values_list("pk", "workspace_id")[:500]
        )
    for session_id, workspace_id in idle:
        with within(workspace_id):
            session = Session.objects.get(pk=session_id)
            sessions.close(
                Actor.system(workspace_id, "agents"), session=session, reason="inactivity"
            )

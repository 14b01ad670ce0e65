"""What agents do later: answer after the pause, wake by a timer, close what is over."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agents.engine import registry, resting, situation, turn, wanted
from agents.models import Session
from agents.operations import sessions, silence, waking
from agents.reconciling import reconcile  # noqa: F401 (registers it)
from inbox.models import Conversation
from inbox.operations import handover
from morfx.jobs.work import Again, job
from morfx.tenancy import everywhere, within

AGAIN = 0.5
"""Seconds until a conversation is tried again whose lease somebody holds."""

MOST_SESSIONS = 5_000
"""Sessions one sweep looks at, the quietest first."""


@job(tries=20)
def hand_to_a_person(conversation: UUID, cause: UUID | None = None, depth: int = 0) -> None:
    """Hand a conversation over whose turn failed for good: no customer is left in silence."""
    row = Conversation.objects.get(pk=conversation)
    setting = situation.setting_of(row)
    waiting = situation.unheard(conversation)
    if not waiting or setting is None or situation.silence(row, setting):
        return
    actor = situation.agent_actor(row.workspace_id, setting.agent)
    reason = _("The agent failed on this conversation; its job is parked with the error.")
    handover.hand_over(
        actor,
        conversation=row,
        reason=reason,
        message=wanted.handover_message(setting, registry.find(setting.agent)),
        agent=setting.agent,
    )
    silence.stay_silent(actor, messages=waiting, reason="error")
    for session in Session.objects.filter(conversation=row, status=Session.Status.ACTIVE):
        sessions.close(actor, session=session, reason="handoff")


@job(queue="turns", network=True, tries=4, otherwise=hand_to_a_person)
def answer(conversation: UUID, cause: UUID | None = None, depth: int = 0) -> None:
    """Answer what is unanswered in a conversation; `cause` is the event that asked for it."""
    try:
        turn.answer(conversation, cause, depth)
    except turn.Busy:
        raise Again(AGAIN) from None


@job(queue="turns", tries=10)
def wake(session: UUID, conversation: UUID, timer: str, level: int) -> None:
    """Let an agent act on a timer; put it off while a message waits for its answer."""
    row = Session.objects.filter(pk=session).first()
    if row is None:
        return
    actor = situation.agent_actor(row.workspace_id, row.agent)
    try:
        waking.wake(actor, conversation=row.conversation, session=row, timer=timer, level=level)
    except waking.NotYet:
        raise Again(AGAIN) from None


@job(every=600.0, network=True)
def close_idle_sessions() -> None:
    """Close the sessions that are over by themselves, each in its own transaction."""
    now = timezone.now()
    with everywhere("find idle sessions"), transaction.atomic():
        quiet = list(
            Session.objects.filter(
                status=Session.Status.ACTIVE, last_activity_at__lt=now - resting.SOONEST
            )
            .order_by("last_activity_at")
            .values_list("pk", "workspace_id", "workspace__time_zone")[:MOST_SESSIONS]
        )
    for session_id, workspace_id, zone in quiet:
        with within(workspace_id), transaction.atomic():
            sessions.rest(session_id, zone)

"""Sessions open with the first message and close by inactivity, hand-over or hand."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from agents.engine import resting
from agents.facts import SessionClosed, SessionOpened
from agents.models import AgentSetting, Session
from inbox.models import Conversation
from morfx.events.ledger import record
from morfx.jobs import work
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.inputs import Locked, Ref
from morfx.tenancy.compiled import compiled

IDLE = timedelta(hours=24)
"""A session nobody wrote in for this long is over, unless the workspace says otherwise; the next
message opens a new one."""

TIMER_KEY = "agent:{session}:{name}"


def current(conversation: Conversation, setting: AgentSetting) -> Session:
    """Return the agent's open session in a conversation; a new one when there is none.

    One that was quiet for longer than the workspace allows is closed here, though no sweep came by.
    """
    actor = Actor.system(conversation.workspace_id, "agents")
    found = _open.first(conversation.pk, setting.agent)
    idle = timedelta(hours=setting.idle_hours)
    if found is not None and timezone.now() - found.last_activity_at > idle:
        close(actor, session=found, reason="inactivity")
        found = None
    return found or start(actor, conversation=conversation, agent=setting.agent)


@compiled
def _open(conversation_id: UUID, agent: str) -> QuerySet[Session]:
    rows = Session.objects.filter(conversation_id=conversation_id, agent=agent)
    return rows.filter(status=Session.Status.ACTIVE)


@operation("agents.session.open", needs=SYSTEM)
def start(actor: Actor, *, conversation: Ref[Conversation], agent: str) -> Session:
    """Open a session; the one that somebody else just opened is as good."""
    try:
        with transaction.atomic():
            session = Session.objects.create(
                agent=agent, conversation=conversation, contact_id=conversation.contact_id
            )
    except IntegrityError:
        return Session.objects.get(
            conversation=conversation, agent=agent, status=Session.Status.ACTIVE
        )
    record(SessionOpened(session=session.pk, conversation=conversation.pk, agent=agent))
    return session


@operation("agents.session.close", needs=SYSTEM)
def close(actor: Actor, *, session: Locked[Session], reason: str) -> Session:
    """Close a session and forget its timers."""
    if session.status == Session.Status.ACTIVE:
        ended = Session.Status.HANDED_OFF if reason == "handoff" else Session.Status.CLOSED
        session.status, session.closed_reason = ended, reason
        session.version += 1
        session.save(update_fields=["status", "closed_reason", "version"])
        forget_timers(session)
        record(
            SessionClosed(
                session=session.pk,
                conversation=session.conversation_id,
                agent=session.agent,
                reason=reason,
            )
        )
    return session


def rest(session_id: UUID, zone: str) -> bool:
    """Close a session if it is over by itself; `zone` is the name of the workspace's time zone."""
    session = Session.objects.select_for_update(skip_locked=True).filter(pk=session_id).first()
    if session is None or session.status != Session.Status.ACTIVE:
        return False
    setting = _setting_of(session)
    reason = resting.why_over(
        session.last_activity_at,
        timezone.now(),
        zone,
        idle=timedelta(hours=setting.idle_hours),
        nightly=setting.closes_nightly,
    )
    if reason:
        close(Actor.system(session.workspace_id, "agents"), session=session, reason=reason)
    return bool(reason)


def _setting_of(session: Session) -> AgentSetting:
    """Return what a session goes by: its number's settings, the workspace's, or none's."""
    rows = AgentSetting.objects.filter(agent=session.agent)
    mine = rows.filter(Q(channel=session.conversation.channel_id) | Q(channel=None))
    found = mine.order_by(F("channel").asc(nulls_last=True)).first()
    return found or AgentSetting(agent=session.agent)


def timer_key(session: Session, name: str) -> str:
    """Return the key of a session's timer."""
    return TIMER_KEY.format(session=session.pk, name=name)


def forget_timers(session: Session) -> None:
    """Cancel every timer of a session."""
    from morfx.jobs.models import Job

    prefix = timer_key(session, "")
    for key in Job.objects.filter(key__startswith=prefix).values_list("key", flat=True):
        work.cancel(str(key))

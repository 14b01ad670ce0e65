"""Sessions open with the first message and close by inactivity, hand-over or hand."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from agents.facts import SessionClosed, SessionOpened
from agents.models import Session
from inbox.models import Conversation
from morfx.events.ledger import record
from morfx.jobs import work
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.inputs import Locked, Ref
from morfx.tenancy.compiled import compiled

IDLE = timedelta(hours=24)
"""A session nobody wrote in for this long is over; the next message opens a new one."""

TIMER_KEY = "agent:{session}:{name}"


def current(conversation: Conversation, agent: str) -> Session:
    """Return the open session of an agent in a conversation; a new one when there is none."""
    actor = Actor.system(conversation.workspace_id, "agents")
    found = _open.first(conversation.pk, agent)
    if found is not None and timezone.now() - found.last_activity_at > IDLE:
        close(actor, session=found, reason="inactivity")
        found = None
    return found or start(actor, conversation=conversation, agent=agent)


@compiled
def _open(conversation_id: UUID, agent: str) -> QuerySet[Session]:
    rows = Session.objects.filter(conversation_id=conversation_id, agent=agent)
    return rows.filter(status__in=["active", "paused"])


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
            conversation=conversation, agent=agent, status__in=["active", "paused"]
        )
    record(SessionOpened(session=session.pk, conversation=conversation.pk, agent=agent))
    return session


@operation("agents.session.close", needs=SYSTEM)
def close(actor: Actor, *, session: Locked[Session], reason: str) -> Session:
    """Close a session and forget its timers."""
    if session.status in (Session.Status.ACTIVE, Session.Status.PAUSED):
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


def timer_key(session: Session, name: str) -> str:
    """Return the key of a session's timer."""
    return TIMER_KEY.format(session=session.pk, name=name)


def forget_timers(session: Session) -> None:
    """Cancel every timer of a session."""
    from morfx.jobs.models import Job

    prefix = timer_key(session, "")
    for key in Job.objects.filter(key__startswith=prefix).values_list("key", flat=True):
        work.cancel(str(key))

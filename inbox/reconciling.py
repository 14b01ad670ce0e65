"""Every few minutes: what stayed unsettled in the inbox's ledgers is settled, or shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from morfx.jobs import heartbeat
from morfx.jobs.models import Heartbeat, Job
from morfx.jobs.work import job

from . import consequences, replaying, settling, unconfirmed
from .models import Conversation, Envelope, LooseStatus, Message, Send
from .outgoing import Queue
from .providers.outcomes import Unknown
from .rounds import EVERY, MOST, Check, make_round

OVERDUE = timedelta(minutes=1)
"""Work that waits for longer is not merely busy: nobody has it in hand."""
CLAIMED_FOR = timedelta(minutes=2)
"""A send that is claimed for longer than any provider may take, and whose job is gone."""
LOOSE_FOR = timedelta(days=7)
"""A report of a message we never came to know is put aside; its envelope keeps it."""

Found = Iterable[tuple[UUID, Any]]


@job(every=EVERY, network=True)
def reconcile() -> None:
    """Settle sends, reports, envelopes and jobs that nobody has in hand any more."""
    make_round("inbox", CHECKS)


# -- sends ----------------------------------------------------------------------------------


def lost_sends() -> Found:
    """Find sends whose process died after claiming them, and whose delivery job is gone."""
    rows = Send.objects.filter(state=Send.State.CLAIMED, claimed_at__lt=ago(CLAIMED_FOR))
    return first(rows.exclude(_delivered_by(Q(parked_at=None))))


def give_up(send_id: UUID) -> bool:
    """Say of a lost send that nobody knows, and let its plan go on."""
    queue = _queue_of(Send.objects.get(pk=send_id).conversation_id)
    lost = next((send for send in queue.claimed() if send.pk == send_id), None)
    if lost is None:
        return False
    consequences.end(queue, lost, Unknown(reason=settling.ENDED))
    queue.schedule()
    return True


def unconfirmed_sends() -> Found:
    """Find sends that nobody confirmed for so long that people must know."""
    return first(unconfirmed.late())


def stranded_plans() -> Found:
    """Find bubbles that wait for one before them which is settled already."""
    ahead = Send.objects.filter(plan=OuterRef("plan"), conversation=OuterRef("conversation"))
    ahead = ahead.filter(
        Q(state=Send.State.CLAIMED) | Q(state=Send.State.PLANNED, due_at__isnull=False)
    )
    rows = Send.objects.filter(state=Send.State.PLANNED, due_at=None).exclude(plan="")
    return first(rows.filter(created_at__lt=ago(OVERDUE)).exclude(Exists(ahead)))


def let_follow(send_id: UUID) -> bool:
    """Give the next bubble of a stranded plan its due time."""
    queue = _queue_of(Send.objects.get(pk=send_id).conversation_id)
    stranded = queue.unblock()
    queue.schedule()
    return stranded


def unscheduled_sends() -> Found:
    """Find conversations with a bubble that is due and no job to deliver it.

    Those of a number that was stopped wait until it goes on.
    """
    rows = Send.objects.filter(state=Send.State.PLANNED, due_at__lt=ago(OVERDUE))
    going = rows.filter(conversation__channel__stopped_at=None)
    return first(going.exclude(_delivered_by(Q())), "conversation_id")


def schedule_again(conversation_id: UUID) -> bool:
    """Set a conversation's delivery job."""
    _queue_of(conversation_id).schedule()
    return True


# -- reports --------------------------------------------------------------------------------


def late_reports() -> Found:
    """Find loose reports of messages that we know by now."""
    known = Message.objects.filter(
        workspace_id=OuterRef("workspace_id"),
        provider_id=OuterRef("provider_id"),
        direction=Message.Direction.OUTBOUND,
    )
    return first(LooseStatus.objects.filter(Exists(known)), "provider_id")


def fold_reports(provider_id: str) -> int:
    """Fold a message's loose reports into it."""
    message = Message.objects.get(provider_id=provider_id, direction=Message.Direction.OUTBOUND)
    return settling.fold_loose(message.pk, provider_id)


def old_reports() -> Found:
    """Find loose reports that are too old for their message to turn up."""
    return first(LooseStatus.objects.filter(created_at__lt=ago(LOOSE_FOR)))


def put_report_aside(status_id: UUID) -> bool:
    """Forget a loose report; what came stays in its envelope."""
    return LooseStatus.objects.filter(pk=status_id).delete()[0] > 0


# -- envelopes ------------------------------------------------------------------------------


def forgotten_envelopes() -> Found:
    """Find envelopes that wait and have no job that would open them."""
    return first(_waiting().exclude(_opened_by(Q())))


def open_again(envelope_id: UUID) -> bool:
    """Give a forgotten envelope a job."""
    replaying.enqueue([envelope_id])
    return True


def stuck_envelopes() -> Found:
    """Find envelopes that wait although their job was tried as often as it may be."""
    stuck = _waiting().exclude(_opened_by(Q(parked_at=None)))
    return first(stuck.filter(_opened_by(Q(parked_at__isnull=False))))


def bury(envelope_id: UUID) -> bool:
    """Mark a stuck envelope dead, with the reason; it can be applied again."""
    replaying.bury_envelope(envelope=envelope_id)
    return True


def _waiting() -> QuerySet[Envelope]:
    rows = Envelope.objects.filter(state=Envelope.State.RECEIVED)
    since: Any = Coalesce("replayed_at", "created_at")
    return rows.annotate(since=since).filter(since__lt=ago(OVERDUE))


# -- jobs -----------------------------------------------------------------------------------


def overdue_jobs() -> Found:
    """Find jobs that nobody takes up although their queue's workers are alive."""
    alive = Heartbeat.objects.filter(at__gt=ago(heartbeat.FRESH)).values("queue")
    rows = Job.objects.filter(queue__in=alive, ready_at__lt=ago(OVERDUE)).exclude(workspace=None)
    return rows.order_by("ready_at").values_list("workspace_id", "pk")[:MOST]


def report_overdue(job_id: int) -> bool:
    """Report an overdue job; it is done when a worker gets to it."""
    return Job.objects.filter(pk=job_id, ready_at__lt=ago(OVERDUE)).exists()


# -- asking ---------------------------------------------------------------------------------


def ago(length: timedelta) -> datetime:
    """Return the moment a time ago."""
    return timezone.now() - length


def first(rows: QuerySet[Any], what: str = "pk") -> Found:
    """Return the workspaces and ids of the first of `rows`, the oldest first."""
    return rows.order_by("pk").values_list("workspace_id", what)[:MOST]


def _queue_of(conversation_id: UUID) -> Queue:
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("channel")
    return Queue(rows.get(pk=conversation_id))


def timer(prefix: str, column: str, which: Q) -> Exists:
    """Match rows for which a timer `prefix:<column>` exists among `which`."""
    key = Concat(Value(f"{prefix}:"), Cast(OuterRef(column), TextField()))
    return Exists(Job.objects.filter(which, key=key))


def _delivered_by(which: Q) -> Exists:
    return timer("deliver", "conversation_id", which)


def _opened_by(which: Q) -> Exists:
    jobs = replaying.opening_jobs().filter(which)
    return Exists(jobs.filter(envelope=Cast(OuterRef("pk"), TextField())))


CHECKS = (
    Check(
        kind="lost_sends",
        says=_("Messages whose sending broke off; nobody knows whether they left"),
        amiss=lost_sends,
        settle=give_up,
    ),
    Check(
        kind="unconfirmed_sends",
        says=_("Messages that nobody confirmed; people were told"),
        amiss=unconfirmed_sends,
        settle=unconfirmed.give_up_waiting,
    ),
    Check(
        kind="stranded_plans",
        says=_("Answers that had stopped halfway and went on"),
        amiss=stranded_plans,
        settle=let_follow,
    ),
    Check(
        kind="unscheduled_sends",
        says=_("Conversations whose messages were due and not being sent"),
        amiss=unscheduled_sends,
        settle=schedule_again,
    ),
    Check(
        kind="late_reports",
        says=_("Reports that came before their message was known"),
        amiss=late_reports,
        settle=fold_reports,
    ),
    Check(
        kind="old_reports",
        says=_("Reports put aside: their message never became known"),
        amiss=old_reports,
        settle=put_report_aside,
    ),
    Check(
        kind="forgotten_envelopes",
        says=_("Deliveries that waited without being opened"),
        amiss=forgotten_envelopes,
        settle=open_again,
    ),
    Check(
        kind="stuck_envelopes",
        says=_("Deliveries that failed each time they were opened"),
        amiss=stuck_envelopes,
        settle=bury,
    ),
    Check(
        kind="overdue_jobs",
        says=_("Work that was overdue although workers were running"),
        amiss=overdue_jobs,
        settle=report_overdue,
    ),
)

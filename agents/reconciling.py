"""Every few minutes: no message stays unheard without a reason, no lease with the dead."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from agents.engine import situation
from agents.llm import calls
from agents.models import TurnLease
from agents.operations import silence
from inbox.models import Conversation, Message
from inbox.reconciling import Found, ago, timer
from inbox.rounds import EVERY, MOST, Check, make_round
from morfx.jobs.models import Job
from morfx.jobs.work import job
from morfx.operations.actor import Actor

UNHEARD_FOR = timedelta(minutes=2)
"""A message that nobody took up for longer, and that no timer will, was forgotten."""
LEASE_OVER_FOR = timedelta(minutes=1)


@job(every=EVERY, network=True)
def reconcile() -> None:
    """Wake agents for what they missed, explain what they may not answer, free dead leases."""
    make_round("agents", CHECKS)


def unheard_messages() -> Found:
    """Find conversations with a message nobody took up, and no timer that would answer it.

    A timer whose job is parked answers nothing.
    """
    rows = Message.objects.filter(
        direction=Message.Direction.INBOUND, heard_at=None, created_at__lt=ago(UNHEARD_FOR)
    )
    unheard = rows.exclude(timer("answer", "conversation_id", Q(parked_at=None)))
    found = unheard.order_by("conversation_id").values_list("workspace_id", "conversation_id")
    return found.distinct()[:MOST]


def answer_or_explain(conversation_id: UUID) -> bool:
    """Have a conversation answered, by an agent or a person; else say why it is not."""
    from agents.jobs import answer, hand_to_a_person

    conversation = Conversation.objects.select_for_update(of=("self",)).get(pk=conversation_id)
    waiting = situation.unheard(conversation_id)
    if not waiting:
        return False
    setting = situation.setting_of(conversation)
    reason = situation.silence(conversation, setting)
    key = f"answer:{conversation_id}"
    if reason:
        actor = Actor.system(conversation.workspace_id, "agents")
        silence.stay_silent(actor, messages=waiting, reason=reason)
    elif Job.objects.filter(key=key, parked_at__isnull=False).exists():
        again = f"hand:{conversation_id}"
        hand_to_a_person.later(key=again, conversation=conversation_id)
    else:
        answer.later(key=key, conversation=conversation_id)
    return True


def lost_calls() -> Found:
    """Find calls of models that were begun and never settled: their process ended with them."""
    return calls.lost_calls().order_by("created_at").values_list("workspace_id", "pk")[:MOST]


def dead_leases() -> Found:
    """Find turns' leases that ran out and were never given back: their holder died."""
    over = TurnLease.objects.filter(until__lt=Now() - LEASE_OVER_FOR)
    return over.order_by("until").values_list("workspace_id", "pk")[:MOST]


def free_lease(lease_id: UUID) -> int:
    """Give a dead holder's lease back; its token no longer commits."""
    over = TurnLease.objects.filter(pk=lease_id, until__lt=Now())
    return over.update(until=None, token=F("token") + 1)


CHECKS = (
    Check(
        kind="unheard_messages",
        says=_("Conversations with a message that nobody had taken up"),
        amiss=unheard_messages,
        settle=answer_or_explain,
    ),
    Check(
        kind="dead_leases",
        says=_("Turns of agents whose process ended"),
        amiss=dead_leases,
        settle=free_lease,
    ),
    Check(
        kind="lost_model_calls",
        says=_("Calls of models that nobody knows the outcome of"),
        amiss=lost_calls,
        settle=calls.give_up,
    ),
)

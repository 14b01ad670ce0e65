"""A timer wakes an agent, which acts if its moment has not passed."""

from __future__ import annotations

from django.db.models.functions import Now

from agents.engine import situation
from agents.models import Session, TurnLease
from inbox.models import Conversation
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.inputs import Locked, Ref

from .turns import write


class NotYet(Exception):
    """The customer has written and is not answered yet; the timer is judged afterwards."""


@operation("agents.turn.wake", needs=SYSTEM)
def wake(
    actor: Actor,
    *,
    conversation: Locked[Conversation],
    session: Ref[Session],
    timer: str,
    level: int,
) -> bool:
    """Let a flow act on a timer that came due; False when its moment has passed.

    Judged on fresh state: a closed session or a person makes it stale. Raises NotYet while a turn
    runs or a message waits: the answer may need the timer still (a question stops no waiting).
    """
    fresh = Session.objects.select_for_update().get(pk=session.pk)
    setting = situation.setting_of(conversation)
    if fresh.status != Session.Status.ACTIVE or setting is None:
        return False
    if situation.silence(conversation, setting):
        return False
    lease = TurnLease.objects.filter(conversation=conversation, until__gt=Now())
    if lease.exists() or situation.unheard(conversation.pk):
        raise NotYet
    here = situation.read(conversation, setting, fresh, [])
    decision = here.agent.flow(here.texts).wake(here.state, timer, level, here.world)
    return write(actor, here, fresh, None, decision, timer=decision.intent or f"{timer}:{level}")

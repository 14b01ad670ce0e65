"""Another attempt, where one helps: after a refusal, and after a failure that is reported later.

Both ways end here, and each attempt is a row of its own: it shows why it failed, and what a late
report says of it is never taken for the next one's.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from morfx.jobs.work import job

from . import holds, window
from .delivery_status import PROOF
from .models import Conversation, Message, Send
from .operations import sending
from .operations.failures import report
from .providers.errors import WINDOW_CODES, Hold, row_for
from .providers.outcomes import Rejected

MOST_ATTEMPTS = 5
WINDOW_WAIT = 5.0
"""Seconds until a message is tried again that WhatsApp put outside a window that is open."""
LONGEST_WAIT = 86_400.0


def refused_later(code: int, title: str, details: str) -> Rejected:
    """Build the refusal that a `failed` report stands for."""
    row = row_for(code)
    return Rejected(
        code=code,
        title=title,
        details=details,
        action=row.action,
        retryable=row.retryable,
        retry_after=row.wait or None,
        hold=row.hold,
    )


def worth_a_look(code: int) -> bool:
    """Tell whether a reported failure may ask for more than being told: a try, a wait, a stop."""
    row = row_for(code)
    return row.retryable or row.hold is not Hold.NONE or code in WINDOW_CODES


def wait_of(send: Send, refused: Rejected) -> float:
    """Return seconds until the next attempt: what was asked for, doubling with every attempt."""
    asked = WINDOW_WAIT if refused.code in WINDOW_CODES else refused.retry_after or 1.0
    return min(asked * 2.0 ** (send.attempt - 1), LONGEST_WAIT)


def helps(send: Send, refused: Rejected, conversation: Conversation) -> bool:
    """Tell whether another attempt may help; never for a message that has arrived."""
    if send.attempt >= MOST_ATTEMPTS or (send.message and arrived(send.message)):
        return False
    if refused.code in WINDOW_CODES:
        return _known_issue(send, refused, conversation)
    return refused.retryable or refused.stops


def arrived(message: Message) -> bool:
    """Tell whether a message was reported as delivered, read or played."""
    return any(step in message.progress.get("times", {}) for step in PROOF)


def again(send: Send, wait: float) -> Send:
    """Plan the next attempt of a bubble that did not go out; it stands in the thread as queued."""
    count = send.attempt + 1
    content = {**(send.message.content if send.message else {}), "attempts": count}
    rows = Message.objects.filter(pk=send.shown_id)
    rows.update(status="queued", error={}, progress={}, content=content)
    return Send.objects.create(
        conversation_id=send.conversation_id,
        message_id=send.shown_id,
        sender=send.sender,
        sender_id=send.sender_id,
        plan=send.plan,
        body=send.body,
        position=send.position,
        pause=send.pause,
        epoch=send.epoch,
        after_id=send.after_id,
        attempt=count,
        due_at=timezone.now() + timedelta(seconds=wait),
    )


@job(queue="sends", tries=20)
def look_at_failure(send: UUID, code: int, title: str = "", details: str = "") -> None:
    """Try a message again that was accepted and then reported as failed; else tell people."""
    row = Send.objects.get(pk=send)
    conversation = (
        Conversation.objects.select_for_update(of=("self",))
        .select_related("channel")
        .get(pk=row.conversation_id)
    )
    row.message = message = Message.objects.select_for_update().get(pk=row.shown_id)
    if message.status != "failed" or message.sends.filter(attempt__gt=row.attempt).exists():
        return
    refused = refused_later(code, title, details)
    wait = wait_of(row, refused)
    holds.apply(conversation, row, refused, wait)
    row.error = error_of(refused)
    row.save(update_fields=["error"])
    if helps(row, refused, conversation):
        again(row, wait)
        sending.schedule(conversation.pk)
    else:
        report(message)


def error_of(refused: Rejected) -> dict[str, object]:
    """Return a refusal as a row keeps it."""
    return {"code": refused.code, "title": refused.title, "details": refused.details}


def _known_issue(send: Send, refused: Rejected, conversation: Conversation) -> bool:
    """Tell whether WhatsApp says "outside the window" of one that is open, for the first time.

    Meta lists this as a known issue; once more is worth it, and no more than once.
    """
    if not window.is_open(conversation.last_customer_message_at, timezone.now()):
        return False
    before = Send.objects.filter(message=send.message_id, attempt__lt=send.attempt)
    return not before.filter(error__code__in=sorted(WINDOW_CODES)).exists()

"""What became of what we sent: outcomes and status reports, folded into the ledger and the thread.

A provider's answer and its status webhooks may come in any order, more than once, or not at all;
every path ends here and folds into the same progress (see `delivery_status`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from inbox import window
from morfx.events.poke import poke
from morfx.operations.actor import Actor

from .delivery_status import Failure, Progress, StatusEvent, Step, fold
from .models import Channel, Conversation, LooseStatus, Message, Send
from .operations.failures import fail
from .providers.errors import row_for
from .providers.outcomes import Accepted, Outcome, Rejected, Unknown
from .providers.payload import Status

WINDOW_CLOSED_CODE = 131047
SHOWN = {
    Step.PLANNED: "queued",
    Step.ACCEPTED: "sent",
    Step.DELIVERED: "delivered",
    Step.READ: "read",
    Step.PLAYED: "played",
    Step.FAILED: "failed",
}


def settle(send: Send, outcome: Outcome) -> None:
    """Note the end of a claimed bubble: accepted, rejected, or honestly unknown."""
    now = timezone.now()
    send.settled_at = now
    if isinstance(outcome, Accepted):
        send.state, send.provider_id = Send.State.ACCEPTED, outcome.provider_id
        _remember_id(send, outcome.provider_id)
        _apply(send, StatusEvent(step=Step.ACCEPTED, at=now))
    elif isinstance(outcome, Rejected):
        send.state, send.reason = Send.State.REJECTED, outcome.title[:200]
        send.error = {"code": outcome.code, "title": outcome.title, "details": outcome.details}
        code = -1 if outcome.code is None else outcome.code
        _apply(
            send,
            StatusEvent(
                step=Step.FAILED, at=now, code=code, title=outcome.title, details=outcome.details
            ),
        )
    else:
        _unknown(send, outcome)
    send.save()


def outside_window(conversation: Conversation) -> Rejected | None:
    """Refuse on our side what WhatsApp would: free text outside the 24-hour window."""
    if window.is_open(conversation.last_customer_message_at, timezone.now()):
        return None
    row = row_for(WINDOW_CLOSED_CODE)
    return Rejected(
        code=WINDOW_CLOSED_CODE,
        title=_("The 24-hour window is closed."),
        details="",
        action=row.action,
        retryable=False,
    )


def note_status(channel: Channel, status: Status, received_at: datetime) -> None:
    """Fold one status report into the message it speaks of; keep it when there is none yet."""
    event = status.event(received_at)
    if event is None:
        return
    with transaction.atomic():
        _one_at_a_time(status.provider_id)
        send = _send_of(status)
        message = _locked_message(send, status.provider_id)
        if message is None:
            LooseStatus.objects.create(
                channel=channel,
                provider_id=status.provider_id,
                status=event.step,
                occurred_at=event.at,
                error={"code": event.code, "title": event.title, "details": event.details},
            )
            return
        if send is not None and send.state in (Send.State.CLAIMED, Send.State.UNKNOWN):
            _settle_by_status(send, status, event)
        if not _overtaken(send, event):
            _fold_into(message, event)


def _one_at_a_time(provider_id: str) -> None:
    """Let learning a provider's id and storing a loose status of it follow one another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [provider_id])


def _send_of(status: Status) -> Send | None:
    """Find the bubble a report names: by our own id, else by the provider's."""
    try:
        ref = UUID(status.ref or "")
    except ValueError:
        return Send.objects.filter(provider_id=status.provider_id).first()
    return Send.objects.filter(pk=ref).first()


def _locked_message(send: Send | None, provider_id: str) -> Message | None:
    rows = Message.objects.select_for_update()
    if send is not None and send.message_id:
        return rows.filter(pk=send.shown_id).first()
    return rows.filter(provider_id=provider_id, direction=Message.Direction.OUTBOUND).first()


def _overtaken(send: Send | None, event: StatusEvent) -> bool:
    """Tell whether a failure is of an attempt that a newer one has replaced."""
    if send is None or event.step is not Step.FAILED:
        return False
    return Send.objects.filter(message=send.message_id, attempt__gt=send.attempt).exists()


def _settle_by_status(send: Send, status: Status, event: StatusEvent) -> None:
    failed = event.step is Step.FAILED
    Send.objects.filter(pk=send.pk).update(
        state=Send.State.REJECTED if failed else Send.State.ACCEPTED,
        provider_id=status.provider_id,
        settled_at=timezone.now(),
        reason=event.title[:200] if failed else "",
    )
    if send.message_id:
        _remember_id(send, status.provider_id)


def _remember_id(send: Send, provider_id: str) -> None:
    """Give the message the provider's id, and fold in what was reported before we knew it."""
    _one_at_a_time(provider_id)
    Message.objects.filter(pk=send.shown_id).update(provider_id=provider_id)
    for loose in LooseStatus.objects.filter(provider_id=provider_id):
        error = loose.error
        event = StatusEvent(
            step=Step(loose.status),
            at=loose.occurred_at,
            code=int(error.get("code", -1)),
            title=str(error.get("title", "")),
            details=str(error.get("details", "")),
        )
        _apply(send, event)
        loose.delete()


def _apply(send: Send, event: StatusEvent) -> None:
    message = Message.objects.select_for_update().get(pk=send.shown_id)
    _fold_into(message, event)


def _fold_into(message: Message, event: StatusEvent) -> None:
    before = message.status
    progress = fold(_progress(message.progress), event)
    message.progress, message.error = _stored(progress), _error(progress)
    message.status = SHOWN[progress.step]
    message.save(update_fields=["progress", "error", "status"])
    if message.status == "failed" and before != "failed":
        report(message)
    if message.status != before:
        name = f"conversation-{message.conversation_id}"
        poke(message.workspace_id, name, "inbox", "phone")


def _unknown(send: Send, outcome: Unknown) -> None:
    send.state, send.reason = Send.State.UNKNOWN, outcome.reason[:200]
    message = Message.objects.select_for_update().get(pk=send.shown_id)
    if not message.progress.get("times"):
        message.status = "unknown"
        message.error = {"code": None, "title": outcome.reason}
        message.save(update_fields=["status", "error"])
        report(message)


def report(message: Message) -> None:
    """Tell people and automations that a message did not arrive, or may not have."""
    system = Actor.system(message.workspace_id, "delivery")
    error: dict[str, Any] = message.error or {}
    fail(system, message=message, code=error.get("code"), reason=str(error.get("title") or ""))


def _progress(stored: dict[str, Any]) -> Progress:
    times = {Step(name): parse_datetime(at) for name, at in stored.get("times", {}).items()}
    failure = stored.get("failure")
    return Progress(
        times={step: at for step, at in times.items() if at},
        failure=Failure(**{**failure, "at": parse_datetime(failure["at"])}) if failure else None,
    )


def _stored(progress: Progress) -> dict[str, Any]:
    stored: dict[str, Any] = {"times": {s: at.isoformat() for s, at in progress.times.items()}}
    if failure := progress.failure:
        stored["failure"] = {
            "at": failure.at.isoformat(),
            "code": failure.code,
            "title": failure.title,
            "details": failure.details,
        }
    return stored


def _error(progress: Progress) -> dict[str, Any]:
    error = progress.error
    if error is None:
        return {}
    code = None if error.code == -1 else error.code
    suggestion = str(row_for(code).suggestion) if code is not None else ""
    return {
        "code": code,
        "title": error.title,
        "details": error.details,
        "suggestion": suggestion,
    }

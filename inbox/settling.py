"""What became of what we sent: outcomes and status reports, folded into the ledger and the thread.

A provider's answer and its status webhooks may come in any order, more than once, or not at all;
every path ends here and folds into the same progress (see `delivery_status`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from inbox import window
from morfx.events.poke import poke
from morfx.tenancy.compiled import compiled

from .delivery_status import Failure, Progress, StatusEvent, Step, fold
from .models import Channel, Conversation, LooseStatus, Message, Send
from .operations.failures import report
from .providers.errors import row_for
from .providers.outcomes import Accepted, Outcome, Rejected, Unknown
from .providers.payload import Status
from .retrying import error_of, look_at_failure, worth_a_look

WINDOW_CLOSED_CODE = 131047
ENDED = "the process that sent it ended"
"""Why nobody knows what became of a bubble."""
SHOWN = {
    Step.PLANNED: "queued",
    Step.ACCEPTED: "sent",
    Step.DELIVERED: "delivered",
    Step.READ: "read",
    Step.PLAYED: "played",
    Step.FAILED: "failed",
}


def settle(send: Send, outcome: Outcome) -> None:
    """Note the end of a claimed bubble: accepted, rejected for good, or honestly unknown."""
    now = timezone.now()
    send.settled_at = now
    if isinstance(outcome, Accepted):
        send.state, send.provider_id = Send.State.ACCEPTED, outcome.provider_id
        _accept(send, StatusEvent(step=Step.ACCEPTED, at=now))
    elif isinstance(outcome, Rejected):
        reject(send, outcome)
        code = -1 if outcome.code is None else outcome.code
        words = {"title": outcome.title, "details": outcome.details}
        _apply(send, [StatusEvent(step=Step.FAILED, at=now, code=code, **words)])
    else:
        _unknown(send, outcome)
    send.save(update_fields=["state", "reason", "error", "provider_id", "settled_at", "message"])


def reject(send: Send, refused: Rejected) -> None:
    """Mark a row as refused, without a word of what follows; saving it is the caller's."""
    send.state, send.reason = Send.State.REJECTED, refused.title[:200]
    send.error, send.settled_at = error_of(refused), timezone.now()


def outside_window(conversation: Conversation, send: Send) -> Rejected | None:
    """Refuse on our side what WhatsApp would: anything but a template outside the window."""
    now = timezone.now()
    if send.body.get("type") == "template" or window.is_open(
        conversation.last_customer_message_at, now
    ):
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
            error = {"code": event.code, "title": event.title, "details": event.details}
            LooseStatus.objects.get_or_create(
                channel=channel,
                provider_id=status.provider_id,
                status=event.step,
                occurred_at=event.at,
                defaults={"error": error},
            )
            return
        if send is not None and send.state in (Send.State.CLAIMED, Send.State.UNKNOWN):
            _settle_by_status(send, status, event)
        elif not _overtaken(send, event):
            _fold_into(message, [event], send)


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
    return _send.first(ref)


def _locked_message(send: Send | None, provider_id: str) -> Message | None:
    if send is not None and send.message_id:
        return _message.first(send.shown_id)
    return _sent.first(provider_id)


@compiled
def _sent(provider_id: str) -> QuerySet[Message]:
    rows = Message.objects.select_for_update().filter(provider_id=provider_id)
    return rows.filter(direction=Message.Direction.OUTBOUND)


def _overtaken(send: Send | None, event: StatusEvent) -> bool:
    """Tell whether a report of no arrival is of an attempt that a newer one has replaced."""
    if send is None or event.step not in (Step.FAILED, Step.ACCEPTED):
        return False
    return bool(send.message_id and _newer(send.message_id, send.attempt))


def _settle_by_status(send: Send, status: Status, event: StatusEvent) -> None:
    failed = event.step is Step.FAILED
    Send.objects.filter(pk=send.pk).update(
        state=Send.State.REJECTED if failed else Send.State.ACCEPTED,
        provider_id=status.provider_id,
        settled_at=timezone.now(),
        reason=event.title[:200] if failed else "",
    )
    if not _overtaken(send, event):
        _accept(send, event, provider_id=status.provider_id)


def _accept(send: Send, *events: StatusEvent, provider_id: str = "") -> None:
    """Give the message the provider's id, and fold in what was reported before we knew it."""
    provider_id = provider_id or send.provider_id
    _one_at_a_time(provider_id)
    loose = _loose(provider_id)
    _apply(send, [*events, *map(_event, loose)], provider_id)
    if loose:
        LooseStatus.objects.filter(pk__in=[each.pk for each in loose]).delete()


@compiled
def _loose(provider_id: str) -> QuerySet[LooseStatus]:
    return LooseStatus.objects.filter(provider_id=provider_id)


@compiled
def _message(key: UUID) -> QuerySet[Message]:
    return Message.objects.select_for_update().filter(pk=key)


@compiled
def _send(key: UUID) -> QuerySet[Send]:
    return Send.objects.filter(pk=key)


@compiled
def _newer(message: UUID, attempt: int) -> QuerySet[Send]:
    return Send.objects.filter(message_id=message, attempt__gt=attempt).only("pk")


def fold_loose(message_id: UUID, provider_id: str) -> int:
    """Fold in what was reported of a message before we knew it; return how many reports."""
    _one_at_a_time(provider_id)
    loose = _loose(provider_id)
    message = Message.objects.select_for_update().get(pk=message_id)
    _fold_into(message, [*map(_event, loose)], None)
    return LooseStatus.objects.filter(pk__in=[each.pk for each in loose]).delete()[0]


def _event(loose: LooseStatus) -> StatusEvent:
    error = loose.error
    return StatusEvent(
        step=Step(loose.status),
        at=loose.occurred_at,
        code=int(error.get("code", -1)),
        title=str(error.get("title", "")),
        details=str(error.get("details", "")),
    )


def _apply(send: Send, events: list[StatusEvent], provider_id: str = "") -> None:
    message = _message.one(send.shown_id)
    message.provider_id = provider_id or message.provider_id
    _fold_into(message, events, send if provider_id else None)


def _fold_into(message: Message, events: list[StatusEvent], send: Send | None) -> None:
    """Fold reports into a message; a failure of something accepted is looked at for another try."""
    before, progress = message.status, _progress(message.progress)
    for event in events:
        progress = fold(progress, event)
    message.progress, message.error = _stored(progress), _error(progress)
    message.status = SHOWN[progress.step]
    message.save(update_fields=["progress", "error", "status", "provider_id"])
    if message.status == "failed" and before != "failed":
        _failed(message, progress.error, send)
    if message.status != before:
        name = f"conversation-{message.conversation_id}"
        poke(message.workspace_id, name, "inbox", "phone")


def _failed(message: Message, why: Failure | None, send: Send | None) -> None:
    if send is None or why is None or not worth_a_look(why.code):
        report(message)
    else:
        look_at_failure.later(send=send.pk, code=why.code, title=why.title, details=why.details)


def _unknown(send: Send, outcome: Unknown) -> None:
    """Show that it is not confirmed; nobody is told before the reports had their time."""
    send.state, send.reason = Send.State.UNKNOWN, outcome.reason[:200]
    message = Message.objects.select_for_update().get(pk=send.shown_id)
    if not message.progress.get("times"):
        message.status = "unknown"
        message.save(update_fields=["status"])


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

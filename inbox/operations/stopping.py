"""A number stops when WhatsApp refuses everything it sends, and goes on when somebody says so."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from morfx.events.ledger import record
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.inputs import Ref

from ..facts import ChannelHeld, ChannelResumed, ChannelStopped
from ..models import Channel
from ..pacing import hold

WORTH_TELLING = 30.0
"""Seconds from which on a pause of a number is a fact; shorter ones are its daily business."""


@operation("whatsapp.channel.stop", needs=SYSTEM)
def stop(
    actor: Actor, *, channel: Ref[Channel], code: int | None = None, reason: str = ""
) -> Channel:
    """Send nothing more through a number until it is resumed; what is planned waits."""
    now = timezone.now()
    told = {"stopped_at": now, "stopped_code": code, "stopped_reason": reason[:300]}
    if Channel.objects.filter(pk=channel.pk, stopped_at=None).update(**told):
        for name, value in told.items():
            setattr(channel, name, value)
        record(ChannelStopped(channel=channel.pk, number=str(channel), code=code, reason=reason))
    else:
        channel.refresh_from_db(fields=list(told))
    return channel


@operation("whatsapp.channel.resume", needs="settings.edit")
def resume(actor: Actor, *, channel: Ref[Channel]) -> Channel:
    """Let a stopped number send again: what waited goes out, if it still may.

    Does nothing when the number is not stopped.
    """
    from ..holds import send_what_waited

    fresh = {"stopped_at": None, "stopped_code": None, "stopped_reason": ""}
    now = timezone.now()
    rows = Channel.objects.filter(pk=channel.pk).exclude(stopped_at=None)
    if rows.update(**fresh, resumed_at=now):
        for name, value in fresh.items():
            setattr(channel, name, value)
        channel.resumed_at = now
        send_what_waited.later(channel=channel.pk)
        record(ChannelResumed(channel=channel.pk, number=str(channel)))
    return channel


@operation("whatsapp.channel.hold", needs=SYSTEM)
def pause(
    actor: Actor,
    *,
    channel: Ref[Channel],
    seconds: float,
    whole_account: bool = False,
    code: int | None = None,
    reason: str = "",
) -> None:
    """Let a number, or all numbers of its business account, send nothing for so long."""
    rows = _of_account(channel) if whole_account else Channel.objects.filter(pk=channel.pk)
    news = hold(list(rows.values_list("pk", flat=True)), seconds)
    if seconds >= WORTH_TELLING and channel.pk in news:
        record(
            ChannelHeld(
                channel=channel.pk,
                number=str(channel),
                code=code,
                reason=reason,
                seconds=round(seconds),
            )
        )


def _of_account(channel: Channel) -> QuerySet[Channel]:
    """Return the workspace's numbers of the same business account; one unknown stands alone."""
    if not channel.waba_id:
        return Channel.objects.filter(pk=channel.pk)
    return Channel.objects.filter(provider=channel.provider, waba_id=channel.waba_id)

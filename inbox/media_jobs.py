"""A customer's file is fetched as soon as its message is here, again and again until it is gone.

The message shows at once, its file "on its way". WhatsApp keeps a file for seven days after its
webhook. Source: Meta, Cloud API, "Media". 360dialog blocks a number's files for half an hour after
20 failures in an hour, and advised before not to try one more than five times. Source: 360dialog,
"Upload, retrieve or delete media".
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from morfx.events.poke import poke
from morfx.jobs.work import job

from . import stored_files
from .clients import client_of
from .models import Channel, Message
from .providers import media
from .stored_files import FILE, GONE, PENDING, STORED

log = structlog.get_logger()

KEPT_FOR = timedelta(days=7)
FIRST_PAUSE, LONGEST_PAUSE = 20.0, 6 * 3600.0
"""Seconds between tries: they grow fourfold, up to the longest."""


def keep_later(message: Message) -> None:
    """Fetch a message's file after this transaction, if it has one that can be fetched."""
    if stored_files.noted(message).get("state") == PENDING:
        keep_file.later(message=message.pk)


@job(tries=20)
def give_up(message: UUID, tries: int = 0) -> None:
    """Say that a file could not be kept."""
    _note(message, state=GONE, reason="It could not be stored.")


@job(queue="sends", network=True, tries=5, otherwise=give_up)
def keep_file(message: UUID, tries: int = 0) -> None:
    """Fetch a message's file and keep it; `tries` have failed before."""
    with transaction.atomic():
        row = (
            Message.objects.select_related("conversation__channel")
            .filter(pk=message, **{f"content__{FILE}__state": PENDING})
            .first()
        )
    if row is None:
        return
    part = row.content.get(row.type) or {}
    found = media.fetch_media(
        client_of(row.conversation.channel),
        str(part.get("id") or ""),
        expected_sha256=str(part.get("sha256") or ""),
    )
    if isinstance(found, media.NotFetched):
        _fetch_again(row, found, tries + 1)
        return
    stored_files.save(row, found.content)
    _note(
        row.pk,
        state=STORED,
        mime_type=found.mime_type,
        sha256=found.sha256,
        size=len(found.content),
    )


def _fetch_again(row: Message, failure: media.NotFetched, tries: int) -> None:
    """Plan the next try, or say that there is none left."""
    pause = max(failure.retry_after or 0.0, pause_after(tries))
    at = timezone.now() + timedelta(seconds=pause)
    log.info("file not fetched", message=str(row.pk), why=failure.reason, tries=tries)
    few = row.conversation.channel.provider == Channel.Provider.DIALOG360
    if failure.retryable and at < row.created_at + KEPT_FOR and not (few and tries >= media.TRIES):
        with transaction.atomic():
            keep_file.at(at, message=row.pk, tries=tries)
        return
    _note(row.pk, state=GONE, reason=failure.reason)


def pause_after(tries: int) -> float:
    """Return the seconds until the next try, after so many failed ones."""
    return float(min(FIRST_PAUSE * 4 ** (tries - 1), LONGEST_PAUSE))


def _note(message: UUID, **noted: object) -> None:
    """Note what became of a file, and have the screens that show it fetch it."""
    with transaction.atomic():
        row = Message.objects.select_for_update().get(pk=message)
        row.content = {**row.content, FILE: noted}
        row.save(update_fields=["content"])
        poke(row.workspace_id, f"conversation-{row.conversation_id}")

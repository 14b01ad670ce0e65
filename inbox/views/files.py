"""A customer's file: the one in our keeping, else fetched from WhatsApp when somebody looks at it.

WhatsApp keeps a file for seven days. Nothing holds a transaction while it is fetched.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from morfx.tenancy import within
from morfx.workspaces.access import membership_of
from morfx.workspaces.models import User

from .. import stored_files
from ..clients import client_of
from ..models import Conversation, Message
from ..providers.media import NotFetched, fetch_media
from ..providers.payload_parts import MEDIA

SHOWN = {
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
    "audio/aac",
    "audio/amr",
    "audio/mp4",
    "audio/mpeg",
    "audio/ogg",
    "video/3gpp",
    "video/mp4",
}
"""What a browser may show in place; anything else is saved, because it could carry a script."""


@require_safe
@login_required
def media(request: HttpRequest, slug: str, pk: UUID, message: UUID) -> HttpResponse:
    """Answer with the file of a message."""
    row, part = _wanted(request, slug, pk, message)
    content, mime_type = _file(row, part)
    kind = mime_type.partition(";")[0].strip().lower()
    shown = kind in SHOWN
    response = HttpResponse(content, content_type=kind if shown else "application/octet-stream")
    name = str(part.get("filename") or "")[:200] or f"{message}"
    disposition = content_disposition_header(not shown, name)
    response.headers["Content-Disposition"] = disposition or "attachment"
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _file(row: Message, part: dict[str, Any]) -> tuple[bytes, str]:
    """Return a file's content and type. Raises Http404 when it is nowhere any more."""
    if (stored := stored_files.read(row)) is not None:
        return stored, str(stored_files.noted(row).get("mime_type") or "")
    found = fetch_media(
        client_of(row.conversation.channel),
        str(part.get("id") or ""),
        expected_sha256=str(part.get("sha256") or ""),
    )
    if isinstance(found, NotFetched):
        raise Http404(found.reason)
    return found.content, found.mime_type


def _wanted(
    request: HttpRequest, slug: str, pk: UUID, message: UUID
) -> tuple[Message, dict[str, Any]]:
    """Return the message of a file, and what it says of it.

    Raises Http404 for who may not see it.
    """
    assert isinstance(request.user, User)
    membership = membership_of(request.user, slug)
    if membership is None or not membership.actor().may("whatsapp.view"):
        raise Http404
    with within(membership.workspace_id), transaction.atomic():
        visible = Conversation.objects.visible_to(membership).filter(pk=pk)
        row = (
            Message.objects.select_related("conversation__channel")
            .filter(pk=message, conversation__in=visible, type__in=MEDIA)
            .first()
        )
    part = row.content.get(row.type) if row is not None else None
    if row is None or not isinstance(part, dict):
        raise Http404
    return row, part

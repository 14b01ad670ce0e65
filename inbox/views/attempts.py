"""How often a message was tried, and what became of each attempt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from morfx.web.sentences import read

from ..models import Message, Send
from ..providers.errors import TABLE


def of(messages: Iterable[Message]) -> Mapping[UUID, list[dict[str, Any]]]:
    """Return the attempts of those messages that had more than one; asks nothing for the rest."""
    wanted = [row.pk for row in messages if row.content.get("attempts", 1) > 1]
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    if wanted:
        for send in Send.objects.filter(message__in=wanted).order_by("attempt", "id"):
            at = send.claimed_at or send.due_at
            found[send.shown_id].append({"number": send.attempt, "at": at, "what": _what(send)})
    return found


def _what(send: Send) -> str:
    """Say what became of an attempt; one that was accepted may have failed on its way."""
    if send.error:
        known = TABLE.get(send.error.get("code", -1))
        why = str(known.meaning) if known else read(str(send.error.get("title", "")))
        return _("failed: %(why)s") % {"why": why}
    words = {
        "planned": _("waits"),
        "claimed": _("is being sent"),
        "accepted": _("sent"),
        "unknown": _("not confirmed"),
        "withdrawn": _("withdrawn"),
    }
    return words.get(send.state, read(send.reason))

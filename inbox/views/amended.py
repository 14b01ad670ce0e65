"""What became of a message after it was said: rewritten, deleted, reacted to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.dateparse import parse_datetime

from inbox.models import Conversation, Message

ABOUT_ANOTHER = ("edit", "revoke", "reaction")
"""Types that are drawn on the message they speak of, where it is here."""


def drawn_elsewhere(row: Message, known: Mapping[str, Message]) -> bool:
    """Tell whether a message is no line of its own, because what it speaks of shows it.

    Only who wrote a message can rewrite or delete it; both sides may react.
    """
    original = known.get(row.reply_to) if row.type in ABOUT_ANOTHER else None
    if original is None:
        return False
    return row.type == "reaction" or row.direction == original.direction


def reactions(conversation: Conversation, rows: Iterable[Message]) -> dict[str, str]:
    """Return the reactions to messages by provider's id: each side's last, unless taken back."""
    wanted = [row.provider_id for row in rows if row.provider_id]
    found = Message.objects.filter(
        conversation=conversation, type="reaction", reply_to__in=wanted
    ).order_by("occurred_at", "id")
    latest = {(row.reply_to, row.direction): row.text for row in found}
    shown: dict[str, str] = {}
    for (target, _), emoji in latest.items():
        shown[target] = shown.get(target, "") + emoji
    return shown


def history(row: Message) -> dict[str, Any]:
    """Return a message's earlier words, and whether it was deleted; what it says now is its text.

    The words of a deleted message are kept for people to look at, and read by no agent.
    """
    amended = row.content.get("amended") or {}
    former = [_version(version) for version in amended.get("versions") or []]
    if "deleted_at" in amended and amended.get("now"):
        former.append({"text": amended["now"], "at": None})
    return {
        "edited": "edited_at" in amended and "deleted_at" not in amended,
        "edited_late": bool(amended.get("heard")) and row.direction == Message.Direction.INBOUND,
        "deleted": "deleted_at" in amended,
        "former": former,
    }


def _version(version: Mapping[str, str]) -> dict[str, Any]:
    return {"text": version.get("text", ""), "at": parse_datetime(version.get("at", ""))}

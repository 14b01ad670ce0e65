"""What a message carries besides words, as the cards of the thread show it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inbox.models import Message
from inbox.providers.payload_parts import MEDIA

SHOWN = {
    "text",
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "contacts",
    "template",
    "interactive",
    "reaction",
}
"""Types the thread has a shape for."""

KEPT_FOR = timedelta(days=7)
"""How long WhatsApp keeps a file. Source: Meta, Cloud API, "Media"."""

NOTED = {"revoke", "system", "request_welcome"}
"""Types that are no saying of the customer's: a line in the middle."""


def described(row: Message) -> tuple[str, str]:
    """Return the shape a message is drawn in, and its words."""
    part = _part(row)
    if row.type in SHOWN:
        return row.type, "" if row.type in ("location", "contacts") else row.text
    if row.type == "button":
        return "interactive", row.text
    if row.type == "edit":
        return "text", _("Rewritten: %(text)s") % {"text": row.text}
    if row.type == "order":
        return "text", _cart(part, row.text)
    if row.type in NOTED:
        return "system", _noted(row)
    return ("text" if row.text else "unsupported"), row.text


def preview(text: str) -> str:
    """Return the last words of a conversation; a wordless message by what it is."""
    kinds = {
        "image": _("[Image]"),
        "video": _("[Video]"),
        "audio": _("[Audio]"),
        "document": _("[Document]"),
        "sticker": _("[Sticker]"),
        "location": _("[Location]"),
        "contacts": _("[Contact]"),
        "template": _("[Template]"),
        "interactive": _("[Choice]"),
        "reaction": _("[Reaction]"),
        "order": _("[Cart]"),
        "unsupported": _("[Not shown here]"),
        "unknown": _("[Not shown here]"),
    }
    return kinds.get(text, text)


def media(row: Message, url: str | None) -> dict[str, Any] | None:
    """Return a file's name and kind, and where it can be fetched while WhatsApp keeps it."""
    if row.type not in MEDIA:
        return None
    part = _part(row)
    kept = bool(part.get("id")) and timezone.now() - row.created_at < KEPT_FOR
    return {
        "url": url if kept else None,
        "name": str(part.get("filename") or ""),
        "mime": str(part.get("mime_type") or "").partition(";")[0],
        "size": "",
        "missing": not kept,
    }


def place(row: Message) -> dict[str, str] | None:
    """Return a point on the map with its address there."""
    if row.type != "location":
        return None
    part = _part(row)
    point = f"{part.get('latitude')},{part.get('longitude')}"
    return {
        "name": str(part.get("name") or ""),
        "address": str(part.get("address") or ""),
        "url": "https://www.google.com/maps/search/?" + urlencode({"api": 1, "query": point}),
    }


def cards(row: Message) -> list[dict[str, str]]:
    """Return the people of a message of contact cards."""
    found = row.content.get("contacts") if row.type == "contacts" else []
    return [_card(card) for card in found or [] if isinstance(card, dict)]


def _card(card: dict[str, Any]) -> dict[str, str]:
    name, phones = card.get("name"), card.get("phones")
    first = phones[0] if isinstance(phones, list) and phones else {}
    return {
        "name": str(name.get("formatted_name") or "") if isinstance(name, dict) else "",
        "phone": str(first.get("phone") or "") if isinstance(first, dict) else "",
    }


def _part(row: Message) -> dict[str, Any]:
    part = row.content.get(row.type)
    return part if isinstance(part, dict) else {}


def _cart(part: dict[str, Any], words: str) -> str:
    items = part.get("product_items")
    count = len(items) if isinstance(items, list) else 0
    sentence = ngettext("A cart with %(n)s product.", "A cart with %(n)s products.", count)
    return f"{sentence % {'n': count}} {words}".strip()


def _noted(row: Message) -> str:
    if row.type == "revoke":
        return _("The customer deleted a message.")
    if row.type == "request_welcome":
        return _("The customer opened the chat for the first time.")
    return row.text or _("WhatsApp told of a change of the customer’s number.")

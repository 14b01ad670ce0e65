"""What a message carries besides words, as the cards of the thread show it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from inbox import stored_files
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

KIND_NOT_PASSED_ON = 131051

KEPT_FOR = timedelta(days=7)
"""How long WhatsApp keeps a file. Source: Meta, Cloud API, "Media"."""

WORDLESS = {
    "image": gettext_lazy("[Image]"),
    "video": gettext_lazy("[Video]"),
    "audio": gettext_lazy("[Audio]"),
    "document": gettext_lazy("[Document]"),
    "sticker": gettext_lazy("[Sticker]"),
    "location": gettext_lazy("[Location]"),
    "contacts": gettext_lazy("[Contact]"),
    "template": gettext_lazy("[Template]"),
    "interactive": gettext_lazy("[Choice]"),
    "reaction": gettext_lazy("[Reaction]"),
    "order": gettext_lazy("[Cart]"),
    "deleted": gettext_lazy("[Deleted]"),
    "unsupported": gettext_lazy("[Not shown here]"),
    "unknown": gettext_lazy("[Not shown here]"),
}
"""What a message without words is called, by its type."""

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
    return ("text", row.text) if row.text else ("unsupported", _reason(row))


def preview(text: str) -> str:
    """Return the last words of a conversation; a wordless message by what it is."""
    return str(WORDLESS.get(text, text))


def media(row: Message, url: str | None) -> dict[str, Any] | None:
    """Return a file's name and kind, and where it is: in our keeping, or WhatsApp's for a while.

    One that is on its way has neither an address nor is it missing. Files of imported history are
    not fetched before somebody looks.
    """
    if row.type not in MEDIA:
        return None
    part, noted = _part(row), stored_files.noted(row)
    if row.direction == Message.Direction.OUTBOUND and (link := str(part.get("link") or "")):
        return {"url": link, "name": "", "mime": "", "size": "", "missing": False}
    state = noted.get("state")
    alive = bool(part.get("id")) and timezone.now() - row.created_at < KEPT_FOR
    here = state == stored_files.STORED or (alive and state != stored_files.GONE)
    shown = here and (state != stored_files.PENDING or "history" in row.content)
    return {
        "url": url if shown else None,
        "name": str(part.get("filename") or ""),
        "mime": str(part.get("mime_type") or "").partition(";")[0],
        "size": filesizeformat(noted["size"]) if "size" in noted else "",
        "missing": not here,
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


def _reason(row: Message) -> str:
    """Return why WhatsApp did not hand something over, else what kind of thing it was."""
    errors = row.content.get("errors") or []
    if any(error.get("code") == KIND_NOT_PASSED_ON for error in errors):
        return _("WhatsApp does not pass on messages of this kind.")
    reasons = [error.get("details") or error.get("title") for error in errors]
    if any(reasons):
        return " ".join(filter(None, reasons))
    if row.type in ("unknown", "unsupported"):
        return ""
    return _("Kind of message: %(kind)s") % {"kind": row.type}


def _noted(row: Message) -> str:
    if row.type == "revoke" and row.direction == Message.Direction.OUTBOUND:
        return _("A message was deleted on the phone.")
    if row.type == "revoke":
        return _("The customer deleted a message.")
    if row.type == "request_welcome":
        return _("The customer opened the chat for the first time.")
    if _part(row).get("type") == "customer_identity_changed":
        return _("The customer’s security code changed: WhatsApp runs on another phone now.")
    return row.text or _("WhatsApp told of a change of the customer’s number.")

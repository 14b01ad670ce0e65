"""WhatsApp's words about templates, as people read them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from ..models import Template
from ..providers.templates import SENDABLE

BAD = frozenset({"REJECTED", "DISABLED", "PAUSED", "LIMIT_EXCEEDED", "DELETED"})


def status_of(row: Template) -> dict[str, str]:
    """Return a template's status in words, with the kind of badge it is shown in."""
    words = {
        "APPROVED": _("Approved"),
        "REINSTATED": _("Approved again"),
        "FLAGGED": _("Flagged"),
        "UNARCHIVED": _("Unarchived"),
        "PENDING": _("In review"),
        "IN_APPEAL": _("In appeal"),
        "REJECTED": _("Rejected"),
        "PAUSED": _("Paused"),
        "DISABLED": _("Disabled"),
        "LIMIT_EXCEEDED": _("Over the limit"),
        "LOCKED": _("Locked"),
        "PENDING_DELETION": _("Being deleted"),
        "DELETED": _("Deleted"),
        "ARCHIVED": _("Archived"),
    }
    kind = "good" if row.status in SENDABLE else "alert" if row.status in BAD else ""
    return {"text": words.get(row.status, row.status) or _("Unknown"), "kind": kind}


def category_of(row: Template) -> str:
    """Return what kind of message it is, which decides what it costs."""
    words = {
        "MARKETING": _("Marketing"),
        "UTILITY": _("Utility"),
        "AUTHENTICATION": _("Authentication"),
    }
    return words.get(row.category, row.category)


def quality_of(row: Template) -> dict[str, str]:
    """Return how customers took it, in words, with the kind of badge it is shown in."""
    words = {
        "GREEN": (_("High"), "good"),
        "YELLOW": (_("Medium"), ""),
        "RED": (_("Low"), "alert"),
        "UNKNOWN": (_("Not rated yet"), ""),
    }
    text, kind = words.get(row.quality, (row.quality, ""))
    return {"text": text, "kind": kind}


def reason_of(row: Template) -> str:
    """Return why WhatsApp rejected it, as a sentence; its own word when it is a new one."""
    words = {
        "PROMOTIONAL": _("It promotes something, which its category does not allow."),
        "ABUSIVE_CONTENT": _("WhatsApp finds the content abusive."),
        "INCORRECT_CATEGORY": _("It belongs to another category."),
        "TAG_CONTENT_MISMATCH": _("The language or category does not match the words."),
        "INVALID_FORMAT": _("The format is not valid: look at the variables."),
        "SCAM": _("WhatsApp takes it for a fraud."),
    }
    return words.get(row.rejected_reason, row.rejected_reason)


def described(row: Template) -> dict[str, Any]:
    """Return a template as lists show it."""
    shape = row.shape
    return {
        "pk": row.pk,
        "name": row.name,
        "language": row.language,
        "category": category_of(row),
        "status": status_of(row),
        "quality": quality_of(row),
        "reason": reason_of(row),
        "header": shape.header,
        "header_format": shape.header_format,
        "body": shape.body,
        "buttons": [button.text or button.type for button in shape.buttons],
        "unknown": ", ".join(shape.unknown),
        "sendable": row.is_sendable and not shape.unsendable,
    }

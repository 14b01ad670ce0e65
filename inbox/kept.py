"""What is kept of a message besides its words, and what the list shows of it."""

from __future__ import annotations

from typing import Any

from pydantic_core import to_jsonable_python

from .models import Message
from .providers.payload_messages import Written
from .providers.payload_parts import Media
from .stored_files import FILE, GONE, PENDING

OURS = {"amended", "echo", "errors", FILE, "forwarded", "history", "label", "raw", "referral"}
"""What we note of a message ourselves; a kind we do not know yet must not be taken for it."""


def kept(written: Written) -> dict[str, Any]:
    """Return what is kept of a message besides its text: its own object, and where it came from.

    It holds nothing that PostgreSQL refuses: `raw_json` repaired it when it was read.
    """
    found: dict[str, Any] = {}
    if written.content is not None and written.type != "text":
        key = "raw" if written.type in OURS else written.type
        found[key] = written.content
    if isinstance(written.part, Media):
        found[FILE] = {"state": PENDING} if written.part.id else {"state": GONE}
    if written.label:
        found["label"] = written.label
    if written.referral is not None:
        found["referral"] = dict(written.referral.raw)
    if written.context.forwarded:
        found["forwarded"] = True
    if written.errors:
        found["errors"] = [to_jsonable_python(error) for error in written.errors]
    return found


def preview(message: Message) -> str:
    """Return what the list shows of a message."""
    if "deleted_at" in message.content.get("amended", {}):
        return "deleted"
    return (message.text or str(message.content.get("label") or message.type))[:100]

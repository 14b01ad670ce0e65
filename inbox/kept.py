"""What is kept of a message besides its words, and what the list shows of it."""

from __future__ import annotations

from typing import Any

from pydantic_core import to_jsonable_python

from .models import Message
from .providers.payload import Inbound


def kept(inbound: Inbound) -> dict[str, Any]:
    """Return what is kept of a message besides its text: its own object, and where it came from."""
    found: dict[str, Any] = {}
    if inbound.content is not None and inbound.type != "text":
        found[inbound.type] = to_jsonable_python(inbound.content)
    if inbound.label:
        found["label"] = inbound.label
    if inbound.referral is not None:
        found["referral"] = to_jsonable_python(inbound.referral.raw)
    if inbound.context.forwarded:
        found["forwarded"] = True
    return _without_nul(found)


def preview(message: Message) -> str:
    """Return what the list shows of a message."""
    return (message.text or str(message.content.get("label") or message.type))[:100]


def _without_nul(value: Any) -> Any:
    """PostgreSQL's jsonb cannot hold U+0000; drop it."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    return value

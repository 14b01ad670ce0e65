"""Customers' files in our own keeping: `media/<workspace>/<month>/<message>` in the data folder.

A file is whole or not there: it is written beside its place and moved in. Hosts that share work
should share the folder; where they do not, the one without a file fetches it from WhatsApp again.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings

from .models import Message

FILE = "file"
"""The key in a message's content under which stands what became of its file."""

PENDING, STORED, GONE = "pending", "stored", "gone"


def noted(message: Message) -> dict[str, Any]:
    """Return what is noted of a message's file: `state`, and what belongs to it; empty for none."""
    found = message.content.get(FILE)
    return found if isinstance(found, dict) else {}


def place(message: Message) -> Path:
    """Return where the file of a message is, or would be."""
    month = message.created_at.strftime("%Y-%m")
    return settings.DATA / "media" / str(message.workspace_id) / month / str(message.pk)


def save(message: Message, content: bytes) -> None:
    """Write a message's file."""
    target = place(message)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read(message: Message) -> bytes | None:
    """Read a message's file; None when it is not in our keeping (on this host)."""
    if noted(message).get("state") != STORED:
        return None
    try:
        return place(message).read_bytes()
    except OSError:
        return None

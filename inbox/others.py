"""What a webhook tells besides messages, reports and echoes: templates, the account, the number.

    @on_field("message_template_status_update")
    def note_status(channel: Channel, other: Other) -> None: ...

A handler runs in a job, in no transaction: it calls operations. It may be called again with the
same change. A field nobody handles is kept in its envelope, and nothing else happens.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .models import Channel, Envelope
from .providers.payload import Other
from .routing import channel_for

Handler = Callable[[Channel, Other], None]
F = TypeVar("F", bound=Handler)

handlers: dict[str, Handler] = {}
"""Who handles a field of the webhook; one per field."""


def on_field(*fields: str) -> Callable[[F], F]:
    """Make a function handle fields of the webhook; raise ValueError if one is handled already."""

    def register(function: F) -> F:
        for field in fields:
            if handlers.setdefault(field, function) is not function:
                raise ValueError(f"Two functions handle {field}.")
        return function

    return register


def apply(row: Envelope, other: Other) -> None:
    """Hand a change, and the channel it speaks of, to who handles its field."""
    if handler := handlers.get(other.field):
        handler(channel_for(row, other.phone_number_id), other)

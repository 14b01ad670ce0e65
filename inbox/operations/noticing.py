"""What WhatsApp tells of a number and its account is put before the admins, once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from morfx.events.ledger import record
from morfx.events.models import Event
from morfx.operations.actor import SYSTEM, Actor
from morfx.operations.catalogue import operation
from morfx.operations.inputs import Locked

from ..models import Channel
from ..others import on_field
from ..providers.payload import Other
from ..told_facts import ChannelNoticed

FIELDS = (
    "account_update",
    "account_alerts",
    "account_review_update",
    "phone_number_quality_update",
    "phone_number_name_update",
    "business_capability_update",
    "security",
    "messages",
)
"""What is put before the admins; `messages` are errors WhatsApp reports beside the messages."""

LONGEST = 300


@on_field(*FIELDS)
def notice(channel: Channel, other: Other) -> None:
    """Record one fact of what was told, with everything it said in one line."""
    errors = [f"{error.code}: {error.details or error.title}" for error in other.errors]
    note(
        Actor.system(channel.workspace_id, "inbox", via="webhook"),
        channel=channel,
        field=other.field,
        summary="; ".join(errors or _said(other.value))[:LONGEST],
        digest=other.digest,
    )


@operation("whatsapp.channel.notice", needs=SYSTEM)
def note(
    actor: Actor,
    *,
    channel: Locked[Channel],
    field: Annotated[str, Field(max_length=100)],
    summary: str,
    digest: str,
) -> None:
    """Record that WhatsApp told something about a number; the same again records nothing."""
    told = Event.objects.filter(name=ChannelNoticed.name, facts__digest=digest)
    if not told.exists():
        record(ChannelNoticed(channel=channel.pk, field=field, summary=summary, digest=digest))


def _said(value: object, name: str = "") -> Iterator[str]:
    """Go through the single values of a change, each as `name: value`, without our ids."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in ("metadata", "messaging_product"):
                yield from _said(item, str(key))
    elif isinstance(value, list):
        for item in value[:20]:
            yield from _said(item, name)
    elif value not in (None, ""):
        yield f"{name}: {value}" if name else str(value)

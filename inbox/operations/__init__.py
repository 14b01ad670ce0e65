"""Everything that changes channels, conversations and messages."""

from . import (
    availability,
    channels,
    conversations,
    echoing,
    envelopes,
    handover,
    importing,
    messages,
    noticing,
    receiving,
    sending,
    stopping,
    template_sync,
    templates,
)

__all__ = [
    "availability",
    "channels",
    "conversations",
    "echoing",
    "envelopes",
    "handover",
    "importing",
    "messages",
    "noticing",
    "receiving",
    "sending",
    "stopping",
    "template_sync",
    "templates",
]

"""Everything that changes channels, conversations and messages."""

from . import availability, channels, conversations, handover, messages, receiving, sending

__all__ = [
    "availability",
    "channels",
    "conversations",
    "handover",
    "messages",
    "receiving",
    "sending",
]

"""Channels, what came through them, conversations, and the ledger of what goes out."""

from .channels import Channel, Envelope, LooseStatus
from .conversations import Conversation, Message
from .sends import Availability, Send

__all__ = ["Availability", "Channel", "Conversation", "Envelope", "LooseStatus", "Message", "Send"]

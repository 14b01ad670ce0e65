"""Channels, what came through them, conversations, and the ledger of what goes out."""

from .channels import Channel, Envelope, LooseStatus
from .conversation_rows import FILTERS, ConversationRows
from .conversations import Conversation, Message
from .presence import Typing
from .sends import Availability, Send

__all__ = [
    "FILTERS",
    "Availability",
    "Channel",
    "Conversation",
    "ConversationRows",
    "Envelope",
    "LooseStatus",
    "Message",
    "Send",
    "Typing",
]

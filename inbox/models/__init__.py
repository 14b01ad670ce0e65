"""Channels, what came through them, conversations, and the ledger of what goes out."""

from .channels import Channel, Envelope, LooseStatus
from .conversation_rows import FILTERS, ConversationRows
from .conversations import Conversation, Message
from .pace import Pace
from .presence import Typing
from .reconciliations import Reconciliation
from .sends import Availability, Send
from .templates import Template, TemplateSync

__all__ = [
    "FILTERS",
    "Availability",
    "Channel",
    "Conversation",
    "ConversationRows",
    "Envelope",
    "LooseStatus",
    "Message",
    "Pace",
    "Reconciliation",
    "Send",
    "Template",
    "TemplateSync",
    "Typing",
]

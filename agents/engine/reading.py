"""What a customer's messages say: their text, and the words a model heard or saw in the others."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from agents.llm.media import words_of
from agents.llm.protocol import Usage
from inbox.models import Message

WORDS = "words"
"""Where a message keeps what a model heard or saw in it, in its `content`."""

MOST_TEXT = 8_000
"""Characters of unanswered messages that one turn reads: about 2,500 tokens. Of more, the newest:
who writes two hundred messages in a minute gets one answer, to the end of what they said."""

MOST_OF_ONE = 4_000
"""Characters of a single message; WhatsApp's own limit is 4,096."""

KINDS = {
    "voice": "audio",
    "audio": "audio",
    "image": "image",
    "video": "video",
    "document": "document",
    "location": "location",
    "contacts": "contacts",
    "order": "order",
}
"""Types of messages that hold no words, as the policies name them; the rest is `unsupported`."""

LONGEST = 20.0
"""Seconds that hearing and seeing may take, all messages of a turn together."""


def words_in(message: Message) -> str:
    """Return the words of a message: its own, or what a model heard or saw in it.

    A contact card's text is somebody's name, and nothing the customer says.
    """
    if message.type == "contacts":
        return ""
    return message.text or str(message.content.get(WORDS, {}).get("text", ""))


def kind_of(message: Message) -> str:
    """Return the kind a media policy names a message by."""
    return KINDS.get(message.type, "unsupported")


def together(messages: Sequence[Message]) -> str:
    """Return the words of several messages as one text, the newest of them when it is too long."""
    lines: list[str] = []
    left = MOST_TEXT
    for message in reversed(messages):
        words = words_in(message)[:MOST_OF_ONE]
        if not words:
            continue
        if len(words) > left:
            break
        lines.append(words)
        left -= len(words) + 1
    return "\n".join(reversed(lines))


def wordless(messages: Sequence[Message]) -> list[Message]:
    """Return the messages that say nothing we can read."""
    return [message for message in messages if not words_in(message)]


def listen(messages: Sequence[Message], agent: str) -> tuple[Usage, ...]:
    """Let a model hear and see what holds no words, where one can; return what that used.

    What was understood is kept with the message at once: a turn that goes round again, or whose
    process dies, does not pay for it twice. Asks nobody inside a transaction.
    """
    until = time.monotonic() + LONGEST
    used: list[Usage] = []
    for message in wordless(messages):
        if kind_of(message) not in ("audio", "image"):
            continue
        found, usages = _words_of(message, agent, until)
        used += usages
        if found:
            _keep(message, found)
    return tuple(used)


def _words_of(message: Message, agent: str, until: float) -> tuple[str, list[Usage]]:
    words = words_of(message, until, agent=agent)
    return (words.text.strip(), list(words.tries or (words.usage,))) if words else ("", [])


def _keep(message: Message, text: str) -> None:
    note: dict[str, Any] = {**message.content, WORDS: {"text": text}}
    with transaction.atomic():
        fresh = Message.objects.select_for_update().get(pk=message.pk)
        fresh.content = {**fresh.content, WORDS: note[WORDS]}
        fresh.save(update_fields=["content"])
    message.content = note

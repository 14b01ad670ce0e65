"""What a customer's voice note says and a picture shows, in words, where a model can tell.

Pictures go to Claude, or to the vision model of an OpenAI-compatible server; sounds to such a
server's transcription. None of it is in the way of a text message: no file, no call. Whatever goes
wrong is nothing to the customer: there are no words then, and the agent's policy decides.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import connection, transaction

from agents.errors import ModelsUnavailableError
from inbox import stored_files
from inbox.models import Message

from . import calls
from .chain import LEAST_TIME, Chain
from .clients import chain_elsewhere
from .instructions import SEEING
from .media_kinds import picture_type, sound_seconds, sound_type
from .protocol import Listener, MediaRequest, Seer, Usage
from .tries import ChainAnswer

MOST_OF_A_PICTURE = 3_900_000
"""Bytes. Claude takes 5 MiB, measured once they are base64; WhatsApp sends few above one."""

MOST_OF_A_SOUND = 16_000_000
"""Bytes; WhatsApp's own limit. Transcription servers take 25 MB."""

SPEECH = "es"
"""The language that is listened for. The agents speak no other, and a note of three words is
easily taken for Portuguese or Galician when the model has to guess."""

FILE_WAIT = 6.0
"""Seconds a turn waits for a file that is on its way from WhatsApp; it takes one or two."""

LOOK_EVERY = 0.3

_CREDITS = re.compile(
    r"[¡\s]*(?:subt[ií]tul\w+ (?:realizad|cread|hech|por)\w*.{0,80}|.{0,60}amara\.org.{0,20}"
    r"|gracias por ver (?:el|este|nuestro|mi) v[ií]deo.{0,40}|suscr[ií]b(?:e|a)\w+.{0,40})",
    re.IGNORECASE,
)
"""What speech models write down when there is nothing but noise: the ends of films they learned."""

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a file says or shows, and what it cost to learn it."""

    text: str
    usage: Usage
    """Of the call that told it."""
    tries: tuple[Usage, ...] = ()
    """All calls it took; that one is the last. They are in the ledger."""


@dataclass(frozen=True)
class _Way:
    """How a kind of file is put into words."""

    ask: Callable[..., ChainAnswer[str]]
    type_of: Callable[[bytes], str]
    most: int
    instructions: str = ""
    language: str = ""


def words_of(message: Message, until: float, *, agent: str = "") -> Words | None:
    """Return what a customer's voice note says or picture shows; None when no model can tell.

    `until` is when waiting ends, on `time.monotonic`. Call with no transaction open. Calls that
    were made are settled in the ledger; whoever has a turn for them may settle them again, with it.
    """
    way = _way(message)
    if way is None:
        return None
    content = _file_of(message, until)
    if content is None or not 0 < len(content) <= way.most:
        return None
    mime_type = way.type_of(content)
    if not mime_type:
        log.info("file of no kind a model takes", message=str(message.pk), type=message.type)
        return None
    request = MediaRequest(
        content=content,
        mime_type=mime_type,
        instructions=way.instructions,
        language=way.language,
        audio_seconds=sound_seconds(content) if mime_type.startswith("audio/") else 0.0,
        agent_id=agent,
    )
    return _asked(way, request, until)


def _asked(way: _Way, request: MediaRequest, until: float) -> Words | None:
    try:
        answer = way.ask(request, until=until)
    except ModelsUnavailableError as nobody:
        calls.settle(nobody.tries)
        log.info("file not put into words", why=nobody.failures)
        return None
    calls.settle(answer.tries)
    text = answer.value.strip()
    if not text or _CREDITS.fullmatch(text):
        return None
    return Words(text=text, usage=answer.usage, tries=answer.tries)


def _way(message: Message) -> _Way | None:
    """Return how a message's file is put into words; None when no model here does that."""
    chain = chain_elsewhere(fast=settings.MODEL_FAST, strong=settings.MODEL_STRONG)
    if message.type == "image" and _sees(chain):
        return _Way(chain.describe, picture_type, MOST_OF_A_PICTURE, instructions=SEEING)
    if message.type in ("audio", "voice") and _hears(chain):
        return _Way(chain.transcribe, sound_type, MOST_OF_A_SOUND, language=SPEECH)
    return None


def _sees(chain: Chain) -> bool:
    return any(isinstance(link.client, Seer) and link.client.sees for link in chain.links)


def _hears(chain: Chain) -> bool:
    return any(isinstance(link.client, Listener) and link.client.hears for link in chain.links)


def _file_of(message: Message, until: float) -> bytes | None:
    """Return a message's file, waiting a moment for one that is on its way; None when it fails."""
    given_up = min(time.monotonic() + FILE_WAIT, until - LEAST_TIME)
    while stored_files.noted(message).get("state") == stored_files.PENDING:
        if time.monotonic() + LOOK_EVERY > given_up:
            return None
        time.sleep(LOOK_EVERY)
        with transaction.atomic():
            message = Message.objects.only("content", "created_at", "workspace_id").get(
                pk=message.pk
            )
        if not connection.in_atomic_block:
            connection.close()
    return stored_files.read(message)

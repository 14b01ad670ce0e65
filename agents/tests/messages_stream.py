"""Streams of the local Messages API: a message in small pieces, whole or broken off."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from agents.tests.messages_answers import Answer

Event = dict[str, Any]


def stream(*events: Event) -> Answer:
    """Answer with exactly these events."""
    raw = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
    return Answer(body=raw.encode(), headers={"Content-Type": "text/event-stream"})


def streamed(message: dict[str, Any]) -> Answer:
    """Return a message as the stream it would be."""
    return stream(*events_of(message))


def events_of(message: dict[str, Any]) -> list[Event]:
    """Return the events of a message: usage is first the input's, then counts up."""
    used = message["usage"]
    head = {**message, "content": [], "stop_reason": None, "usage": {**used, "output_tokens": 1}}
    events: list[Event] = [{"type": "message_start", "message": head}, {"type": "ping"}]
    for index, block in enumerate(message["content"]):
        events += _block(index, block)
    for made in (used["output_tokens"] // 2, used["output_tokens"]):
        delta = {"stop_reason": message["stop_reason"], "stop_sequence": None}
        events.append({"type": "message_delta", "delta": delta, "usage": {"output_tokens": made}})
    return [*events, {"type": "message_stop"}]


def _block(index: int, block: dict[str, Any]) -> Iterator[Event]:
    is_text = block["type"] == "text"
    empty = {**block, "text": ""} if is_text else {**block, "input": {}}
    yield {"type": "content_block_start", "index": index, "content_block": empty}
    written = block["text"] if is_text else json.dumps(block["input"])
    for start in range(0, len(written), 6):
        part = written[start : start + 6]
        yield said(index, part) if is_text else asked(index, part)
    yield {"type": "content_block_stop", "index": index}


def said(index: int, text: str) -> Event:
    """Return a piece of text."""
    delta = {"type": "text_delta", "text": text}
    return {"type": "content_block_delta", "index": index, "delta": delta}


def asked(index: int, part: str) -> Event:
    """Return a piece of a tool's input."""
    delta = {"type": "input_json_delta", "partial_json": part}
    return {"type": "content_block_delta", "index": index, "delta": delta}


def error_event(kind: str = "overloaded_error") -> Event:
    """Return the error that can come after HTTP 200."""
    return {"type": "error", "error": {"type": kind, "message": "sorry"}}

"""A streamed answer of Claude, put together event by event, whole or not at all.

What the SDK passes on silently is looked for here: a stream that ends without `message_stop`, an
`error` event after HTTP 200, a tool's input whose JSON is cut off (kept as the text it is, which no
schema takes), usage that counts up (taken, never added). Source: Anthropic, "Streaming messages".
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import anthropic
from anthropic.types import Message, TextBlock, ToolUseBlock

from agents.errors import ClaudeApiError

from .anthropic_metering import at_most, failure_of
from .failures import Failure
from .metering import Asked, wait_of
from .protocol import OnText
from .streaming_text import Teller


@dataclass
class _Block:
    """One block of content, as it grows."""

    kind: str
    id: str = ""
    name: str = ""
    parts: list[str] = field(default_factory=list)

    def done(self) -> TextBlock | ToolUseBlock | None:
        """Return the block; a kind that is neither text nor a tool is left out."""
        said = "".join(self.parts)
        if self.kind == "text":
            return TextBlock.model_construct(type="text", text=said, citations=None)
        if self.kind == "tool_use":
            return ToolUseBlock.model_construct(
                type="tool_use", id=self.id, name=self.name, input=_input(said)
            )
        return None


def _input(said: str) -> Any:
    """Read a tool's input; what is not JSON stays the text it is."""
    try:
        return json.loads(said or "{}")
    except (ValueError, RecursionError):
        return said


class Assembly:
    """A message under way."""

    def __init__(self, teller: Teller) -> None:
        self.message: Message | None = None
        self.is_whole = False
        self._teller = teller
        self._blocks: dict[int, _Block] = {}

    def take(self, event: Any) -> None:
        """Take the next event in; one of a kind we do not know changes nothing."""
        kind = getattr(event, "type", "")
        if kind == "message_start" and isinstance(event.message, Message):
            self.message = event.message
        elif kind == "content_block_start":
            self._begin(event.index, event.content_block)
        elif kind == "content_block_delta":
            self._grow(event.index, event.delta)
        elif kind == "message_delta" and self.message is not None:
            self.message.stop_reason = event.delta.stop_reason or self.message.stop_reason
            self._count(event.usage)
        elif kind == "message_stop":
            self.is_whole = self.message is not None

    def finished(self) -> Message | None:
        """Return the message; None when it did not come to its end."""
        if self.message is None or not self.is_whole or self.message.usage is None:
            return None
        blocks = [block.done() for _, block in sorted(self._blocks.items())]
        self.message.content = [block for block in blocks if block is not None]
        return self.message

    def _begin(self, index: int, block: Any) -> None:
        kind = getattr(block, "type", "")
        self._blocks[index] = _Block(
            kind=kind, id=getattr(block, "id", ""), name=getattr(block, "name", "")
        )
        if kind == "text" and block.text:
            self._blocks[index].parts.append(block.text)
            self._teller.add(block.text)

    def _grow(self, index: int, delta: Any) -> None:
        block, kind = self._blocks.get(index), getattr(delta, "type", "")
        if block is None:
            return
        if kind == "text_delta":
            block.parts.append(delta.text)
            self._teller.add(delta.text)
        elif kind == "input_json_delta":
            block.parts.append(delta.partial_json)

    def _count(self, usage: Any) -> None:
        """Take the figures over: each is the sum so far, and one that is missing is as before."""
        if self.message is None or usage is None:
            return
        for name in (
            "input_tokens",
            "output_tokens",
            "cache_creation_input_tokens",
            "cache_read_input_tokens",
        ):
            figure = getattr(usage, name, None)
            if figure is not None:
                setattr(self.message.usage, name, figure)


def whole(events: Iterable[Any], asked: Asked, on_text: OnText | None, request_id: str) -> Message:
    """Read a stream to its end; raise `ClaudeApiError` with what it cost when it has none."""
    assembly = Assembly(Teller(on_text))
    try:
        for event in events:
            assembly.take(event)
    except Exception as error:
        raise _broken_off(error, assembly.message, asked, request_id) from error
    message = assembly.finished()
    if message is None:
        raise _broken_off(None, assembly.message, asked, request_id)
    message._request_id = request_id
    return message


def _broken_off(
    error: Exception | None, message: Message | None, asked: Asked, request_id: str
) -> ClaudeApiError:
    """Name why a stream did not come to its end; it may be billed, whatever the reason."""
    failure = failure_of(error) if error is not None else Failure.CUT_OFF
    what = type(error).__name__ if error is not None else "no end"
    wait = None
    if isinstance(error, anthropic.APIStatusError):
        wait = wait_of(error.response.headers)
    return ClaudeApiError(
        f"stream broke off: {what} ({failure.value})",
        failure,
        at_most(message, asked, failure, request_id),
        status=200,
        retry_after=wait,
    )

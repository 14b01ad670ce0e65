"""A conversation with tools, to and from the Messages API's blocks."""

from __future__ import annotations

from collections.abc import Sequence

from anthropic.types import (
    ContentBlockParam,
    Message,
    MessageParam,
    TextBlockParam,
    ToolParam,
    ToolResultBlockParam,
    ToolUseBlockParam,
)

from .protocol import Completion, Spoken, Tool, ToolCall
from .wishes import inputs_of, names_of, wire_name


def tools_for(tools: Sequence[Tool]) -> list[ToolParam]:
    """Describe the tools. The last one ends the part of the request that can be cached."""
    names_of(tools)
    described: list[ToolParam] = [
        {
            "name": wire_name(tool.name),
            "description": tool.description,
            "input_schema": {**tool.schema, "type": "object"},
        }
        for tool in tools
    ]
    if described:
        described[-1]["cache_control"] = {"type": "ephemeral"}
    return described


def messages_for(said: Sequence[Spoken]) -> list[MessageParam]:
    """Write the turns as messages; a turn with nothing in it is left out."""
    messages: list[MessageParam] = []
    for turn in said:
        if blocks := _blocks(turn):
            if turn.role == "model":
                messages.append({"role": "assistant", "content": blocks})
            else:
                messages.append({"role": "user", "content": blocks})
    return messages


def cached_messages(said: Sequence[Spoken]) -> list[MessageParam]:
    """Write the turns as messages, the newest as the end of what can be cached: the next step of
    a loop reads all that was said before it."""
    messages = messages_for(said)
    content = messages[-1]["content"] if messages else ""
    if isinstance(content, list):
        content[-1]["cache_control"] = {"type": "ephemeral"}
    return messages


def completion_of(message: Message, tools: Sequence[Tool]) -> Completion:
    """Read how the model went on. A call of a tool we do not have keeps the name it gave."""
    names = names_of(tools)
    texts, calls = [], []
    for block in message.content:
        if block.type == "text":
            texts.append(block.text)
        elif block.type == "tool_use":
            inputs = inputs_of(block.input)
            calls.append(
                ToolCall(id=block.id, name=names.get(block.name, block.name), inputs=inputs)
            )
    return Completion(text="".join(texts).strip(), calls=tuple(calls))


def _blocks(turn: Spoken) -> list[ContentBlockParam]:
    """Write one turn: results first, as the API wants them, then text, then calls."""
    blocks: list[ContentBlockParam] = []
    for result in turn.results:
        answer: ToolResultBlockParam = {
            "type": "tool_result",
            "tool_use_id": result.call_id,
            "content": result.text,
            "is_error": result.is_error,
        }
        blocks.append(answer)
    if turn.text.strip():
        text: TextBlockParam = {"type": "text", "text": turn.text}
        blocks.append(text)
    for call in turn.calls:
        use: ToolUseBlockParam = {
            "type": "tool_use",
            "id": call.id,
            "name": wire_name(call.name),
            "input": dict(call.inputs),
        }
        blocks.append(use)
    return blocks

"""A conversation with tools, to and from the Messages API's blocks.

Operations have dots in their names and the API takes none: a name travels with underscores and is
found again in the list of tools, so that two tools must not differ in that only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from anthropic.types import (
    ContentBlockParam,
    Message,
    MessageParam,
    TextBlockParam,
    ToolParam,
    ToolResultBlockParam,
    ToolUseBlockParam,
)

from .checking import problems
from .failures import Failure
from .protocol import Completion, CompletionRequest, Spoken, Tool, ToolCall, ToolResult


def wire_name(name: str) -> str:
    """Return a tool's name as the API takes it."""
    return name.replace(".", "_")


def tools_for(tools: Sequence[Tool]) -> list[ToolParam]:
    """Describe the tools. The last one ends the part of the request that can be cached."""
    names = {wire_name(tool.name) for tool in tools}
    if len(names) < len(tools):
        raise ValueError("two tools have the same name once dots are underscores")
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


def completion_of(message: Message, tools: Sequence[Tool]) -> Completion:
    """Read how the model went on. A call of a tool we do not have keeps the name it gave."""
    names = {wire_name(tool.name): tool.name for tool in tools}
    texts, calls = [], []
    for block in message.content:
        if block.type == "text":
            texts.append(block.text)
        elif block.type == "tool_use":
            inputs = _inputs(block.input)
            calls.append(
                ToolCall(id=block.id, name=names.get(block.name, block.name), inputs=inputs)
            )
    return Completion(text="".join(texts).strip(), calls=tuple(calls))


def _inputs(given: object) -> dict[str, object]:
    """Return a call's inputs; what is no object is kept under a name that no schema knows."""
    return given if isinstance(given, dict) else {"": given}


def put_right(
    request: CompletionRequest, completion: Completion
) -> tuple[Failure | None, CompletionRequest | None]:
    """Name what is wrong with how a model went on, and the request that tells it so."""
    if not completion.text and not completion.calls:
        return Failure.BAD_OUTPUT, None
    tools = {tool.name: tool for tool in request.tools}
    wrong: dict[str, str] = {}
    failure = None
    for call in completion.calls:
        if call.name not in tools:
            failure, wrong[call.id] = Failure.UNKNOWN_TOOL, f"There is no tool {call.name}."
        elif found := _problems(call, tools[call.name]):
            failure = failure or Failure.WRONG_INPUT
            wrong[call.id] = "Wrong input: " + "; ".join(found[:5])
    if failure is None:
        return None, None
    answered = Spoken(role="user", results=_told(completion, wrong))
    return failure, replace(request, said=(*request.said, completion.spoken, answered))


def _problems(call: ToolCall, tool: Tool) -> list[str]:
    if "" in call.inputs:
        return ["inputs: not a JSON object"]
    return problems(dict(call.inputs), {**tool.schema, "type": "object"})


def _told(completion: Completion, wrong: dict[str, str]) -> tuple[ToolResult, ...]:
    """Answer every call of a turn that cannot be carried out as a whole."""
    not_run = "Not run: another call of this turn was wrong. Make it again."
    return tuple(
        ToolResult(call_id=call.id, text=wrong.get(call.id, not_run), is_error=True)
        for call in completion.calls
    )


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

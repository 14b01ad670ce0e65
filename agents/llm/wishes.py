"""What a model wishes to have done, checked before anybody does it: the same for every client.

Operations have dots in their names and APIs take none: a name travels with underscores and is
found again in the list of tools, so that two tools must not differ in that only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from .checking import problems
from .failures import Failure
from .protocol import Completion, CompletionRequest, Spoken, Tool, ToolCall, ToolResult


def wire_name(name: str) -> str:
    """Return a tool's name as APIs take it."""
    return name.replace(".", "_")


def names_of(tools: Sequence[Tool]) -> dict[str, str]:
    """Return the tools' own names by their names on the wire."""
    names = {wire_name(tool.name): tool.name for tool in tools}
    if len(names) < len(tools):
        raise ValueError("two tools have the same name once dots are underscores")
    return names


def inputs_of(given: object) -> dict[str, object]:
    """Return a call's inputs; what is no object is kept under a name that no schema knows."""
    return given if isinstance(given, dict) else {"": given}


def inputs_in(written: str) -> dict[str, object]:
    """Read a call's inputs from JSON; what is cut off or no JSON stays the text it is."""
    try:
        return inputs_of(json.loads(written or "{}"))
    except (ValueError, RecursionError):
        return inputs_of(written)


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

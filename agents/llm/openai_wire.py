"""The chat dialect that OpenAI began and most model servers speak: what is sent and what comes.

Sources: OpenAI, "Chat completions" and "Structured outputs"; vLLM, "OpenAI-compatible server";
Ollama, "OpenAI compatibility"; llama.cpp, "server"; OpenRouter, "API reference".
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from .failures import Failure
from .instructions import RULES, question_as_json
from .protocol import CompletionRequest, ComprehensionRequest, MediaRequest, Spoken, Tool
from .wishes import names_of, wire_name

STOPS: dict[str, Failure | None] = {
    "stop": None,
    "tool_calls": None,
    "function_call": None,
    "length": Failure.CUT_SHORT,
    "content_filter": Failure.REFUSED,
    "error": Failure.SERVER,
    "insufficient_system_resource": Failure.OVERLOADED,
}
"""What a finish reason means; one that is not here, or none, is a failure too."""

ENDINGS = {
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/wav": "wav",
    "audio/webm": "webm",
    "audio/flac": "flac",
}
"""A file's ending, by which transcription servers tell what it is."""

_REASONS = re.compile(r"(?:.*/)?(?:o\d|gpt-[5-9])")
"""Models of OpenAI that think first and take their limit under another name."""


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How far a server goes along with a model; what it refuses once is not sent again."""

    limit: str = "max_tokens"
    """The name of the longest answer."""
    takes_schema: bool = True
    counts_streams: bool = True
    """It can be asked to end a stream with what it used."""
    thinks: bool = False
    """It takes how much to think, and needs room for it."""

    @classmethod
    def of(cls, model: str) -> Dialect:
        """Return what to begin with for a model."""
        thinks = bool(_REASONS.match(model))
        return cls(limit="max_completion_tokens" if thinks else "max_tokens", thinks=thinks)

    def without(self, param: str, message: str) -> Dialect | None:
        """Return how to ask after a refusal; None when it is about nothing we can do without."""
        said = f"{param} {message}".lower()
        if self.takes_schema and re.search(r"response_format|json_schema|structured|grammar", said):
            return replace(self, takes_schema=False)
        if self.counts_streams and "stream_options" in said:
            return replace(self, counts_streams=False)
        if self.thinks and "reasoning_effort" in said:
            return replace(self, thinks=False)
        if self.limit == "max_tokens" and "max_completion_tokens" in said:
            return replace(self, limit="max_completion_tokens")
        if self.limit == "max_completion_tokens" and re.search(
            r"max_completion_tokens.*(unknown|unrecognized|not permitted|extra|unexpected)|"
            r"(unknown|unrecognized|not permitted|extra|unexpected).*max_completion_tokens",
            said,
        ):
            return replace(self, limit="max_tokens")
        return None


def understanding_body(
    request: ComprehensionRequest, schema: dict[str, object], dialect: Dialect
) -> dict[str, Any]:
    """Ask for an understanding: by schema, or by words alone where a server knows no schemas."""
    system = f"{RULES}\n\n{request.system}"
    body: dict[str, Any] = {}
    if dialect.takes_schema:
        shape = {"name": "understanding", "strict": True, "schema": schema}
        body["response_format"] = {"type": "json_schema", "json_schema": shape}
    else:
        written = json.dumps(schema, ensure_ascii=False)
        system += (
            f"\n\nAnswer with one JSON object of this JSON schema, and nothing else:\n{written}"
        )
    body["messages"] = [
        {"role": "system", "content": system},
        {"role": "user", "content": question_as_json(request)},
    ]
    return body


def talk_body(request: CompletionRequest) -> dict[str, Any]:
    """Ask to continue a conversation."""
    body: dict[str, Any] = {"messages": messages_for(request.system, request.said)}
    if request.tools:
        body["tools"] = tools_for(request.tools)
    return body


def picture_body(request: MediaRequest) -> dict[str, Any]:
    """Ask what a picture shows."""
    data = base64.b64encode(request.content).decode()
    picture = {"url": f"data:{request.mime_type};base64,{data}"}
    return {
        "messages": [
            {"role": "system", "content": request.instructions},
            {"role": "user", "content": [{"type": "image_url", "image_url": picture}]},
        ]
    }


def tools_for(tools: Sequence[Tool]) -> list[dict[str, Any]]:
    """Describe the tools."""
    names_of(tools)
    return [
        {
            "type": "function",
            "function": {
                "name": wire_name(tool.name),
                "description": tool.description,
                "parameters": {"properties": {}, **tool.schema, "type": "object"},
            },
        }
        for tool in tools
    ]


def messages_for(system: str, said: Sequence[Spoken]) -> list[dict[str, Any]]:
    """Write the turns as messages; a turn with nothing in it is left out."""
    messages: list[dict[str, Any]] = [{"role": "system", "content": system}]
    for turn in said:
        for result in turn.results:
            text = f"Error: {result.text}" if result.is_error else result.text
            messages.append({"role": "tool", "tool_call_id": result.call_id, "content": text})
        role = "assistant" if turn.role == "model" else "user"
        message: dict[str, Any] = {"role": role, "content": turn.text}
        if turn.calls:
            message["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {
                        "name": wire_name(call.name),
                        "arguments": json.dumps(dict(call.inputs), ensure_ascii=False),
                    },
                }
                for call in turn.calls
            ]
        if turn.text.strip() or turn.calls:
            messages.append(message)
    return messages


def file_name(mime_type: str) -> str:
    """Return a name for a sound; its own may be anything."""
    return f"voice.{ENDINGS.get(mime_type, 'bin')}"

"""Answers of the local OpenAI-compatible server: replies, streams, and errors of each class."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from agents.tests.messages_answers import Answer

MODEL = "gpt-4.1-mini-2025-04-14"


def replies(
    content: dict[str, Any] | str,
    *,
    model: str = MODEL,
    stop: str | None = "stop",
    usage: dict[str, Any] | bool | None = None,
    late: float = 0.0,
    **message: Any,
) -> Answer:
    """Answer with a reply: an object as JSON, or plain text. `usage` False leaves it out."""
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    body: dict[str, Any] = {
        "id": f"chatcmpl-{uuid4().hex[:24]}",
        "object": "chat.completion",
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text, **message},
                "finish_reason": stop,
            }
        ],
    }
    if usage is not False:
        counted = usage if isinstance(usage, dict) else {}
        body["usage"] = {"prompt_tokens": 120, "completion_tokens": 60, **counted}
    return Answer(body=body, late=late, headers={"x-request-id": f"req_{uuid4().hex[:12]}"})


def understood(intent: str, confidence: int = 92, **more: Any) -> Answer:
    """Answer with an understanding of our schema."""
    fields = [{"name": name, "value": value} for name, value in more.pop("fields", {}).items()]
    said = {
        "class": more.pop("kind", "pregunta"),
        "intent": intent,
        "confidence": confidence,
        "alternatives": more.pop("alternatives", []),
        "fields": fields,
        "reasoning": "The words say so.",
    }
    wrapped = more.pop("wrapped", "{}")
    text = wrapped.replace("{}", json.dumps(said, ensure_ascii=False), 1)
    return replies(text, **more)


def calls(*wishes: tuple[str, Any], text: str = "", stop: str = "tool_calls") -> Answer:
    """Answer with wishes for tools, each a name on the wire and its inputs."""
    return replies(
        text,
        stop=stop,
        tool_calls=[
            {
                "id": f"call_{uuid4().hex[:12]}",
                "type": "function",
                "function": {
                    "name": name,
                    "arguments": inputs if isinstance(inputs, str) else json.dumps(inputs),
                },
            }
            for name, inputs in wishes
        ],
    )


def error(
    status: int,
    kind: str = "",
    message: str = "",
    *,
    code: str | int | None = None,
    param: str | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """Answer with an error in the dialect's shape."""
    said = {"message": message or kind or "sorry", "type": kind, "param": param, "code": code}
    return Answer(status=status, body={"error": said}, headers=headers or {})


def no_schemas() -> Answer:
    """The server does not know structured output."""
    return error(
        400, "invalid_request_error", "response_format.type 'json_schema' is not supported",
        param="response_format",
    )  # fmt: skip


def error_after_200(code: int = 502, message: str = "Provider returned error") -> Answer:
    """An error in the body of a 200, as routers between vendors send it."""
    return Answer(body={"error": {"code": code, "message": message}})


def stream(*events: dict[str, Any] | str, done: bool = True) -> Answer:
    """Answer with a stream of events."""
    written = [event if isinstance(event, str) else json.dumps(event) for event in events]
    if done:
        written.append("[DONE]")
    raw = ": hello\n\n" + "".join(f"data: {one}\n\n" for one in written)
    return Answer(body=raw.encode(), headers={"Content-Type": "text/event-stream"})


def piece(text: str = "", *, stop: str | None = None, **delta: Any) -> dict[str, Any]:
    """Return one event of a stream."""
    choice = {"index": 0, "delta": {"content": text, **delta}, "finish_reason": stop}
    return {"id": "chatcmpl-1", "model": MODEL, "choices": [choice]}


def wish(index: int, name: str = "", arguments: str = "", call_id: str = "") -> dict[str, Any]:
    """Return a piece of a wish for a tool."""
    function = {"arguments": arguments, **({"name": name} if name else {})}
    call = {"index": index, "function": function, **({"id": call_id} if call_id else {})}
    return piece(tool_calls=[call])


def counted(sent: int = 100, made: int = 20, **more: Any) -> dict[str, Any]:
    """Return the last event of a stream: what it used."""
    usage = {"prompt_tokens": sent, "completion_tokens": made, **more}
    return {"id": "chatcmpl-1", "model": MODEL, "choices": [], "usage": usage}


def streamed(body: dict[str, Any]) -> Answer:
    """Return a whole reply as a stream of small pieces, as a server does."""
    choice = body["choices"][0]
    message = choice["message"]
    text: Sequence[str] = message["content"] or ""
    events: list[dict[str, Any]] = [piece(str(text[n : n + 5])) for n in range(0, len(text), 5)]
    for index, call in enumerate(message.get("tool_calls", [])):
        function = call["function"]
        events.append(wish(index, function["name"], "", call["id"]))
        written = function["arguments"]
        events += [wish(index, "", written[n : n + 4]) for n in range(0, len(written), 4)]
    events.append(piece(stop=choice["finish_reason"]))
    for event in events:
        event["model"] = body["model"]
    if "usage" in body:
        events.append({"choices": [], "model": body["model"], "usage": body["usage"]})
    return stream(*events)

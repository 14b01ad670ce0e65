"""Answers of the local Messages API: a message, an error of each class, or a broken connection."""

from __future__ import annotations

import json
import socket
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from uuid import uuid4


@dataclass
class Answer:
    """What is written back, after `late` seconds."""

    status: int = 200
    body: dict[str, Any] | bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    late: float = 0.0
    keep: float = 1.0
    """Share of the body that is sent before the connection is closed; 1 is all of it."""
    silent: bool = False
    """Close without a word."""
    drip: float = 0.0
    """Seconds between the bytes of the body, which then come one by one."""

    def half(self) -> Answer:
        """Break the connection in the middle of the body."""
        self.keep = 0.5
        return self

    def slowly(self) -> Answer:
        """Send the body byte by byte."""
        self.drip = 0.05
        return self

    def write(self, handler: BaseHTTPRequestHandler) -> None:
        """Write it, or break as told."""
        time.sleep(self.late)
        if self.silent:
            _hang_up(handler)
            return
        raw = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        handler.send_response(self.status)
        if "Content-Type" not in self.headers:
            handler.send_header("Content-Type", "application/json")
        handler.send_header("request-id", f"req_{uuid4().hex[:24]}")
        for name, value in self.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(raw)))
        handler.end_headers()
        sent = raw[: int(len(raw) * self.keep)]
        pieces = [sent[n : n + 1] for n in range(len(sent))] if self.drip else [sent]
        for piece in pieces:
            handler.wfile.write(piece)
            handler.wfile.flush()
            time.sleep(self.drip)
        if self.keep < 1:
            _hang_up(handler)


def _hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def says(
    content: dict[str, Any] | str,
    *,
    model: str = "claude-haiku-4-5-20251001",
    stop: str = "end_turn",
    usage: dict[str, Any] | None = None,
    late: float = 0.0,
) -> Answer:
    """Answer with a message: an object as structured output, or plain text."""
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    used = {"input_tokens": 120, "output_tokens": 60, "service_tier": "standard", **(usage or {})}
    body = {
        "id": f"msg_{uuid4().hex[:24]}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": text}],
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": used,
    }
    return Answer(body=body, late=late)


def calls(*wishes: tuple[str, Any], text: str = "", stop: str = "tool_use") -> Answer:
    """Answer with wishes for tools, each a name on the wire and its inputs."""
    answer = says(text, stop=stop)
    assert isinstance(answer.body, dict)
    blocks = answer.body["content"] if text else []
    for name, inputs in wishes:
        use = {"type": "tool_use", "id": f"toolu_{uuid4().hex[:24]}", "name": name}
        blocks.append({**use, "input": inputs})
    answer.body["content"] = blocks
    return answer


def understood(intent: str, confidence: int = 92, **more: Any) -> Answer:
    """Answer with an understanding of our schema."""
    fields = [{"name": name, "value": value} for name, value in more.pop("fields", {}).items()]
    answer = {
        "class": more.pop("kind", "pregunta"),
        "intent": intent,
        "confidence": confidence,
        "alternatives": more.pop("alternatives", []),
        "fields": fields,
        "reasoning": "The words say so.",
    }
    return says(answer, **more)


def error(
    status: int,
    kind: str,
    message: str = "",
    *,
    code: str = "",
    headers: dict[str, str] | None = None,
) -> Answer:
    """Answer with an error; `code` is `error.details.error_code`."""
    described: dict[str, Any] = {"type": kind, "message": message or kind}
    if code:
        described["details"] = {"error_code": code}
    body = {"type": "error", "error": described, "request_id": f"req_{uuid4().hex[:24]}"}
    return Answer(status=status, body=body, headers=headers or {})


def rate_limited(retry_after: float | None = None) -> Answer:
    """Too many requests, with or without a wish to wait."""
    headers = {} if retry_after is None else {"retry-after": f"{retry_after:g}"}
    return error(429, "rate_limit_error", headers=headers)


def spend_limit() -> Answer:
    """The month's money is spent: a 429 that must not be tried again."""
    return error(429, "rate_limit_error", code="enforced_spend_limit_reached")


def no_credit() -> Answer:
    """The balance is empty; the API says so in a plain 400."""
    return error(400, "invalid_request_error", "Your credit balance is too low to use the API.")


def overloaded() -> Answer:
    """The service is full."""
    return error(529, "overloaded_error")


def refusal() -> Answer:
    """The model declines."""
    answer = says("", stop="refusal")
    assert isinstance(answer.body, dict)
    answer.body["stop_details"] = {"type": "refusal", "category": "bio", "explanation": None}
    return answer


def cut_short() -> Answer:
    """The answer hits the token limit in the middle."""
    return says('{"class": "pregunta", "intent": "prec', stop="max_tokens")


def truncated() -> Answer:
    """A 200 whose JSON stops in the middle, though the length is right."""
    return Answer(body=b'{"id":"msg_1","type":"message","content":[{"type":"te')


def cut_off() -> Answer:
    """A 200 whose connection breaks in the middle of the body."""
    answer = says({"intent": "precio"})
    answer.keep = 0.5
    return answer


def silence() -> Answer:
    """Close without a word."""
    return Answer(silent=True)


def dripping(seconds: float) -> Answer:
    """A good answer that comes byte by byte, each so many seconds after the last."""
    answer = understood("precio")
    answer.drip = seconds
    return answer


def page() -> Answer:
    """A 200 that is HTML: some proxy's own page."""
    return Answer(body=b"<html>Please sign in</html>", headers={"Content-Type": "text/html"})


def empty() -> Answer:
    """A message without content."""
    answer = says("")
    assert isinstance(answer.body, dict)
    answer.body["content"] = []
    return answer


def error_after_200(kind: str = "overloaded_error") -> Answer:
    """An error in the body of a 200."""
    return Answer(body={"type": "error", "error": {"type": kind, "message": "sorry"}})


def event_stream() -> Answer:
    """A stream nobody asked for, with an error in its middle."""
    events = (
        'event: message_start\ndata: {"type":"message_start","message":{}}\n\n'
        'event: error\ndata: {"type":"error","error":{"type":"overloaded_error"}}\n\n'
    )
    return Answer(body=events.encode(), headers={"Content-Type": "text/event-stream"})

"""What comes back in the OpenAI dialect: a reply or an error, whole or in pieces.

Nothing is believed of a server's shapes: what is not as it should be is left out, or is a failure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from .failures import Failure
from .metering import Asked, estimate, tokens_in, used
from .openai_wire import STOPS
from .pricing import priced
from .protocol import Completion, Tool, ToolCall, Usage
from .sse import DONE, data_of
from .streaming_text import Teller
from .wishes import inputs_in, inputs_of, names_of


class BrokenOffError(Exception):
    """A stream that did not come to its end, or told of an error on the way."""

    def __init__(self, told: Told | None) -> None:
        super().__init__("stream broke off")
        self.told = told


@dataclass(frozen=True)
class Told:
    """What an error answer says. Servers put it in an object, a text, or beside the point."""

    kind: str = ""
    code: str = ""
    message: str = ""
    param: str = ""

    @classmethod
    def by(cls, body: object) -> Told | None:
        """Read an error; None when a body holds none."""
        if not isinstance(body, dict):
            return None
        error = body.get("error") or (body if body.get("object") == "error" else None)
        error = error or body.get("detail")
        if isinstance(error, dict):
            kind, code = _text(error.get("type")), _text(error.get("code"))
            return cls(kind, code, _text(error.get("message")), _text(error.get("param")))
        return cls(message=json.dumps(error)) if error else None


@dataclass
class Reply:
    """What a model said, as far as it has come."""

    model: str = ""
    id: str = ""
    text: str = ""
    refusal: str = ""
    stop: str = ""
    calls: dict[int, _Call] = field(default_factory=dict)
    usage: dict[str, Any] | None = None

    def failure(self) -> Failure | None:
        """Name what is wrong with how it ended; None when it is whole."""
        if self.refusal and not self.text:
            return Failure.REFUSED
        return STOPS.get(self.stop, Failure.UNKNOWN_STOP)

    def completion(self, tools: Iterable[Tool]) -> Completion:
        """Return it as the continuation of a conversation."""
        names = names_of(list(tools))
        calls = tuple(
            ToolCall(
                id=call.id or f"call_{number}",
                name=names.get(call.name, call.name),
                inputs=call.inputs(),
            )
            for number, call in sorted(self.calls.items())
        )
        return Completion(text=self.text.strip(), calls=calls)

    def at_most(self, asked: Asked, failure: Failure | None = None) -> Usage:
        """Say what a reply that broke off cost at most."""
        return replace(
            estimate(asked, failure), model=self.model or asked.model, request_id=self.id
        )

    def used(self, asked: Asked, request_id: str) -> Usage:
        """Say what it used; by an estimate when the server does not tell."""
        usage = used(asked, model=self.model or asked.model, request_id=request_id or self.id)
        told, sent = self.usage or {}, _count(self.usage, "prompt_tokens")
        if sent is None:
            said = len(self.text) + sum(len(call.arguments) for call in self.calls.values())
            sent, made = tokens_in(asked.prompt_characters), tokens_in(said)
            return priced(replace(usage, input_tokens=sent, output_tokens=made, estimated=True))
        read = _count(told.get("prompt_tokens_details"), "cached_tokens")
        read = read if read is not None else _count(told, "prompt_cache_hit_tokens") or 0
        read = min(read, sent)
        made = _count(told, "completion_tokens") or 0
        return priced(
            replace(usage, input_tokens=sent - read, cache_read_tokens=read, output_tokens=made)
        )


@dataclass(frozen=True)
class Heard:
    """What a sound says, and what listening to it took."""

    text: str
    seconds: float | None = None
    tokens_in: int = 0
    tokens_out: int = 0

    def used(self, asked: Asked, request_id: str) -> Usage:
        """Say what listening cost: by the seconds that were told, else by those of the file."""
        seconds = asked.audio_seconds if self.seconds is None else self.seconds
        usage = used(
            asked,
            input_tokens=self.tokens_in,
            output_tokens=self.tokens_out,
            audio_seconds=seconds,
            request_id=request_id,
            estimated=self.seconds is None,
        )
        return priced(usage)


def heard(body: object) -> Heard | None:
    """Read a transcription; None when it is none. Servers tell tokens, seconds, or nothing."""
    if not isinstance(body, dict) or not isinstance(body.get("text"), str):
        return None
    usage = body.get("usage")
    told: dict[str, Any] = usage if isinstance(usage, dict) else {}
    return Heard(
        text=body["text"].strip(),
        seconds=_seconds(told.get("seconds", body.get("duration"))),
        tokens_in=_count(told, "input_tokens") or 0,
        tokens_out=_count(told, "output_tokens") or 0,
    )


@dataclass
class _Call:
    """A wish for a tool, as far as it has come."""

    id: str = ""
    name: str = ""
    arguments: str = ""
    given: dict[str, object] | None = None
    """Inputs that came as an object, as some servers send them."""

    def inputs(self) -> dict[str, object]:
        """Return what the tool is given."""
        return self.given if self.given is not None else inputs_in(self.arguments)


def whole_reply(body: object) -> Reply | None:
    """Read an answer that came at once; None when it is none."""
    reply = Reply()
    choice = _take_head(reply, body)
    if choice is None:
        return None
    message = choice.get("message")
    if not isinstance(message, dict):
        return None
    _grow(reply, message)
    return reply


def streamed_reply(chunks: Iterable[bytes], reply: Reply, teller: Teller) -> None:
    """Read a stream to its end into `reply`. Raises BrokenOffError when it has none.

    A stream has ended when it said why it stopped; `[DONE]` alone ends nothing.
    """
    for data in data_of(chunks):
        if data.strip() == DONE:
            break
        try:
            event = json.loads(data)
        except (ValueError, RecursionError):
            raise BrokenOffError(None) from None
        told = Told.by(event)
        if told is not None:
            raise BrokenOffError(told)
        choice = _take_head(reply, event)
        delta = choice.get("delta") if choice else None
        if isinstance(delta, dict):
            before = len(reply.text)
            _grow(reply, delta)
            teller.add(reply.text[before:])
    if not reply.stop:
        raise BrokenOffError(None)


def _take_head(reply: Reply, body: object) -> dict[str, Any] | None:
    """Take over what stands beside the choices, and return the first choice if there is one."""
    if not isinstance(body, dict):
        return None
    reply.model = _text(body.get("model")) or reply.model
    reply.id = _text(body.get("id")) or reply.id
    if isinstance(body.get("usage"), dict):
        reply.usage = body["usage"]
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return None
    choice: dict[str, Any] = choices[0]
    reply.stop = _text(choice.get("finish_reason")) or reply.stop
    return choice


def _grow(reply: Reply, message: dict[str, Any]) -> None:
    """Add a message, or a piece of one."""
    reply.text += _words(message.get("content"))
    reply.refusal += _text(message.get("refusal"))
    calls = message.get("tool_calls")
    for number, wish in enumerate(calls if isinstance(calls, list) else []):
        if not isinstance(wish, dict):
            continue
        index = wish.get("index")
        call = reply.calls.setdefault(index if isinstance(index, int) else number, _Call())
        call.id = call.id or _text(wish.get("id"))
        function = wish.get("function")
        if isinstance(function, dict):
            call.name = call.name or _text(function.get("name"))
            arguments = function.get("arguments")
            if isinstance(arguments, str):
                call.arguments += arguments
            elif arguments is not None:
                call.given = inputs_of(arguments)


def _words(content: object) -> str:
    """Return a message's text; some servers send it in parts."""
    if isinstance(content, list):
        return "".join(_text(part.get("text")) for part in content if isinstance(part, dict))
    return _text(content)


def _text(value: object) -> str:
    """Return a text or a number as text; everything else as nothing."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _seconds(value: object) -> float | None:
    """Return a length of time; None when it is none."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e6:
        return float(value)
    return None


def _count(figures: object, name: str) -> int | None:
    """Return a count; None when it is missing or none."""
    found = figures.get(name) if isinstance(figures, dict) else None
    is_count = isinstance(found, int) and not isinstance(found, bool) and found >= 0
    return found if is_count else None

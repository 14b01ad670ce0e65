"""Claude as a model client, through the official SDK.

One call, one `Usage`, whatever happens. The SDK's own retries are off: the chain retries, once, by
the table of failures, so that every try is counted and none waits long.

What is understood of a customer is never streamed: an answer is whole or it is a failure. A
conversation is streamed for who wants to see it grow (`agents.llm.streaming`), and is acted on when
it is whole.

**What is cached** (Anthropic, "Prompt caching"): everything up to the end of the agent's
instructions, which are the same for all its customers. For an hour: customers answer after minutes
and come back by timers, so that most gaps are longer than five minutes and shorter than an hour;
then an hour (written at 2, read at 0.1 of the price) is cheaper from the second message on than
writing anew at 1.25 each time, and a busy shop pays at most 0.75 of one prompt more per quiet hour.
A talk with tools goes to and fro within seconds: five minutes do, up to the newest turn.
"""

from __future__ import annotations

import base64
import json
import re
import time
from typing import Any

import anthropic
from anthropic.types import (
    Message,
    OutputConfigParam,
    TextBlockParam,
)

from agents.engine.values import Comprehension
from agents.errors import ClaudeApiError, IntentDetectionError

from .anthropic_metering import api_error, body_error, meter
from .conversing import cached_messages, completion_of, tools_for
from .failures import Failure
from .guard import refuse_inside_operation
from .instructions import (
    DESCRIPTION_TOKENS,
    MAX_TOKENS,
    PICTURE_TOKENS,
    RULES,
    THINKING_ROOM,
    TIMEOUT,
    question_as_json,
)
from .metering import CHARACTERS_PER_TOKEN, Asked, forecast, of_no_use
from .protocol import (
    AnyRequest,
    Completion,
    CompletionRequest,
    ComprehensionRequest,
    MediaRequest,
    ModelAnswer,
    OnText,
    Usage,
)
from .schema import NotUnderstood, read_answer, schema_for
from .streaming import whole
from .transport import connection, timeouts
from .wishes import put_right

__all__ = ["RULES", "TIMEOUT", "AnthropicClient"]

_THINKS = re.compile(r"claude-[a-z]+-(?:[5-9]|\d{2,})(?:-|$)")

_STOPS: dict[str, Failure | None] = {
    "end_turn": None,
    "stop_sequence": None,
    "tool_use": None,
    "max_tokens": Failure.CUT_SHORT,
    "model_context_window_exceeded": Failure.TOO_LARGE,
    "pause_turn": Failure.PAUSED,
    "refusal": Failure.REFUSED,
}
"""What a stop reason means: nothing wrong, or a failure. One that is not here is a failure too."""


class AnthropicClient:
    """Claude. `fast` and `strong` are model ids; key and address are the SDK's environment."""

    name = "anthropic"
    sees = True

    def __init__(
        self,
        *,
        fast: str,
        strong: str,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        self.fast = fast
        self.strong = strong
        self._timeout = timeout
        self._sdk = anthropic.Anthropic(
            api_key=api_key,
            base_url=base_url,
            timeout=timeouts(timeout),
            max_retries=0,
            http_client=connection(timeout, anthropic.DefaultHttpxClient),
        )

    def forecast(self, request: AnyRequest) -> Usage:
        """Say what a call costs at most, before it is made."""
        return forecast(self._asked(request))

    def comprehend(self, request: ComprehensionRequest) -> ModelAnswer[Comprehension]:
        """Understand one message.

        Raises `ClaudeApiError` when the API failed and `IntentDetectionError` when its answer is
        of no use; both carry the usage.
        """
        asked = self._asked(request)
        message = self._call(
            asked,
            system=[{"type": "text", "text": RULES}, _cached(request.system, "1h")],
            messages=[{"role": "user", "content": question_as_json(request)}],
            output_config=_config(asked.model, schema_for(request)),
        )
        usage = meter(message, asked)
        raw = _words(message)
        if failure := _failure_of_stop(message):
            why = f"stopped: {message.stop_reason}"
            raise IntentDetectionError(why, failure, of_no_use(usage, failure), raw)
        try:
            value = read_answer(json.loads(raw), request, f"{self.name}:{usage.model}")
        except (ValueError, RecursionError) as error:
            why = str(error) if isinstance(error, NotUnderstood) else "not JSON"
            failure = Failure.BAD_OUTPUT
            raise IntentDetectionError(why, failure, of_no_use(usage, failure), raw) from None
        return ModelAnswer(value=value, usage=usage)

    def complete(
        self, request: CompletionRequest, on_text: OnText | None = None
    ) -> ModelAnswer[Completion]:
        """Continue a conversation; raise `ClaudeApiError`, also for an answer not whole."""
        asked = self._asked(request)
        message = self._call(
            asked,
            on_text,
            system=[_cached(request.system)],
            messages=cached_messages(request.said),
            tools=tools_for(request.tools) or anthropic.omit,
            output_config=_config(asked.model) or anthropic.omit,
        )
        usage = meter(message, asked)
        completion = completion_of(message, request.tools)
        failure, again = _failure_of_stop(message), None
        if failure is None:
            failure, again = put_right(request, completion)
        if failure is not None:
            raise _useless(message, failure, usage, again)
        return ModelAnswer(value=completion, usage=usage)

    def describe(self, request: MediaRequest) -> ModelAnswer[str]:
        """Return what a picture shows; raise `ClaudeApiError`, also for an answer not whole."""
        asked = self._asked(request)
        message = self._call(
            asked,
            system=[{"type": "text", "text": request.instructions}],
            messages=[{"role": "user", "content": [_picture(request)]}],
            output_config=_config(asked.model) or anthropic.omit,
        )
        usage, words = meter(message, asked), _words(message).strip()
        failure = _failure_of_stop(message) or (None if words else Failure.BAD_OUTPUT)
        if failure is not None:
            raise _useless(message, failure, usage)
        return ModelAnswer(value=words, usage=usage)

    def _asked(self, request: AnyRequest) -> Asked:
        """Begin a call: which model, how long its prompt is and its answer may be."""
        model = self.fast
        if isinstance(request, MediaRequest):
            written = round(PICTURE_TOKENS * CHARACTERS_PER_TOKEN) + len(request.instructions)
            max_tokens = DESCRIPTION_TOKENS
        else:
            model = self.strong if request.strong else self.fast
            written, max_tokens = _length(request)
        return Asked(
            client=self.name,
            model=model,
            prompt_characters=written,
            max_tokens=max_tokens + (THINKING_ROOM if _THINKS.match(model) else 0),
            seconds=min(request.seconds or self._timeout, self._timeout),
            started=time.perf_counter(),
        )

    def _call(self, asked: Asked, on_text: OnText | None = None, **said: Any) -> Message:
        """Make the call; raise `ClaudeApiError` for everything that is not a whole message."""
        refuse_inside_operation()
        limits: dict[str, Any] = {"model": asked.model, "max_tokens": asked.max_tokens}
        seconds = timeouts(asked.seconds)
        create = self._sdk.messages.create
        try:
            if on_text is None:
                message = create(**limits, **said, timeout=seconds)
            else:
                stream = create(**limits, **said, timeout=seconds, stream=True)
        except Exception as error:
            raise api_error(error, asked) from error
        if on_text is not None:
            with stream:
                request_id = stream.response.headers.get("request-id", "")
                return whole(stream, asked, on_text, request_id)
        if not _is_whole(message):
            raise body_error(_error_in(message), asked)
        return message


def _length(request: ComprehensionRequest | CompletionRequest) -> tuple[int, int]:
    """Return how many characters a request has, and how many tokens its answer may have."""
    if isinstance(request, ComprehensionRequest):
        written = len(RULES) + len(question_as_json(request))
        return written + len(request.system), MAX_TOKENS
    parts = [cached_messages(request.said), tools_for(request.tools)]
    written = len(json.dumps(parts, ensure_ascii=False))
    return written + len(request.system), request.max_tokens


def _useless(
    message: Message, failure: Failure, usage: Usage, again: CompletionRequest | None = None
) -> ClaudeApiError:
    """Name an answer that came and is of no use."""
    why = f"stopped: {message.stop_reason} ({failure.value})"
    return ClaudeApiError(why, failure, of_no_use(usage, failure), status=200, again=again)


def _words(message: Message) -> str:
    """Return the text of a message; thoughts are none."""
    return "".join(block.text for block in message.content if block.type == "text")


def _picture(request: MediaRequest) -> Any:
    """Write a picture as a block."""
    data = base64.b64encode(request.content).decode()
    source = {"type": "base64", "media_type": request.mime_type, "data": data}
    return {"type": "image", "source": source}


def _is_whole(message: object) -> bool:
    """Tell a message from whatever else came with a status of 200."""
    return (
        isinstance(message, Message)
        and isinstance(message.content, list)
        and getattr(message, "usage", None) is not None
    )


def _error_in(message: object) -> str | None:
    """Return the kind of error a body of status 200 holds, if it is one."""
    error = getattr(message, "error", None)
    kind = error.get("type") if isinstance(error, dict) else None
    return kind if isinstance(kind, str) else None


def _failure_of_stop(message: Message) -> Failure | None:
    """Name what is wrong with how a message ended; `None` when it is whole."""
    return _STOPS.get(message.stop_reason or "", Failure.UNKNOWN_STOP)


def _cached(system: str, ttl: str = "") -> TextBlockParam:
    """Mark an agent's instructions as the end of what can be cached."""
    control: Any = {"type": "ephemeral", "ttl": ttl} if ttl else {"type": "ephemeral"}
    return {"type": "text", "text": system, "cache_control": control}


def _config(model: str, schema: dict[str, object] | None = None) -> OutputConfigParam:
    """Ask for a shape, and of a thinking model for little thought."""
    config: OutputConfigParam = {}
    if schema is not None:
        config["format"] = {"type": "json_schema", "schema": schema}
    if _THINKS.match(model):
        config["effort"] = "low"
    return config

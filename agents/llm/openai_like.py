"""A model behind an OpenAI-compatible address: other vendors, and models of one's own.

The third implementation of the protocol, beside Claude and the embedded model, in the dialect of
`agents.llm.openai_wire`. One call, one `Usage`, no retries: those are the chain's. A server that
refuses a part of the request which others take (a schema, the count of a stream) is asked without
it from then on; that refusal is a try like others, free of charge, and only the first.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from agents.engine.values import Comprehension
from agents.errors import IntentDetectionError, ModelApiError

from . import openai_reading, openai_wire
from .failures import Failure, failure_of_status
from .guard import refuse_inside_operation
from .instructions import DESCRIPTION_TOKENS, MAX_TOKENS, PICTURE_TOKENS, THINKING_ROOM, TIMEOUT
from .loose_json import object_in
from .metering import CHARACTERS_PER_TOKEN, Asked, estimate, failed, forecast, of_no_use, wait_of
from .openai_failures import in_body, unanswered, useless
from .openai_reading import BrokenOffError, Reply, Told
from .openai_wire import Dialect
from .protocol import (
    AnyRequest,
    Completion,
    CompletionRequest,
    ComprehensionRequest,
    MediaRequest,
    ModelAnswer,
    OnText,
    Outcome,
    Usage,
)
from .schema import NotUnderstood, read_answer, schema_for
from .streaming_text import Teller
from .transport import connection, timeouts
from .wishes import put_right

NAME = "openai"
CHAT, SPEECH = "chat/completions", "audio/transcriptions"


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a server is, and which of its models does what; an empty one does nothing."""

    url: str
    """Up to and with its version: `https://api.openai.com/v1`."""
    key: str = ""
    """Servers of one's own may need none."""
    fast: str = ""
    strong: str = ""
    vision: str = ""
    speech: str = ""

    @classmethod
    def told(cls, environ: Mapping[str, str]) -> Address | None:
        """Read it from the environment; None when there is none."""
        url = environ.get("MORFX_MODEL_URL", "").strip()
        if not url:
            return None
        fast = environ.get("MORFX_MODEL_NAME", "").strip()
        return cls(
            url=url.rstrip("/"),
            key=environ.get("MORFX_MODEL_KEY", "").strip(),
            fast=fast,
            strong=environ.get("MORFX_MODEL_NAME_STRONG", "").strip() or fast,
            vision=environ.get("MORFX_MODEL_VISION", "").strip(),
            speech=environ.get("MORFX_MODEL_TRANSCRIBE", "").strip(),
        )


class OpenAICompatible:
    """A model of any vendor, by the dialect that they share."""

    name = NAME

    def __init__(self, address: Address, *, timeout: float = TIMEOUT) -> None:
        self.talks = bool(address.fast)
        self.sees, self.hears = bool(address.vision), bool(address.speech)
        self._address = address
        self._timeout = timeout
        self._dialects: dict[str, Dialect] = {}
        self._http = connection(timeout)

    def forecast(self, request: AnyRequest) -> Usage:
        """Say what a call costs at most, before it is made."""
        return forecast(self._asked(request))

    def comprehend(self, request: ComprehensionRequest) -> ModelAnswer[Comprehension]:
        """Understand one message.

        Raises `ModelApiError` when the server failed and `IntentDetectionError` when its answer is
        of no use; both carry the usage.
        """
        asked = self._asked(request)
        schema, dialect = schema_for(request), self._dialect(asked.model)
        body = openai_wire.understanding_body(request, schema, dialect)
        reply, usage = self._chat(asked, body)
        if failure := reply.failure():
            why = f"stopped: {reply.stop[:40]}"
            raise IntentDetectionError(why, failure, of_no_use(usage, failure), reply.text)
        try:
            value = read_answer(object_in(reply.text), request, f"{self.name}:{usage.model}")
        except ValueError as error:
            why = str(error) if isinstance(error, NotUnderstood) else "not JSON"
            failure = Failure.BAD_OUTPUT
            raise IntentDetectionError(
                why, failure, of_no_use(usage, failure), reply.text
            ) from None
        return ModelAnswer(value=value, usage=usage)

    def complete(
        self, request: CompletionRequest, on_text: OnText | None = None
    ) -> ModelAnswer[Completion]:
        """Continue a conversation; raise `ModelApiError`, also for an answer not whole."""
        asked = self._asked(request)
        reply, usage = self._chat(asked, openai_wire.talk_body(request), on_text)
        completion = reply.completion(request.tools)
        failure, again = reply.failure(), None
        if failure is None:
            failure, again = put_right(request, completion)
        if failure is not None:
            raise useless(reply.stop, failure, usage, again)
        return ModelAnswer(value=completion, usage=usage)

    def describe(self, request: MediaRequest) -> ModelAnswer[str]:
        """Return what a picture shows; raise `ModelApiError`, also for an answer not whole."""
        reply, usage = self._chat(self._asked(request), openai_wire.picture_body(request))
        words = reply.text.strip()
        failure = reply.failure() or (None if words else Failure.BAD_OUTPUT)
        if failure is not None:
            raise useless(reply.stop, failure, usage)
        return ModelAnswer(value=words, usage=usage)

    def transcribe(self, request: MediaRequest) -> ModelAnswer[str]:
        """Return what is said in a sound; raise `ModelApiError`, also when nothing is."""
        asked = self._asked(request)
        form = {"model": asked.model, "response_format": "json"}
        if request.language:
            form["language"] = request.language
        file = (openai_wire.file_name(request.mime_type), request.content, request.mime_type)
        body, request_id = self._post(asked, SPEECH, data=form, files={"file": file})
        heard = openai_reading.heard(body)
        if heard is None:
            raise in_body(Told.by(body), estimate(asked), request_id)
        usage = heard.used(asked, request_id)
        if not heard.text:
            raise useless("", Failure.BAD_OUTPUT, usage)
        return ModelAnswer(value=heard.text, usage=usage)

    def _asked(self, request: AnyRequest) -> Asked:
        """Begin a call: which model, how long its prompt is and its answer may be."""
        model, written, most, sound = self._measures(request)
        room = THINKING_ROOM if self._dialect(model).thinks else 0
        return Asked(
            client=self.name,
            model=model,
            prompt_characters=written,
            max_tokens=most + room,
            seconds=min(request.seconds or self._timeout, self._timeout),
            started=time.perf_counter(),
            audio_seconds=sound,
        )

    def _measures(self, request: AnyRequest) -> tuple[str, int, int, float]:
        """Return model, characters of the prompt, tokens of the answer, seconds of sound."""
        at = self._address
        if isinstance(request, MediaRequest) and request.mime_type.startswith("audio/"):
            return at.speech, 0, 0, request.audio_seconds
        if isinstance(request, MediaRequest):
            written = round(PICTURE_TOKENS * CHARACTERS_PER_TOKEN) + len(request.instructions)
            return at.vision, written, DESCRIPTION_TOKENS, 0.0
        model = at.strong if request.strong else at.fast
        if isinstance(request, ComprehensionRequest):
            schema = schema_for(request)
            body = openai_wire.understanding_body(request, schema, self._dialect(model))
            return model, len(json.dumps(body, ensure_ascii=False)), MAX_TOKENS, 0.0
        body = openai_wire.talk_body(request)
        return model, len(json.dumps(body, ensure_ascii=False)), request.max_tokens, 0.0

    def _dialect(self, model: str) -> Dialect:
        return self._dialects.setdefault(model, Dialect.of(model))

    def _chat(
        self, asked: Asked, said: dict[str, Any], on_text: OnText | None = None
    ) -> tuple[Reply, Usage]:
        """Ask for a reply; raise `ModelApiError` for everything that is none."""
        dialect = self._dialect(asked.model)
        body = {"model": asked.model, dialect.limit: asked.max_tokens, **said}
        if dialect.thinks:
            body["reasoning_effort"] = "low"
        if on_text is not None:
            body["stream"] = True
            if dialect.counts_streams:
                body["stream_options"] = {"include_usage": True}
            return self._streamed(asked, body, on_text)
        answer, request_id = self._post(asked, CHAT, json=body)
        told = Told.by(answer)
        reply = None if told else openai_reading.whole_reply(answer)
        if reply is None:
            raise in_body(told, estimate(asked), request_id)
        return reply, reply.used(asked, request_id)

    def _post(self, asked: Asked, path: str, **sent: Any) -> tuple[object, str]:
        """Send a request; return its answer's JSON (None if it is none) and its id."""
        refuse_inside_operation()
        try:
            response = self._http.post(self._url(path), **self._with(asked), **sent)
        except Exception as error:
            raise unanswered(error, asked) from error
        if response.status_code != 200:
            raise self._refused(response, asked)
        return _json(response.content), _id(response)

    def _streamed(self, asked: Asked, body: dict[str, Any], on_text: OnText) -> tuple[Reply, Usage]:
        """Send a request and read its answer as it comes."""
        refuse_inside_operation()
        reply, request_id = Reply(), ""
        try:
            with self._http.stream(
                "POST", self._url(CHAT), json=body, **self._with(asked)
            ) as response:
                request_id = _id(response)
                if response.status_code != 200:
                    response.read()
                    raise self._refused(response, asked)
                openai_reading.streamed_reply(response.iter_bytes(), reply, Teller(on_text))
        except ModelApiError:
            raise
        except BrokenOffError as end:
            raise in_body(end.told, reply.at_most(asked), request_id) from None
        except Exception as error:
            broken = unanswered(error, asked)
            if broken.usage.outcome is Outcome.UNKNOWN:
                broken.usage = reply.at_most(asked, broken.failure)
            raise broken from error
        return reply, reply.used(asked, request_id)

    def _url(self, path: str) -> str:
        return f"{self._address.url}/{path}"

    def _with(self, asked: Asked) -> dict[str, Any]:
        key = self._address.key
        headers = {"authorization": f"Bearer {key}"} if key else {}
        return {"headers": headers, "timeout": timeouts(asked.seconds)}

    def _refused(self, response: httpx2.Response, asked: Asked) -> ModelApiError:
        """Name the error of an answer that is not 200, and learn what to leave out next time."""
        status, told = response.status_code, Told.by(_json(response.content)) or Told()
        failure = failure_of_status(status, told.kind, told.code, told.message)
        wait = wait_of(response.headers)
        if failure is Failure.BAD_REQUEST:
            other = self._dialect(asked.model).without(told.param, told.message)
            if other is not None:
                self._dialects[asked.model] = other
                failure, wait = Failure.NOT_TAKEN, 0.0
        usage = failed(asked, failure, request_id=_id(response))
        why = f"HTTP {status} ({failure.value})"
        return ModelApiError(why, failure, usage, status=status, retry_after=wait)


def _json(raw: bytes) -> object:
    """Read JSON; what is none is nothing."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _id(response: httpx2.Response) -> str:
    """Return the id a server gave a request."""
    return response.headers.get("x-request-id", "")

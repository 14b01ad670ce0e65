"""A local Messages API: scripted answers and every way to fail, over real HTTP.

In a test: `with messages_api() as api: api.then(says({...}), overloaded())`. By hand, so that the
product can be driven end to end with a key set:

    python -m agents.tests.messages_api --port 8099
    ANTHROPIC_API_KEY=any ANTHROPIC_BASE_URL=http://127.0.0.1:8099 bin/dev

It refuses what the real one refuses: no key, no version, sampling parameters, a prefilled
assistant turn, a schema object that leaves further properties open.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from agents.tests.messages_answers import Answer, error, says
from agents.tests.messages_brain import brain
from agents.tests.messages_stream import streamed

Brain = Callable[[dict[str, Any]], Answer]


@dataclass
class Call:
    """One request as it arrived."""

    headers: dict[str, str]
    body: dict[str, Any]
    path: str
    peer: int = 0
    """The caller's port: the same for calls over one connection."""
    at: float = field(default_factory=time.monotonic)

    @property
    def question(self) -> dict[str, Any]:
        """Return the JSON object of the last user turn; empty if it is plain text."""
        return question_of(self.body)


class Api:
    """What a test holds: what was asked, and what will be answered."""

    def __init__(self, brain: Brain = brain) -> None:
        self.calls: list[Call] = []
        self.brain = brain
        self.url = ""
        self._script: list[Answer] = []
        self._lock = threading.Lock()

    def then(self, *answers: Answer) -> None:
        """Give these answers next, in order; afterwards the brain answers."""
        with self._lock:
            self._script.extend(answers)

    def answer(self, call: Call) -> Answer:
        """Note a request and choose its answer."""
        with self._lock:
            self.calls.append(call)
            if refusal := _refused(call):
                return refusal
            if self._script:
                return self._script.pop(0)
        return self.brain(call.body)


def question_of(body: dict[str, Any]) -> dict[str, Any]:
    """Open the JSON a user turn holds."""
    content = body["messages"][-1]["content"]
    if isinstance(content, list):
        content = "".join(block.get("text", "") for block in content)
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@contextmanager
def messages_api(brain: Brain = brain) -> Iterator[Api]:
    """Serve on a free local port for as long as the block runs."""
    api = Api(brain)
    server = _server(api, 0)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()


def _server(api: Api, port: int) -> ThreadingHTTPServer:
    """Bind the HTTP side to `api`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Else every answer waits 40 ms: head and body are two packets.
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                call = Call(headers, json.loads(raw), self.path, self.client_address[1])
            except ValueError:
                error(400, "invalid_request_error", "not JSON").write(self)
                return
            if self.path.split("?")[0] != "/v1/messages":
                error(404, "not_found_error", "no such address").write(self)
                return
            try:
                _as_asked(api.answer(call), call).write(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    return server


def _as_asked(answer: Answer, call: Call) -> Answer:
    """Return a message as a stream when a stream was asked for."""
    body = answer.body
    if call.body.get("stream") and isinstance(body, dict) and body.get("type") == "message":
        return streamed(body)
    return answer


def _refused(call: Call) -> Answer | None:
    """Return the error the real API would give this request; `None` if it would take it."""
    key = call.headers.get("x-api-key") or call.headers.get("authorization", "")
    if not key.removeprefix("Bearer").strip():
        return error(401, "authentication_error", "a key is required")
    if "anthropic-version" not in call.headers:
        return error(400, "invalid_request_error", "anthropic-version: header is required")
    body = call.body
    for name in ("model", "max_tokens", "messages"):
        if not body.get(name):
            return error(400, "invalid_request_error", f"{name}: Field required")
    for name in ("temperature", "top_p", "top_k"):
        if name in body:
            return error(400, "invalid_request_error", f"{name}: not supported by this model")
    if body["messages"][-1]["role"] == "assistant":
        return error(400, "invalid_request_error", "this model does not support prefill")
    schema = body.get("output_config", {}).get("format", {}).get("schema")
    if schema is not None and (problem := _schema_problem(schema)):
        return error(400, "invalid_request_error", f"output_config.format.schema: {problem}")
    return None


def _schema_problem(schema: Any) -> str:
    """Say what structured output does not take in a schema."""
    if isinstance(schema, list):
        return next(filter(None, map(_schema_problem, schema)), "")
    if not isinstance(schema, dict):
        return ""
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        return "additionalProperties must be false for every object"
    if unsupported := {"minimum", "maximum", "minLength", "maxLength"} & schema.keys():
        return f"{sorted(unsupported)} not supported"
    if schema.get("enum") == []:
        return "enum must not be empty"
    return next(filter(None, map(_schema_problem, schema.values())), "")


def main() -> None:
    """Serve by hand until Ctrl-C."""
    parser = argparse.ArgumentParser(description="A local Messages API with a simple brain.")
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--refuse", type=int, default=0, help="answer everything with this status")
    options = parser.parse_args()
    refusal = error(options.refuse, "api_error", "asked to refuse") if options.refuse else None
    api = Api(lambda body: refusal or brain(body))
    server = _server(api, options.port)
    print(f"ANTHROPIC_BASE_URL=http://127.0.0.1:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


__all__ = ["Api", "Call", "messages_api", "question_of", "says"]

if __name__ == "__main__":
    main()
